/** Calls whose served Region an invocation log states: a pack names the log, says that no digest covers it, and cannot hide one. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { MadeTrail, begin } from "../integrity/made-trail.ts";
import { gzipLines, invocationLog, invocationLogPath, logKey } from "../support/invocation-logs.ts";
import { runCli } from "../support/run-cli.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord } from "../support/trail-files.ts";
import { copyOf, forge } from "./forge.ts";
import { evidence, ingestVerified, runVerifier } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const pack = join(folder, "pack");
const logs = join(folder, "logs");
/** What the day before holds: of no call of the range. */
const other = invocationLogPath(logs, "other", { day: "2026-09-13" });
/** The log of a call at midnight, in the folder of the day before the range. */
const object = invocationLogPath(logs, "a", { day: "2026-09-13", hour: "23" });
const place = `folder:${logKey("a", { day: "2026-09-13", hour: "23" })}`;
const tokens = "input_tokens 12, output_tokens 88, cache_read_tokens 900, cache_write_tokens 3";
const key = "eu-central-1/00000000-0000-4000-8000-000000000004";

beforeAll(async () => {
  // CloudTrail names no Region of these calls
  const trail = new MadeTrail({
    hours: 4,
    region: "eu-central-1",
    content: (_, index) => {
      const n = Math.floor(index / 10_000) * 3 + (index % 10_000);
      const eventTime = new Date(begin + n * 60_000).toISOString().replace(/\.\d+Z/, "Z");
      // but for one, of which it counts no tokens
      const additionalEventData = n === 6 ? { inferenceRegion: "eu-west-1" } : null;
      return JSON.stringify({ Records: [bedrockRecord(n, { eventTime, additionalEventData })] });
    },
  });
  const warehouse = join(folder, "spillway.duckdb");
  expect((await ingestVerified(trail, warehouse)).code).toBe(0);
  const log = (n: number, inferenceRegion: string): unknown =>
    invocationLog(n, { timestamp: "2026-09-13T23:59:59Z", inferenceRegion });
  for (const [file, records] of [
    [object, [log(7, "us-east-1"), log(4, "eu-west-3"), log(6, "eu-west-1")]],
    [other, [invocationLog(400)]],
  ] as const) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, gzipLines(records));
  }
  expect((await runCli(["ingest", `invocation-logs:${logs}`, "--warehouse", warehouse])).code).toBe(0);
  expect((await evidence(warehouse, pack)).code).toBe(0);
});

const rowsOf = (name: string): readonly string[] =>
  readFileSync(join(pack, "data", name), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1);

it("counts them, names record and object of each, and lists the objects that they rest on", () => {
  const summary = JSON.parse(readFileSync(join(pack, "data/summary.json"), "utf8")) as {
    figures: Record<string, number>;
  };
  expect(summary.figures).toMatchObject({ served: 12, by_invocation_log: 2, outside: 1, spilled: 3 });
  expect(rowsOf("calls-by-invocation-log.csv")).toEqual([
    `${key},111122223333,eu-west-3,${place},1`,
    `${key.slice(0, -1)}7,111122223333,us-east-1,${place},0`,
  ]);
  expect(rowsOf("tokens-by-invocation-log.csv")).toEqual([
    `${key},111122223333,12,88,900,3,${place},1`,
    `${key.slice(0, -1)}6,111122223333,12,88,900,3,${place},2`,
    `${key.slice(0, -1)}7,111122223333,12,88,900,3,${place},0`,
  ]);
  const inputs = rowsOf("invocation-log-inputs.csv");
  expect(inputs).toHaveLength(1);
  expect(inputs[0]).toMatch(new RegExp(`^${place},,\\d+,loaded,,111122223333,eu-central-1,2026-09-13,3,3,0,0$`));
});

it("is valid for both verifiers, which say that no digest covers these logs", async () => {
  const { code, lines } = runVerifier(pack);
  expect(lines).toContain("note: the served Region of 2 calls rests on invocation logs, which no digest covers");
  expect([code, lines.at(-1)]).toEqual([0, "valid-unsigned"]);
  const ours = await runCli(["evidence", "verify", pack]);
  expect(ours.stderr).toContain("served Region by invocation log, which no digest covers: 2 calls");
  expect([ours.code, ours.stdout]).toEqual([0, "valid-unsigned\n"]);
  expect(readFileSync(join(pack, "VERIFY.md"), "utf8")).toMatch(/by_invocation_log[^]*no digest covers these logs/);
});

it("a trace names the log and cannot show the Region, while the call itself holds", async () => {
  const { stdout, code } = await runCli(["evidence", "trace", pack, key]);
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/to eu-west-3 \(invocation-log\)$/);
  expect(lines[1]).toBe(
    `region    CANNOT BE SHOWN: eu-west-3 rests on an invocation log, which no digest covers: record 1 (from 0) of ${place}`,
  );
  expect(lines[2]).toBe(
    `tokens    CANNOT BE SHOWN: ${tokens} rest on an invocation log, which no digest covers: record 1 (from 0) of ${place}`,
  );
  expect(lines[3]).toMatch(/^log file {2}s3:.*loaded, valid$/);
  expect(lines[5]).toMatch(/signed it$/);
  expect(lines).toHaveLength(7);
  expect(code).toBe(4);
  const without = await runCli(["evidence", "trace", pack, `${key.slice(0, -1)}5`]);
  expect([without.code, without.stdout]).toEqual([0, expect.not.stringContaining("region ")]);
});

it("with the logs at hand a trace shows the record, without the prompt and the answer", async () => {
  const { stdout, code } = await runCli(["evidence", "trace", pack, key, "--source", logs]);
  expect(stdout).toContain(`log       requestId ${key.slice(13)} says so; AWS signs no invocation logs`);
  const record = JSON.parse(stdout.slice(stdout.indexOf("\n{"))) as Record<string, unknown>;
  expect(record).toEqual({
    schemaType: "ModelInvocationLog",
    timestamp: "2026-09-13T23:59:59Z",
    accountId: "111122223333",
    region: "eu-central-1",
    requestId: key.slice(13),
    operation: "Converse",
    modelId: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    inferenceRegion: "eu-west-3",
    identity: { arn: "arn:aws:sts::111122223333:assumed-role/app/session" },
    input: { inputTokenCount: 12, cacheReadInputTokenCount: 900, cacheWriteInputTokenCount: 3 },
    output: { outputTokenCount: 88 },
  });
  expect(stdout).not.toMatch(/hello|inputBodyJson/);
  expect(code).toBe(4);
  // CloudTrail states the Region of this one: only its tokens rest on the log
  const counted = await runCli(["evidence", "trace", pack, `${key.slice(0, -1)}6`, "--source", logs]);
  expect(counted.stdout).toMatch(/\(api-call\)\ntokens {4}CANNOT BE SHOWN: [^]*\nlog {7}requestId [^]*6 says so/);
  expect([counted.code, counted.stdout]).toEqual([4, expect.not.stringContaining("region  ")]);
});

it.each<readonly [what: string, change: (file: string) => void, code: number, said: RegExp]>([
  ["is not there", (file) => rmSync(file), 4, /^log {7}CANNOT BE SHOWN: the source does not have the invocation log$/m],
  [
    "is another folder",
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    4,
    /^log {7}CANNOT BE SHOWN: the invocation log cannot be read: EISDIR/m,
  ],
  ["is no gzip", (file) => writeFileSync(file, "{"), 3, /^log {7}DOES NOT HOLD: it is not the invocation log: /m],
  ["is cut", (file) => writeFileSync(file, readFileSync(file).subarray(0, 99)), 3, /DOES NOT HOLD: .*truncated/],
  ["has fewer records", (file) => writeFileSync(file, gzipLines([invocationLog(7)])), 3, /it has only 1 records$/m],
  [
    "has something else there",
    (file) => writeFileSync(file, gzipLines([invocationLog(7), { schemaType: "ModelInvocationLog" }])),
    3,
    /DOES NOT HOLD: it is not the invocation log: record 1 is not an invocation log: timestamp: /,
  ],
  [
    "names another Region",
    (file) => writeFileSync(file, gzipLines([invocationLog(7), invocationLog(4, { inferenceRegion: "eu-north-1" })])),
    3,
    /^log {7}DOES NOT HOLD: the record differs from the pack: inference_region is eu-north-1 in the record and eu-west-3 in the pack$/m,
  ],
  [
    "counts other tokens",
    (file) =>
      writeFileSync(file, gzipLines([invocationLog(7), invocationLog(4, { output: { outputTokenCount: 89 } })])),
    3,
    /output_tokens is 89 in the record and 88 in the pack$/m,
  ],
  [
    "is of another call",
    (file) => writeFileSync(file, gzipLines([invocationLog(7), invocationLog(5)])),
    3,
    /invocation_key is eu-central-1\/.*5 in the record and eu-central-1\/.*4 in the pack$/m,
  ],
])("a log that %s is told", async (what, change, wanted, said) => {
  const source = join(folder, what);
  cpSync(logs, source, { recursive: true });
  change(join(source, relative(logs, object)));
  const { stdout, code } = await runCli(["evidence", "trace", pack, key, "--source", source]);
  expect([code, stdout]).toEqual([wanted, expect.stringMatching(said)]);
});

it("a trace of forged tokens does not hold", async () => {
  const where = copyOf(pack);
  forge(where, "data/tokens-by-invocation-log.csv", (text) =>
    text.replace("000004,111122223333,12,88", "000004,111122223333,12,99"),
  );
  const { stdout, code } = await runCli(["evidence", "trace", where, key]);
  expect([code, stdout]).toEqual([
    3,
    expect.stringMatching(/^tokens {4}DOES NOT HOLD: .* says output_tokens 99, and the row other numbers$/m),
  ]);
});

it.each<readonly [what: string, file: string, change: (text: string) => string, said: RegExp]>([
  [
    "a call without its log",
    "data/calls-by-invocation-log.csv",
    (text) => text.replace(/^.*000004,.*\n/m, ""),
    /calls-by-invocation-log\.csv does not name the log of the call .*000004/,
  ],
  [
    "a log that says another Region",
    "data/calls-by-invocation-log.csv",
    (text) => text.replace("eu-west-3", "eu-west-1"),
    /calls-by-invocation-log\.csv and the rows differ in the call .*000004/,
  ],
  [
    "an object that is not listed",
    "data/invocation-log-inputs.csv",
    (text) => `${text.split("\n")[0] ?? ""}\n`,
    /invocation-log-inputs\.csv does not have folder:/,
  ],
  [
    "a lower count",
    "data/summary.json",
    (text) => text.replace('"by_invocation_log": 2', '"by_invocation_log": 1'),
    /by_invocation_log = 1, and the rows say 2/,
  ],
])("%s is found by both verifiers", async (_, file, change, said) => {
  const where = copyOf(pack);
  forge(where, file, change);
  const { code, lines } = runVerifier(where);
  expect([code, lines.join("\n")]).toEqual([3, expect.stringMatching(said)]);
  const ours = await runCli(["evidence", "verify", where]);
  expect([ours.code, ours.stderr]).toEqual([3, expect.stringMatching(said)]);
});

it("a trace of a forged log does not hold", async () => {
  const where = copyOf(pack);
  forge(where, "data/calls-by-invocation-log.csv", (text) => text.replace("eu-west-3", "eu-west-1"));
  const { stdout, code } = await runCli(["evidence", "trace", where, key]);
  expect([code, stdout]).toEqual([3, expect.stringMatching(/DOES NOT HOLD: .* says eu-west-1, and the row eu-west-3/)]);
});
