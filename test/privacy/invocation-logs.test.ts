/** Poison in all that invocation logs hold besides identifiers, times and counts: not one byte of it may be found anywhere afterwards. */
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeParquet } from "../../src/columnar/parquet.ts";
import { InvocationLogBatch } from "../../src/parse/event-batch.ts";
import { parseInvocationLogs } from "../../src/parse/invocation-log.ts";
import { formatNames } from "../../src/report/formats/names.ts";
import {
  gzipLines,
  invocationLog,
  invocationLogPath,
  poison,
  poisoned,
  requestId,
} from "../support/invocation-logs.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { type AnyRecord, bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";

const folder = temporaryFolder();
const warehouse = join(folder, "out", "w.duckdb");
const temporary = join(folder, "tmp");
const source = join(folder, "logs");
const said: string[] = [];

/** What wrong types, other texts and unknown kinds can do to a record, each with poison in it. */
const wrong: readonly AnyRecord[] = [
  { requestId: { [poison]: poison } },
  { requestId: `${poison} words` },
  { timestamp: poison },
  { accountId: poison },
  { region: [poison] },
  { region: poison },
  { inferenceRegion: poison },
  { errorCode: `${poison} said the model` },
  { operation: `${poison} ${poison}` },
  { modelId: { text: poison } },
  { modelId: `${poison} in words` },
  { identity: poison },
  { input: poison },
  { output: [poison] },
];
/** Read, with nothing where the poison stood. */
const absent: readonly AnyRecord[] = [
  { identity: { arn: { [poison]: poison } } },
  { identity: { arn: `${poison} in words` } },
  { input: { inputTokenCount: poison }, output: { outputTokenCount: { [poison]: 1 } } },
];

async function run(...args: readonly string[]): Promise<CliRun> {
  const done = await runCli([...args, "--warehouse", warehouse]);
  said.push(done.stdout, done.stderr);
  return done;
}

beforeAll(async () => {
  mkdirSync(temporary);
  mkdirSync(join(folder, "out"));
  process.env["TMPDIR"] = temporary;
  putFile(
    logPath(join(folder, "trail"), "Calls"),
    gzipLog([1, 2, 3].map((n) => bedrockRecord(n, { additionalEventData: null }))),
  );
  const good = [1, 2, 4].map((n) => poisoned(invocationLog(n)));
  putFile(invocationLogPath(source, "20260902T100001Z_1"), gzipLines(good));
  putFile(invocationLogPath(source, "20260902T100002Z_2"), gzipSync(JSON.stringify(good, null, 1)));
  putFile(
    invocationLogPath(source, "20260902T100003Z_3"),
    gzipLines([...wrong, ...absent].map((change, n) => ({ ...poisoned(invocationLog(20 + n)), ...change }))),
  );
  const text = JSON.stringify(poisoned(invocationLog(50)));
  for (const [n, broken] of [
    text.slice(0, -40),
    `${text}${poison}`,
    `{"${poison}"}`,
    poison,
    `{"schemaType":"ModelInvocationLog",${poison}}`,
  ].entries())
    putFile(invocationLogPath(source, `20260902T1000${10 + n}Z_b`), gzipSync(broken));
  putFile(invocationLogPath(source, "20260902T100020Z_c"), gzipSync(JSON.stringify({ [poison]: poison })));
  putFile(invocationLogPath(source, "20260902T100021Z_d"), gzipSync(text).subarray(0, 200));
  // bodies, where Bedrock puts them and flattened; and files that only their content tells
  for (const part of ["input", "output"]) {
    putFile(invocationLogPath(source, `data/${requestId(1)}_${part}`), gzipSync(JSON.stringify({ prompt: poison })));
    putFile(join(source, "flat", `${requestId(1)}_${part}.json.gz`), gzipSync(JSON.stringify({ [poison]: poison })));
  }
  putFile(join(source, "flat", "unnamed.json"), JSON.stringify({ prompt: poison }));
  putFile(join(source, "flat", "broken.json"), `[${text.slice(0, 300)}`);
  for (const [n, broken] of [`{"x":${poison}}`, `{"x":"y" ${poison}`, `{"${poison}" 1}`].entries())
    putFile(join(source, "flat", `${n}.json`), `[{"schemaType":"ModelInvocationLog","input":${broken}}]`);
  putFile(join(source, "flat", "whole.json"), text);
  expect((await run("ingest", join(folder, "trail"))).code).toBe(0);
  expect((await run("ingest", `invocation-logs:${source}`)).code).toBe(0);
  // the trail's own reader over the same folder, and over files of any name
  expect((await run("ingest", source)).code).toBe(0);
  expect((await run("ingest", source, `invocation-logs:${source}`, "--any-name", "--log-format", "json")).code).toBe(0);
}, 60_000);

function filesBelow(place: string): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The poison as it stands, in UTF-16, in base64, and in gzip streams. */
function holdsPoison(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes);
  const forms = [
    Buffer.from(poison),
    Buffer.from(poison, "utf16le"),
    Buffer.from(Buffer.from(poison).toString("base64").slice(0, 9)),
  ];
  if (forms.some((form) => buffer.includes(form))) return true;
  return buffer[0] === 0x1f && buffer[1] === 0x8b && gunzipSync(buffer).includes(poison);
}

/** Tables whose rows hold a text, whatever the file compresses. */
async function tablesWith(text: string): Promise<readonly string[]> {
  const tables = await queryRows(
    warehouse,
    "select schema_name || '.' || table_name as t from duckdb_tables() where database_name <> 'temp' and schema_name in ('main', 'internal')",
  );
  const found: string[] = [];
  for (const { t } of tables) {
    const [row] = await queryRows(
      warehouse,
      `select count(*) as n from ${String(t)} as t where contains(cast(t as varchar), '${text}')`,
    );
    if (row?.["n"] !== 0) found.push(String(t));
  }
  return found.toSorted();
}

describe("poisoned invocation logs", () => {
  it("give the right numbers", async () => {
    expect(
      await queryRows(
        warehouse,
        "select right(request_id, 2) as r, region_evidence as e, served_region as s, input_tokens as i, output_tokens as o, cache_read_tokens as c from invocation order by 1",
      ),
    ).toEqual([
      { r: "01", e: "invocation-log", s: "eu-west-3", i: 12, o: 88, c: 900 },
      { r: "02", e: "invocation-log", s: "eu-west-3", i: 12, o: 88, c: 900 },
      { r: "03", e: "absence", s: "eu-central-1", i: null, o: null, c: null },
    ]);
    const [logs] = await queryRows(
      warehouse,
      "select count(*) as n, count(identity_arn) as people, count(input_tokens) as counted from invocation_log",
    );
    // 1, 2, 4, the one that is whole in a folder without a layout, and three with nothing where poison stood
    expect(logs).toEqual({ n: 7, people: 5, counted: 6 });
    const [rejected] = await queryRows(
      warehouse,
      "select count(*) as n from quarantine where record_index is not null",
    );
    expect(rejected).toEqual({ n: wrong.length });
  });

  it("leave no byte in the warehouse, its rows, its working file or what lies beside", async () => {
    const files = filesBelow(join(folder, "out"));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => holdsPoison(readFileSync(file)))).toEqual([]);
    expect(await tablesWith(poison)).toEqual([]);
    // the search does find what is there
    expect(await tablesWith("assumed-role/app/session")).toEqual(["main.event", "main.invocation_log"].slice(1));
    expect(holdsPoison(gzipSync(poison)) && holdsPoison(readFileSync(join(source, "flat", "whole.json")))).toBe(true);
  });

  it("leave none in what workers hand to the store", () => {
    for (const file of filesBelow(source)) {
      const batch = new InvocationLogBatch();
      const parsed = parseInvocationLogs(readFileSync(file), "uri", batch, { maxRawBytes: 1 << 20 });
      const rows = batch.length;
      expect(holdsPoison(encodeParquet(batch.take(), rows)), file).toBe(false);
      expect(JSON.stringify(parsed), file).not.toContain(poison);
    }
  });

  it("leave none in results and exports of any format, in log lines, or in temporary files", async () => {
    for (const format of formatNames) {
      for (const [name, args] of [
        ["logs", ["query", "from invocation_log"]],
        ["quarantine", ["query", "from quarantine"]],
        ["gaps", ["report", "invocation-log-gaps"]],
        ["unobservable", ["report", "unobservable"]],
      ] as const)
        expect(
          (await run(...args, "--format", format, "--output", join(folder, "out", `${name}.${format}`))).stderr,
        ).not.toMatch(/error/i);
    }
    expect((await run("export", "--drop-personal", "--output", join(folder, "out", "dropped.duckdb"))).code).toBe(0);
    await run("report", "overview", "--format", "html", "--output", join(folder, "out", "page.html"));
    expect(filesBelow(join(folder, "out")).length).toBeGreaterThan(4 * formatNames.length);
    expect(filesBelow(join(folder, "out")).filter((file) => holdsPoison(readFileSync(file)))).toEqual([]);
    expect(filesBelow(temporary).filter((file) => holdsPoison(readFileSync(file)))).toEqual([]);
    expect(said.join("")).not.toContain(poison);
    expect(said.join("")).toContain("quarantined");
  }, 120_000);
});
