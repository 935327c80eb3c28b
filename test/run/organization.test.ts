/** `spillway run` with a config file over an organization's bucket, night after night; test/s3-servers tells the same over servers we did not write. */
import { expect, it } from "vitest";
import { disconnectAll } from "../../src/aws/connection.ts";
import { tellOrganizationRuns } from "../support/organization-runs.ts";
import { S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const folder = temporaryFolder();

it(
  "late files end in the tables of a fresh run; a file replaced and one gone are findings",
  { timeout: 240_000 },
  async () => {
    useTestCredentials();
    await using server = await S3Server.start();
    const put = (key: string, body: Buffer): Promise<void> => Promise.resolve(server.put(key, body));
    const remove = (key: string): Promise<void> => {
      expect(server.objects.delete(key)).toBe(true);
      return Promise.resolve();
    };
    try {
      await tellOrganizationRuns({ endpoint: server.endpoint, bucket: server.bucket, put, remove }, folder);
    } finally {
      await disconnectAll();
    }
  },
);
