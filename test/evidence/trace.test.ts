/** From a call to its record: what an auditor calls vouching, and every way in which it fails. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync, gunzipSync } from "node:zlib";
import { beforeAll, expect, it } from "vitest";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { copyOf, forge } from "./forge.ts";
import { evidence, ingestVerified, trailWithCalls } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const pack = join(folder, "pack");
const logs = join(folder, "logs");
const trail = trailWithCalls();
const key = "eu-central-1/00000000-0000-4000-8000-000000000004";
const logKey = trail.logs(1)[1] ?? "";

beforeAll(async () => {
  const warehouse = join(folder, "spillway.duckdb");
  await ingestVerified(trail, warehouse);
  expect((await evidence(warehouse, pack)).code).toBe(0);
  expect((await evidence(warehouse, `${pack}.zip`)).code).toBe(0);
  for (const [name, { body }] of trail.objects) {
    mkdirSync(dirname(join(logs, name)), { recursive: true });
    writeFileSync(join(logs, name), body);
  }
});

const trace = async (...args: readonly string[]): Promise<CliRun> => await runCli(["evidence", "trace", ...args]);

/** The logs, with another content of the one that the call lies in. */
function logsWith(name: string, change: (text: string) => string): string {
  const where = join(folder, name);
  cpSync(logs, where, { recursive: true });
  const text = gunzipSync(trail.get(logKey).body).toString("utf8");
  writeFileSync(join(where, logKey), gzipSync(change(text)));
  return where;
}

it("leads from the row to the log file, its digest and the key that signed it", async () => {
  for (const each of [pack, `${pack}.zip`]) {
    const { stdout, code } = await trace(each, key);
    const [row, log, digest, signed] = stdout.split("\n");
    expect(row).toBe(
      "row       data/rows/invocations-2026-09.csv, row 5: 2026-09-14T06:05:31.000Z, served, from eu-central-1 to us-east-1 (api-call)",
    );
    expect(log).toMatch(new RegExp(`^log file  s3://test-trail/${logKey}: SHA-256 [0-9a-f]{64}, loaded, valid$`));
    expect(digest).toMatch(/^digest {4}data\/integrity\/digests\/.* lists it with this SHA-256/);
    expect(signed).toMatch(/^key {7}[0-9a-f]{32} of eu-central-1 signed it$/);
    expect(code).toBe(0);
  }
});

it("leads to the record itself, in a folder and in a bucket", async () => {
  const eventId = "e0000000-0000-4000-8000-000000000004";
  for (const source of [logs, join(logs, "AWSLogs")]) {
    const { stdout, code } = await trace(pack, key, "--source", source);
    expect(stdout).toContain(`record    eventID ${eventId}, in the log file of this SHA-256`);
    expect(stdout).toContain('"inferenceRegion": "us-east-1"');
    expect(code).toBe(0);
  }
  await using s3 = await S3Server.start({ bucket: "test-trail", region: "us-east-1" });
  for (const [name, { body }] of trail.objects) s3.put(name, body);
  const { stdout, code } = await trace(pack, key, "--source", "s3://test-trail", "--s3-endpoint", s3.endpoint);
  expect(stdout).toContain(`record    eventID ${eventId}`);
  expect(code).toBe(0);
  s3.objects.delete(logKey);
  const gone = await trace(pack, key, "--source", "s3://test-trail", "--s3-endpoint", s3.endpoint);
  expect(gone.stdout).toMatch(/^record {4}CANNOT BE SHOWN: the log file cannot be read: .*$/m);
  expect(gone.code).toBe(4);
});

it("every failure is one line with the right code", async () => {
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [[join(folder, "none"), key], 2, /there is no pack/],
    [[pack, "eu-central-1/no-such-call"], 2, /the pack has no call eu-central-1\/no-such-call/],
    [[pack, key, "--source", join(folder, "none")], 2, /there is no folder/],
    [[pack, key, "--source", pack], 4, /CANNOT BE SHOWN: the source does not have the log file/],
    [
      [pack, key, "--source", logsWith("other", (text) => text.replace("aws-sdk-js", "aws-sdk-jx"))],
      3,
      /DOES NOT HOLD: the log file has another SHA-256/,
    ],
    [[pack, key, "--source", logsWith("broken", () => "{")], 3, /DOES NOT HOLD: it is not a log file/],
  ];
  for (const [args, code, said] of cases) {
    const run = await trace(...args);
    expect(`${run.stdout}${run.stderr}`).toMatch(said);
    expect(run.code, args.join(" ")).toBe(code);
  }
  const junk = join(folder, "junk.zip");
  writeFileSync(junk, "hello");
  expect((await trace(junk, key)).code).toBe(2);
});

it("a row that was changed differs from its record, and a log file that no digest lists fails", async () => {
  const other = copyOf(pack);
  forge(other, "data/rows/invocations-2026-09.csv", (text) =>
    text.replace(/^(eu-central-1\/00000000-0000-4000-8000-000000000004,[^\n]*?),us-east-1,/m, "$1,eu-west-3,"),
  );
  const run = await trace(other, key, "--source", logs);
  expect(run.stdout).toContain("served_region is us-east-1 in the record and eu-west-3 in the row");
  expect(run.code).toBe(3);
  const unlisted = copyOf(pack);
  forge(unlisted, "data/inputs.csv", (text) =>
    text.replace(new RegExp(`^([^\\n]*${logKey}[^\\n]*),valid,,[^,\\n]*$`, "m"), "$1,undigested,unlisted,"),
  );
  const found = await trace(unlisted, key);
  expect(found.stdout).toContain("DOES NOT HOLD: the log file is undigested (unlisted)");
  expect(found.code).toBe(3);
});

it("another hash of the log file is not the one that its digest lists", async () => {
  const other = copyOf(pack);
  forge(other, "data/inputs.csv", (text) =>
    text.replace(
      new RegExp(`^([^\\n]*${logKey}[^\\n]*),[0-9a-f]{64},([0-9a-f]{64},,valid)`, "m"),
      `$1,${"0".repeat(64)},$2`,
    ),
  );
  const { stdout, code } = await trace(other, key);
  expect(stdout).toMatch(/^digest {4}DOES NOT HOLD: data\/.* does not list the log file with this SHA-256$/m);
  expect(code).toBe(3);
});

it("without digests the chain cannot be shown", async () => {
  const warehouse = join(folder, "plain.duckdb");
  expect((await runCli(["ingest", logs, "--warehouse", warehouse])).code).toBe(0);
  const plain = join(folder, "plain");
  expect((await evidence(warehouse, plain)).code).toBe(0);
  const { stdout, code } = await trace(plain, key, "--source", logs);
  expect(stdout).toContain("log file  CANNOT BE SHOWN:");
  expect(stdout).toContain("digest    CANNOT BE SHOWN: no digest was looked at");
  expect(stdout).toContain("the pack holds no SHA-256 to compare the log file with");
  expect(code).toBe(4);
  expect(readFileSync(join(plain, "data/integrity/signatures.csv"), "utf8").trimEnd().split("\n")).toHaveLength(1);
});
