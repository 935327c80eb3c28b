/** The proof that no person is in any byte of what leaves under protection: any function over any relation in any format, and all that a run writes. */
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import { openWarehouse } from "../../src/engines/duckdb/engine.ts";
import { unpackZip } from "../../src/evidence/unpack-zip.ts";
import type { Protection } from "../../src/privacy/stand-ins.ts";
import { type FormatName, formatNames } from "../../src/report/formats/names.ts";
import { filesFor } from "../../src/report/output.ts";
import { writeResult } from "../../src/report/results/write-result.ts";
import { publicTables } from "../../src/schema/public-tables.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { leaked, people, records } from "./planted.ts";

const root = temporaryFolder();
const warehouse = join(root, "w.duckdb");
const key = "a secret of more than sixteen characters";
const protections: readonly (readonly [string, Protection])[] = [
  ["pseudonymise", { key }],
  ["drop", { drop: true }],
];

beforeAll(async () => {
  const logs = join(root, "logs");
  mkdirSync(logs);
  writeFileSync(join(logs, "a.json.gz"), gzipSync(JSON.stringify({ Records: records })));
  const run = await runCli(["ingest", logs, "--warehouse", warehouse, "--threads", "1"]);
  expect(run.code, run.stderr).toBe(0);
});

/** What a file says when it is unpacked: Parquet is compressed. */
async function textOf(file: string): Promise<string> {
  const bytes = readFileSync(file);
  const plain = bytes.toString("latin1");
  if (!plain.startsWith("PAR1")) return plain;
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = await parquetReadObjects({ file: buffer });
  const cells = rows.flatMap((row) => Object.entries(row).flat());
  return `${plain}\n${cells.map(String).join("\n")}\n${JSON.stringify(parquetMetadata(buffer).key_value_metadata)}`;
}

/** How a function of SQL writes a text, so that it is found again behind it; base64 depends on where the text begins. */
const disguises: Readonly<Record<string, { sql: (value: string) => string; of: (text: string) => readonly string[] }>> =
  {
    plain: { sql: (value) => `concat('<', ${value}, '>')`, of: (text) => [text] },
    upper: { sql: (value) => `upper(${value})`, of: (text) => [text.toUpperCase()] },
    lower: { sql: (value) => `lower(${value})`, of: (text) => [text.toLowerCase()] },
    reverse: { sql: (value) => `reverse(${value})`, of: (text) => [Array.from(text).toReversed().join("")] },
    hex: { sql: (value) => `hex(${value})`, of: (text) => [Buffer.from(text).toString("hex").toUpperCase()] },
    base64: {
      sql: (value) => `base64(encode(${value}))`,
      of: (text) =>
        [0, 1, 2].map((shift) => {
          const whole = Buffer.from(`${"-".repeat(shift)}${text}`).toString("base64");
          return whole.slice(shift === 0 ? 0 : 4, whole.length - 4);
        }),
    },
    list: { sql: (value) => `list_aggregate([${value}], 'string_agg', '|')`, of: (text) => [text] },
    json: { sql: (value) => `to_json({'v': ${value}})::varchar`, of: (text) => [text] },
  };
const disguised = fc.tuple(fc.constantFrom(...Object.values(disguises)), fc.constantFrom(...Object.values(disguises)));

const covered = publicTables.flatMap(({ name, columns }) =>
  columns.filter((column) => column.personal !== undefined).map((column) => [name, column.name] as const),
);
const relations = ["", "main.", "warehouse.main."];

async function foundIn(
  protection: Protection | undefined,
  numRuns: number,
): Promise<{ found: readonly string[]; written: number }> {
  const target = join(root, "result");
  const found: string[] = [];
  let written = 0;
  const engine = await openWarehouse(warehouse, filesFor(target), protection);
  const statement = fc.tuple(
    fc.constantFrom(...covered),
    disguised,
    fc.constantFrom(...relations),
    fc.constantFrom<FormatName>(...formatNames),
  );
  try {
    for (const [[table, column], [inner, outer], prefix, format] of fc.sample(statement, { numRuns, seed: 11 })) {
      const sql = `select ${outer.sql(inner.sql(`t.${column}::varchar`))} as v, count(*) as n from ${prefix}${table} t group by all`;
      const nowhere = { write: () => expect.unreachable("nothing goes to stdout") };
      const options = { format, signal: new AbortController().signal };
      await writeResult(await engine.run(sql), { file: target, stdout: nowhere }, options);
      written += 1;
      const text = await textOf(target);
      const needles = people.flatMap((person) => inner.of(person).flatMap((each) => outer.of(each)));
      if (needles.some((needle) => text.includes(needle)) || leaked(text).length > 0) found.push(`${sql} as ${format}`);
    }
  } finally {
    await engine.close();
  }
  return { found, written };
}

describe("any function over any covered column of any relation, in any format", { timeout: 120_000 }, () => {
  it("shows people without protection, behind each of the functions, so that the test can fail", async () => {
    const { found, written } = await foundIn(undefined, 150);
    expect(written).toBe(150);
    for (const { sql } of Object.values(disguises))
      expect(found.some((each) => each.includes(sql("").split("(")[0] ?? ""))).toBe(true);
    for (const format of formatNames)
      expect(
        found.some((each) => each.endsWith(` as ${format}`)),
        format,
      ).toBe(true);
  });

  it.each(protections)("shows nobody under %s", async (_, protection) => {
    expect(await foundIn(protection, 150)).toEqual({ found: [], written: 150 });
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}

describe.each(protections.map(([name]) => name))("a run that is to %s", { timeout: 120_000 }, (personalData) => {
  it("has nobody in its reports of every format, its packs, metrics, run report and words", async () => {
    const folder = join(root, personalData);
    mkdirSync(folder);
    const config = {
      warehouse: join(root, `${personalData}.duckdb`),
      sources: [join(root, "logs")],
      boundary: "eu",
      personalData,
      reports: [
        { format: formatNames, envelope: true, output: join(folder, "out") },
        { name: "overview", format: ["html", "table"], output: join(folder, "out") },
      ],
      evidence: { output: join(folder, "packs"), from: "2026-09-01", to: "2026-09-19" },
      metricsFile: join(folder, "spillway.prom"),
      reportFile: join(folder, "run.json"),
    };
    writeFileSync(join(root, "spillway.json"), JSON.stringify(config));
    const run = await runCli(["run", "--config", join(root, "spillway.json")], { SPILLWAY_PSEUDONYMISE_KEY: key });
    expect([run.code, leaked(run.stdout + run.stderr)], run.stderr).toEqual([0, []]);
    const packs = filesBelow(join(folder, "packs"));
    expect(packs).toHaveLength(1);
    for (const pack of packs) expect(await unpackZip(pack, join(folder, "unpacked"))).toEqual([]);
    const files = filesBelow(folder);
    expect(files.length).toBeGreaterThan(formatNames.length * 15);
    for (const file of files) {
      const text = await textOf(file);
      expect([leaked(text), text.includes(key)], file).toEqual([[], false]);
    }
    expect(await textOf(join(folder, "out", "denials.parquet"))).toContain("is not authorized");
  });
});
