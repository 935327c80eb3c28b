/** The whole pipeline over S3 servers that we did not write: the tables of a folder, then nothing new, then what came late. */
import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { mapParallel } from "../../src/ingest/listing/parallel.ts";
import { tellOrganizationRuns } from "../support/organization-runs.ts";
import { type RealS3Server, realS3Credentials, startRealS3Server } from "../support/real-s3-server.ts";
import { queryRows } from "../support/run-cli.ts";
import { trailKey, useTestCredentials } from "../support/s3-trail.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog } from "../support/trail-files.ts";

const folder = temporaryFolder();
const logs = join(folder, "logs");
const bucket = "org-trail";
const late = trailKey({ organization: "o-exampleorgid", day: "2026-09-02", name: "late" });
const lateBody = gzipLog([bedrockRecord(1), bedrockRecord(2)]);
/** The prefix of a second trail: characters that XML and URLs write in other ways, and a full last page of keys. */
const oddPrefix = "my logs+archive (100%)/";
const oddKeys = Array.from({ length: 1000 }, (_, n) =>
  trailKey({ prefix: oddPrefix, day: "2026-09-02", name: `n${n}` }),
);

async function ingest(warehouse: string, source: string, ...flags: readonly string[]): Promise<string> {
  const args = ["ingest", source, "--warehouse", warehouse, "--threads", "2", ...flags];
  const run = await spawnCli(args, {
    env: {
      AWS_ACCESS_KEY_ID: realS3Credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: realS3Credentials.secretAccessKey,
    },
  }).ended;
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).not.toMatch(/clock|MaxListeners/);
  return run.stderr;
}

/** Events and invocations without what names the place they were read from. */
async function tables(warehouse: string): Promise<readonly unknown[]> {
  const events = await queryRows(warehouse, "select * exclude (object_uri) from event order by all");
  const invocations = await queryRows(warehouse, "select * exclude (object_uri) from invocation order by all");
  expect(events.length).toBeGreaterThan(100);
  return [events, invocations];
}

beforeAll(async () => {
  useTestCredentials();
  await writeDemoOrganization(logs);
  await ingest(join(folder, "folder.duckdb"), logs);
});

describe.each(["versitygw", "minio", "ministack"])("%s", (name) => {
  let server: RealS3Server | string;
  const warehouse = join(folder, `${name}.duckdb`);
  beforeAll(async () => {
    server = await startRealS3Server(name);
    if (typeof server === "string") {
      console.warn(`tests on ${name} are skipped: ${server}`);
      return;
    }
    await server.client.send(new CreateBucketCommand({ Bucket: bucket }));
    const names = readdirSync(logs, { recursive: true, encoding: "utf8" });
    const files = names.map((path) => join(logs, path)).filter((path) => statSync(path).isFile());
    await put(files.map((path) => [relative(logs, path), readFileSync(path)]));
  });
  afterAll(async () => {
    if (typeof server === "object") await server[Symbol.asyncDispose]();
  });

  async function put(objects: readonly (readonly [key: string, body: Buffer])[]): Promise<void> {
    if (typeof server === "string") return;
    const { client } = server;
    await mapParallel(objects, 16, ([Key, Body]) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body })));
  }
  const flags = (): readonly string[] => [
    "--s3-endpoint",
    typeof server === "string" ? "" : server.endpoint,
    "--s3-path-style",
    "--from",
    "2020-01-01",
  ];

  it("gives the tables of a folder, then nothing new, then the object that came late", async ({ skip }) => {
    if (typeof server === "string") skip(server);
    await ingest(warehouse, `s3://${bucket}`, ...flags());
    expect(await tables(warehouse)).toEqual(await tables(join(folder, "folder.duckdb")));
    expect(await ingest(warehouse, `s3://${bucket}`, ...flags())).toMatch(/ listed = 0 loaded .*nothing new/s);
    await put([[late, lateBody]]);
    expect(await ingest(warehouse, `s3://${bucket}`, ...flags())).toMatch(/ listed = 1 loaded /);
    const [row] = await queryRows(
      warehouse,
      `select status, records from trail_object where uri = 's3://${bucket}/${late}'`,
    );
    expect(row).toEqual({ status: "loaded", records: 2 });
  });

  it(
    "`spillway run`, night after night: late files, one replaced, one gone",
    { timeout: 240_000 },
    async ({ skip }) => {
      if (typeof server === "string") return skip(server);
      const { client, endpoint } = server;
      const nights = join(folder, `${name}-nights`);
      mkdirSync(nights);
      await client.send(new CreateBucketCommand({ Bucket: "nights" }));
      process.env["AWS_ACCESS_KEY_ID"] = realS3Credentials.accessKeyId;
      process.env["AWS_SECRET_ACCESS_KEY"] = realS3Credentials.secretAccessKey;
      await tellOrganizationRuns(
        {
          endpoint,
          bucket: "nights",
          put: async (Key, Body) => void (await client.send(new PutObjectCommand({ Bucket: "nights", Key, Body }))),
          remove: async (Key) => void (await client.send(new DeleteObjectCommand({ Bucket: "nights", Key }))),
        },
        nights,
      );
    },
  );

  it("lists keys with blanks and plus signs, when their number is a multiple of a page", async ({ skip }) => {
    if (typeof server === "string") skip(server);
    await put(oddKeys.map((key) => [key, lateBody]));
    const odd = join(folder, `${name}-odd.duckdb`);
    const said = await ingest(odd, `s3://${bucket}/${oddPrefix}`, ...flags());
    expect(said).toMatch(/1,000 listed = 1,000 loaded/);
    const rows = await queryRows(odd, "select uri from trail_object order by uri");
    expect(rows.map(({ uri }) => uri)).toEqual(oddKeys.map((key) => `s3://${bucket}/${key}`).toSorted());
  });
});
