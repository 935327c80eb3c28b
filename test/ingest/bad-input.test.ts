/** Bad input: one clear line, the right exit code, nothing lost, and no trace of it once it is repaired. */
import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { runUnprivileged } from "../support/unprivileged.ts";
import { bedrockRecord, gzipLog, logPath, putFile, putSoundFiles } from "../support/trail-files.ts";

const root = temporaryFolder();
let made = 0;
function place(): { readonly logs: string; readonly warehouse: string } {
  const folder = join(root, String(made++));
  const logs = join(folder, "logs");
  mkdirSync(logs, { recursive: true });
  return { logs, warehouse: join(folder, "w.duckdb") };
}

/** What should have been the file of fault `n`. */
const good = (n: number): Buffer =>
  gzipLog([bedrockRecord(100 + 3 * n), bedrockRecord(101 + 3 * n), bedrockRecord(102 + 3 * n)]);
const sound = good(0);

/** Each is what lies at the place of a file that should have been `good`. */
const broken: readonly (readonly [fault: string, put: (path: string) => void, reason: RegExp])[] = [
  ["truncated gzip", (path) => putFile(path, sound.subarray(0, sound.length - 20)), /gzip stream is truncated/],
  ["gzip cut in its header", (path) => putFile(path, sound.subarray(0, 5)), /gzip stream is truncated/],
  ["a wrong checksum", (path) => putFile(path, flipped(sound, sound.length - 8)), /gzip stream is broken/],
  ["bytes after the gzip stream", (path) => putFile(path, Buffer.concat([sound, Buffer.from("rest")])), /gzip stream/],
  ["not gzip", (path) => putFile(path, "PK\u0003\u0004 a zip archive"), /a zip archive; unpack it first/],
  ["a bomb", (path) => putFile(path, gzipSync(Buffer.alloc(5_000_000, 0x20))), /holds more than 1048576 bytes/],
  [
    "broken JSON",
    (path) => putFile(path, gzipSync('{"Records":[{"eventSource":"bedrock.amazonaws.com",}]}')),
    /is not JSON/,
  ],
  [
    "an envelope that does not close",
    (path) => putFile(path, gzipSync(JSON.stringify({ Records: [bedrockRecord(11)] }).slice(0, -1))),
    /is not JSON/,
  ],
  [
    "no Records",
    (path) => putFile(path, gzipSync('{"message":"hello"}')),
    /none of its 1 elements is a CloudTrail record; the first has the fields message/,
  ],
  ["Records that is not a list", (path) => putFile(path, gzipSync('{"Records":{"a":1}}')), /Records is not a list/],
  ["an empty file", (path) => putFile(path, ""), /file is empty/],
  ["an empty gzip stream", (path) => putFile(path, gzipSync("")), /empty when inflated/],
  ["a link that leads nowhere", (path) => symlinkSync("nowhere", path), /cannot be read: ENOENT/],
  ["a link to itself", (path) => symlinkSync(path, path), /cannot be read: ELOOP/],
];

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

const nameOf = (index: number): string => `Broken${String(index).padStart(2, "0")}`;

/** What must be the same whether a file was broken once or never: everything but the memory of the fault. */
const lasting: readonly string[] = [
  "select * exclude (object_uri) from event order by event_id",
  "from event_variant",
  "select * exclude (object_uri) from invocation order by invocation_key",
  "from first_completion",
  "select parse_filename(uri) as file, * exclude (uri, etag, run_id, loaded_at) from trail_object where status <> 'quarantined' order by file",
];

describe("broken files", () => {
  const { logs, warehouse } = place();
  const args = ["ingest", logs, "--warehouse", warehouse, "--max-object-mb", "1", "--threads", "2"];
  let first: CliRun;
  let reasons: ReadonlyMap<string, string>;

  beforeAll(async () => {
    putSoundFiles(logs);
    broken.forEach(([, put], index) => put(logPath(logs, nameOf(index))));
    first = await runCli(args);
    const rows = await queryRows(
      warehouse,
      "select parse_filename(uri) as file, reason from quarantine where record_index is null and event_id is null",
    );
    reasons = new Map(rows.map(({ file, reason }) => [/Broken\d+/.exec(String(file))?.[0] ?? "", String(reason)]));
  });

  it.each(broken.map(([fault, , reason], index) => [fault, nameOf(index), reason] as const))(
    "%s: quarantined, with one line that says why",
    (_fault, name, reason) => {
      expect(reasons.get(name)).toMatch(reason);
      const said = first.stderr.split("\n").filter((line) => line.includes(`_${name}.json.gz`));
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(/^warning: quarantined file:/);
      expect(said[0]).toMatch(reason);
    },
  );

  it("leave their neighbours alone, and the run adds up", async () => {
    expect(first.code).toBe(0);
    expect(first.stderr).toContain(
      `${broken.length + 3} listed = 3 loaded + 0 already loaded + 0 skipped + ${broken.length} quarantined`,
    );
    expect(await queryRows(warehouse, "select count(*) as n from invocation")).toEqual([{ n: 3 }]);
  });

  it("repaired, leave the tables of a run that never saw them", async () => {
    const clean = place();
    putSoundFiles(clean.logs);
    broken.forEach((_, index) => {
      rmSync(logPath(logs, nameOf(index)));
      for (const folder of [logs, clean.logs]) putFile(logPath(folder, nameOf(index)), good(index));
    });
    expect((await runCli(args)).stderr).toContain(
      `${broken.length} loaded + 3 already loaded + 0 skipped + 0 quarantined`,
    );
    await runCli(["ingest", clean.logs, "--warehouse", clean.warehouse, "--threads", "1"]);
    expect(await queryRows(clean.warehouse, "select count(*) as n from invocation")).toEqual([
      { n: 3 + 3 * broken.length },
    ]);
    for (const sql of lasting) expect(await queryRows(warehouse, sql)).toEqual(await queryRows(clean.warehouse, sql));
  });
});

it("with --strict a quarantined file ends in exit code 4, and everything else is there", async () => {
  const { logs, warehouse } = place();
  putSoundFiles(logs);
  putFile(logPath(logs, "Broken"), "");
  const run = await runCli(["ingest", logs, "--warehouse", warehouse, "--strict"]);
  expect(run.code).toBe(4);
  expect(await queryRows(warehouse, "select count(*) as n from invocation")).toEqual([{ n: 3 }]);
});

it("a file without permission is quarantined and tried again when it may be read", async () => {
  const { logs, warehouse } = place();
  const path = putFile(logPath(logs, "Secret"), sound);
  chmodSync(path, 0);
  const args = ["ingest", logs, "--warehouse", warehouse];
  const run = await runUnprivileged(args, root);
  expect(run.stderr).toMatch(/warning: quarantined .*cannot be read: EACCES/);
  chmodSync(path, 0o600);
  expect((await runUnprivileged(args, root)).stderr).toContain("1 listed = 1 loaded");
});

it("a quarantined file is not read again while it stays as it is", async () => {
  const { logs, warehouse } = place();
  putSoundFiles(logs);
  putFile(logPath(logs, "Broken"), "no log");
  const args = ["ingest", logs, "--warehouse", warehouse];
  await runCli(args);
  const second = await runCli(args);
  expect(second.stderr).toContain("4 listed = 0 loaded + 4 already loaded + 0 skipped + 0 quarantined");
  expect(await queryRows(warehouse, "select count(*) as n from quarantine")).toEqual([{ n: 1 }]);
});

describe("wrong types in one record", () => {
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ requestID: 7 }, "requestID: expected a string or null, found a number"],
    [{ eventTime: "yesterday" }, 'eventTime: expected an RFC 3339 time, found "yesterday"'],
    [{ eventTime: undefined }, "eventTime: expected an RFC 3339 time, found nothing"],
    [{ awsRegion: "" }, "awsRegion: expected a string that is not empty, found an empty string"],
    [{ userIdentity: "root" }, "userIdentity: expected an object or null, found a string"],
    [{ requestParameters: { modelId: ["a"] } }, "requestParameters.modelId: expected a string or null, found an array"],
    [
      { additionalEventData: { inferenceRegion: 5 } },
      "additionalEventData.inferenceRegion: expected a string or null, found a number",
    ],
  ];

  it("reject that record with its position and reason, and keep its neighbours", async () => {
    const { logs, warehouse } = place();
    const records = cases.flatMap(([changes], index) => [
      bedrockRecord(2 * index),
      bedrockRecord(2 * index + 1, changes),
    ]);
    putFile(logPath(logs, "Mixed"), gzipLog(records));
    const run = await runCli(["ingest", logs, "--warehouse", warehouse, "--strict"]);
    expect(run.code).toBe(4);
    expect(run.stderr).toContain(
      `${records.length} read = ${cases.length} Bedrock + 0 other + ${cases.length} rejected`,
    );
    expect(run.stderr).toContain(`warning: ${cases.length} Bedrock records rejected for wrong types`);
    expect(
      await queryRows(warehouse, "select record_index, event_id, reason from quarantine order by record_index"),
    ).toEqual(
      cases.map(([, reason], index) => ({
        record_index: 2 * index + 1,
        event_id: records[2 * index + 1]?.["eventID"],
        reason,
      })),
    );
    expect(await queryRows(warehouse, "select record_index from event order by 1")).toEqual(
      cases.map((_, index) => ({ record_index: 2 * index })),
    );
  });
});

it("digest, Insight and other files among the logs are skipped with a reason, wherever they lie", async () => {
  const { logs, warehouse } = place();
  putSoundFiles(logs);
  putFile(
    logPath(logs, "D", "CloudTrail-Digest"),
    gzipSync('{"digestStartTime":"2026-09-02T00:00:00Z","logFiles":[]}'),
  );
  putFile(logPath(logs, "I", "CloudTrail-Insight"), gzipLog([{ eventCategory: "Insight" }]));
  putFile(join(logs, "loose-digest.json"), '{"digestStartTime":"2026-09-02T00:00:00Z","logFiles":[]}');
  putFile(
    join(logs, "loose-insight.json"),
    '{"Records":[{"eventType":"AwsCloudTrailInsight","eventSource":"bedrock.amazonaws.com"}]}',
  );
  putFile(join(logs, "README.txt"), "bedrock.amazonaws.com");
  putFile(join(logs, ".DS_Store"), "x");
  const run = await runCli(["ingest", logs, "--warehouse", warehouse, "--strict"]);
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("9 listed = 3 loaded + 0 already loaded + 6 skipped + 0 quarantined");
  expect(
    await queryRows(
      warehouse,
      "select reason, count(*) as n from trail_object where status = 'skipped' group by all order by all",
    ),
  ).toEqual([
    { reason: "CloudTrail Insights events", n: 1 },
    { reason: "CloudTrail digest", n: 1 },
    { reason: "Insight file", n: 1 },
    { reason: "digest file", n: 1 },
    { reason: "hidden file", n: 1 },
    { reason: "not the name of a log file", n: 1 },
  ]);
});

describe("a source without logs", () => {
  it("fails for an empty folder, and no warehouse appears", async () => {
    const { logs, warehouse } = place();
    const run = await runCli(["ingest", logs, "--warehouse", warehouse]);
    expect(run.code).toBe(1);
    expect(run.stderr).toBe(
      `error: no files at all below ${logs}\nLook for a folder that holds AWSLogs/, or log files ending in .json.gz.\n`,
    );
    expect((await runCli(["report", "--warehouse", warehouse])).stderr).toContain("There is no warehouse");
  });

  it("fails for a folder with nothing but other files", async () => {
    const { logs, warehouse } = place();
    putFile(join(logs, "notes.txt"), "x");
    const run = await runCli(["ingest", logs, "--warehouse", warehouse]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/\nerror: none of the 1 files .*is a log file\nLook for a folder/);
  });

  it.each(["missing", join("file.json", "below")])("fails for %s, and nothing is left behind", async (name) => {
    const { logs, warehouse } = place();
    putFile(join(logs, "file.json"), '{"Records":[]}');
    const run = await runCli(["ingest", join(logs, name), "--warehouse", warehouse]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^error: there is no folder .*\nName a folder with CloudTrail logs/);
  });
});
