/** The whole pipeline over a bucket: the tables of a folder, under faults, after a stop, with nothing fetched twice. */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../../../src/demo/organization.ts";
import { folderSource } from "../../../../src/ingest/sources/folder.ts";
import { type IngestSummary, ingest } from "../../../../src/ingest/ingest.ts";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import { s3Source } from "../../../../src/ingest/sources/s3/source.ts";
import { queryRows } from "../../../support/run-cli.ts";
import { type Fault, S3Server } from "../../../support/s3-server.ts";
import { optionsFor, useTestCredentials } from "../../../support/s3-trail.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";

const folder = temporaryFolder();
const logs = join(folder, "logs");
const fromFolder = join(folder, "folder.duckdb");
let server: S3Server;

beforeAll(async () => {
  useTestCredentials();
  await writeDemoOrganization(logs);
  await ingest({ warehouse: fromFolder, sources: [folderSource(logs)], threads: 1 });
  server = await S3Server.start();
  for (const name of readdirSync(logs, { recursive: true, encoding: "utf8" })) {
    const path = join(logs, name);
    if (statSync(path).isFile()) server.put(relative(logs, path), readFileSync(path));
  }
});
afterAll(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  server.requests.length = 0;
  server.options = {};
});

const load = (warehouse: string): Promise<IngestSummary> =>
  ingest({
    warehouse,
    threads: 2,
    sources: [s3Source(`s3://${server.bucket}`, optionsFor(server, { from: "2020-01-01", idleMs: 500 }))],
  });

/** Events and invocations without what names the place they were read from. */
async function tables(warehouse: string): Promise<readonly unknown[]> {
  const events = await queryRows(warehouse, "select * exclude (object_uri) from event order by all");
  const invocations = await queryRows(warehouse, "select * exclude (object_uri) from invocation order by all");
  expect(events.length).toBeGreaterThan(100);
  return [events, invocations];
}

function gets(): readonly string[] {
  return server.requests.filter(({ kind }) => kind === "get").map(({ path }) => path);
}

describe("an organization's bucket", { timeout: 180_000 }, () => {
  it("gives the tables of a folder, also when 5 % of the requests fail, and fetches nothing twice", async () => {
    const warehouse = join(folder, "faults.duckdb");
    const faults: readonly Fault[] = [
      { type: "error", status: 503, code: "SlowDown" },
      { type: "reset" },
      { type: "truncate" },
      { type: "stall" },
    ];
    server.options = { pageSize: 50, fault: (_, count) => (count % 20 === 7 ? faults[(count / 20) & 3] : undefined) };
    const first = await load(warehouse);
    expect(first.counts.objectsListed).toBe(first.counts.objectsLoaded + first.counts.objectsQuarantined);
    expect(await tables(warehouse)).toEqual(await tables(fromFolder));
    server.requests.length = 0;
    const second = await load(warehouse);
    expect(second.counts).toMatchObject({ objectsKnown: first.counts.objectsListed, objectsLoaded: 0 });
    expect(gets()).toEqual([]);
  });

  it("can be gone on with after credentials expired in the middle", async () => {
    const warehouse = join(folder, "expired.duckdb");
    server.options = {
      fault: ({ kind }) =>
        kind === "get" && gets().length > 40 ? { type: "error", status: 400, code: "ExpiredToken" } : undefined,
    };
    await expect(load(warehouse)).rejects.toMatchObject({
      name: "SpillwayError",
      code: "credentials",
      next: expect.stringMatching(/Log in again/),
    });
    server.options = {};
    await load(warehouse);
    expect(await tables(warehouse)).toEqual(await tables(fromFolder));
  });

  it("with one object that must not be read: that one waits with its reason, the others are loaded", async () => {
    const warehouse = join(folder, "denied.duckdb");
    const [denied] = [...server.objects.keys()].filter((key) => key.includes("/CloudTrail/"));
    server.options = {
      fault: ({ kind, path }) =>
        kind === "get" && path === denied
          ? { type: "error", status: 403, code: "AccessDenied", message: "Access Denied" }
          : undefined,
    };
    const { quarantined } = await load(warehouse);
    const finding = quarantined.find(({ uri }) => uri.endsWith(denied ?? "none"));
    expect(finding?.reason).toMatch(/s3:GetObject is missing/);
    server.options = {};
    await load(warehouse);
    expect(await tables(warehouse)).toEqual(await tables(fromFolder));
  });
});
