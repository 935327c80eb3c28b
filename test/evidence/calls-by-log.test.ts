/** Calls whose served Region an invocation log states: a pack names the log, says that no digest covers it, and cannot hide one. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { MadeTrail, begin } from "../integrity/made-trail.ts";
import { gzipLines, invocationLog, invocationLogPath } from "../support/invocation-logs.ts";
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
const key = "eu-central-1/00000000-0000-4000-8000-000000000004";

beforeAll(async () => {
  // CloudTrail names no Region of these calls
  const trail = new MadeTrail({
    hours: 4,
    region: "eu-central-1",
    content: (_, index) => {
      const n = Math.floor(index / 10_000) * 3 + (index % 10_000);
      const eventTime = new Date(begin + n * 60_000).toISOString().replace(/\.\d+Z/, "Z");
      return JSON.stringify({ Records: [bedrockRecord(n, { eventTime, additionalEventData: null })] });
    },
  });
  const warehouse = join(folder, "spillway.duckdb");
  expect((await ingestVerified(trail, warehouse)).code).toBe(0);
  const log = (n: number, inferenceRegion: string): unknown =>
    invocationLog(n, { timestamp: "2026-09-13T23:59:59Z", inferenceRegion });
  for (const [file, records] of [
    [object, [log(7, "us-east-1"), log(4, "eu-west-3")]],
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
  expect(summary.figures).toMatchObject({ served: 12, by_invocation_log: 2, outside: 1, spilled: 2 });
  expect(rowsOf("calls-by-invocation-log.csv")).toEqual([
    `${key},111122223333,eu-west-3,file://${object},1`,
    `${key.slice(0, -1)}7,111122223333,us-east-1,file://${object},0`,
  ]);
  const inputs = rowsOf("invocation-log-inputs.csv");
  expect(inputs).toHaveLength(1);
  expect(inputs[0]).toMatch(
    new RegExp(`^file://${object},[^,]+,\\d+,loaded,,111122223333,eu-central-1,2026-09-13,2,2,0,0$`),
  );
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
    `region    CANNOT BE SHOWN: eu-west-3 rests on an invocation log, which no digest covers: record 1 (from 0) of file://${object}`,
  );
  expect(lines[2]).toMatch(/^log file {2}s3:.*loaded, valid$/);
  expect(lines[4]).toMatch(/signed it$/);
  expect(code).toBe(4);
  const without = await runCli(["evidence", "trace", pack, `${key.slice(0, -1)}5`]);
  expect([without.code, without.stdout]).toEqual([0, expect.not.stringContaining("region ")]);
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
    /invocation-log-inputs\.csv does not have file:/,
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
