/** A bucket that lists everything and gives nothing: its listing does not count, though it came to its end before the refusals did. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import { ingest } from "../../../../src/ingest/ingest.ts";
import { s3Source } from "../../../../src/ingest/sources/s3/source.ts";
import { queryRows } from "../../../support/run-cli.ts";
import { S3Server } from "../../../support/s3-server.ts";
import { optionsFor, trailKey, useTestCredentials } from "../../../support/s3-trail.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";

let server: S3Server;
beforeAll(async () => {
  useTestCredentials();
  server = await S3Server.start();
});
afterAll(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});

it("of 210 objects every one is refused: the run fails, and remembers nothing of its listing", async () => {
  for (let n = 0; n < 210; n++) server.put(trailKey({ day: "2026-09-13", name: `n${n}` }), "never read");
  server.options = {
    fault: ({ kind }) =>
      kind === "get" ? { type: "error", status: 403, code: "AccessDenied", message: "Access Denied" } : undefined,
  };
  const now = (): Date => new Date("2026-09-14T12:00:00Z");
  const warehouse = join(temporaryFolder(), "w.duckdb");
  const source = s3Source(`s3://${server.bucket}`, optionsFor(server, { now }));
  await expect(ingest({ warehouse, sources: [source], threads: 1, now })).rejects.toMatchObject({
    code: "source-denied",
    message: expect.stringMatching(/none of the first 2\d\d objects could be read/),
  });
  expect(await queryRows(warehouse, "SELECT DISTINCT status FROM trail_object")).toEqual([{ status: "unreadable" }]);
  expect(await queryRows(warehouse, "SELECT * FROM internal.source_state")).toEqual([]);
  expect(await queryRows(warehouse, "SELECT * FROM listed_range")).toEqual([]);
});
