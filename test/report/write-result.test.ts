/** The proof that a result is the same whoever writes it, DuckDB or our formats, and that a file is whole or not there. */
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OutputStream } from "../../src/effects.ts";
import { openWarehouse } from "../../src/engines/duckdb/engine.ts";
import type { Engine, Result } from "../../src/engines/engine.ts";
import type { FormatName } from "../../src/report/formats/names.ts";
import { filesFor, withOutput } from "../../src/report/output.ts";
import { type WriteOptions, writeResult } from "../../src/report/results/write-result.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { type Sandbox, entriesOf, event, sandbox } from "../store/helpers.ts";

let box: Sandbox;
let engine: Engine;
let target: string;
const never = new AbortController().signal;
const nowhere: OutputStream = { write: () => expect.unreachable("nothing goes to stdout") };

beforeAll(async () => {
  box = await sandbox();
  const file = join(box.folder, "w.duckdb");
  {
    await using warehouse = await Warehouse.open(file, { threads: 1 });
    await warehouse.commit({ files: [await box.stage([event({})])], objects: entriesOf([event({})]), quarantine: [] });
    await warehouse.publish();
  }
  target = join(box.folder, "result");
  engine = await openWarehouse(file, filesFor(target));
}, 60_000);
afterAll(async () => {
  await engine.close();
  await box[Symbol.asyncDispose]();
});

async function toFile(sql: string, options: Partial<WriteOptions> & { format: FormatName }): Promise<Buffer> {
  await writeResult(await engine.run(sql), { file: target, stdout: nowhere }, { signal: never, ...options });
  return readFileSync(target);
}

async function toStdout(result: Result, options: Partial<WriteOptions> & { format: FormatName }): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const stdout: OutputStream = { write: (chunk) => pieces.push(Buffer.from(chunk)) > 0 };
  await writeResult(result, { stdout }, { signal: never, ...options });
  return Buffer.concat(pieces);
}

/** The same statement without DuckDB's own writing. */
async function byOurselves(sql: string, format: FormatName): Promise<string> {
  const { columns, batches } = await engine.run(sql);
  return (await toStdout({ columns, batches }, { format })).toString();
}

const everyType = `SELECT * FROM (VALUES
  (1::TINYINT, 9007199254740993, sum_of, 0.05::DECIMAL(38,2), 0.1::DOUBLE, 'nan'::DOUBLE, true, TIMESTAMP '2026-09-01 08:30:00.123456', TIMESTAMPTZ '2026-09-01 08:30:00+02',
   [1, 2], {'at': TIMESTAMP '2026-09-01', 'big': [sum_of]}, MAP {'k': 1.5::DOUBLE}, '{"a": [1]}'::JSON, DATE '2026-01-02', '=x', ' ＝y', '''=z', 1e-5::DOUBLE, 1e17::DOUBLE, -0.0::DOUBLE, INTERVAL '-1 day', TIMESTAMP_S '2026-01-01 00:00:00'),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', 'a "quoted", text', E'two\\nlines', 3::DOUBLE, 0.5, 1e15, NULL, NULL)
) AS r("=name", b, h, d, x, n, "spilled?", t, tz, l, s, m, j, day, f1, f2, f3, e1, e2, e3, i, ts)`.replaceAll(
  "sum_of",
  "(SELECT sum(9223372036854775807) FROM range(3))",
);

describe("written by DuckDB or by us", () => {
  it("CSV is the same, byte for byte", async () => {
    const wanted = await byOurselves(everyType, "csv");
    expect((await toFile(everyType, { format: "csv" })).toString()).toBe(wanted);
    expect((await toStdout(await engine.run(everyType), { format: "csv" })).toString()).toBe(wanted);
    expect(wanted.split("\n")[0]).toMatch(/^'=name,b,/);
    expect(wanted).toContain("27670116110564327421");
  });

  it.each(["json", "ndjson"] as const)("%s says the same", async (format) => {
    const values = (text: string): unknown =>
      format === "json"
        ? JSON.parse(text)
        : text
            .trimEnd()
            .split("\n")
            .map((line): unknown => JSON.parse(line));
    const wanted = await byOurselves(everyType, format);
    const file = (await toFile(everyType, { format })).toString();
    expect(values(file)).toEqual(values(wanted));
    // digits that JavaScript's own numbers would lose
    for (const text of [file, wanted]) expect(text.match(/27670116110564327421|9007199254740993/g)).toHaveLength(3);
    expect((await toStdout(await engine.run(everyType), { format })).toString()).toBe(file);
    const none = "SELECT 1 AS a WHERE false";
    expect((await toFile(none, { format })).toString()).toBe(await byOurselves(none, format));
  });

  it("Parquet has exact types, and what it says of itself", async () => {
    const metadata = { spillway: "it's {a: 1}" };
    const bytes = await toFile(everyType, { format: "parquet", metadata });
    const file = new Uint8Array(bytes).buffer;
    expect(parquetMetadata(file).key_value_metadata).toContainEqual({ key: "spillway", value: metadata.spillway });
    const [row] = await parquetReadObjects({ file });
    expect(row).toMatchObject({ h: "27670116110564327421", b: 9007199254740993n, day: "2026-01-02", f1: "=x" });
    expect(row?.["s"]).toMatchObject({ big: ["27670116110564327421"] });
    const types = new Map(parquetMetadata(file).schema.map((each) => [each.name, each.logical_type]));
    expect(types.get("t")).toMatchObject({ type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" });
    expect(types.get("d")).toMatchObject({ type: "DECIMAL", precision: 38, scale: 2 });
  });

  it("any text is the same in CSV", async () => {
    const word = fc.string({
      unit: fc.constantFrom("a", "0", '"', ",", "\n", "é", "'", "=", " ", "＠", "　", "{", ":", "-", "#", ";"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 20 }), async (rows) => {
        const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
        const sql = `SELECT * FROM (VALUES ${rows.map((row) => `(${row.map(literal).join(", ")})`).join(", ")}) AS r(a, b)`;
        expect((await toFile(sql, { format: "csv" })).toString()).toBe(await byOurselves(sql, "csv"));
      }),
      { numRuns: 40 },
    );
  });

  it("rows come in the order of the statement", async () => {
    const sql = "SELECT range FROM range(400000) ORDER BY range % 10, range DESC";
    expect((await toFile(sql, { format: "csv" })).toString()).toBe(await byOurselves(sql, "csv"));
  });

  it.each(["csv", "table", "json"] as const)("%s has no more rows than asked for", async (format) => {
    const written = await writeResult(
      await engine.run("SELECT range FROM range(5000) ORDER BY range"),
      { file: target, stdout: nowhere },
      { format, signal: never, maxRows: 3 },
    );
    expect(written).toBe(3);
    expect(readFileSync(target, "utf8")).not.toMatch(/\b3\b/);
  });
});

describe("a file", () => {
  const halfWay = "SELECT CASE WHEN range = 250000 THEN error('half-way') ELSE range END AS a FROM range(300000)";

  it.each(["csv", "json", "ndjson", "parquet", "arrow", "table", "markdown"] as const)(
    "of %s stays what it was when the statement fails",
    async (format) => {
      writeFileSync(target, "before");
      await expect(toFile(halfWay, { format })).rejects.toMatchObject({
        code: "sql",
        message: expect.stringContaining("half-way") as string,
      });
      expect(readFileSync(target, "utf8")).toBe("before");
      expect(readdirSync(box.folder).filter((name) => name.includes("partial"))).toEqual([]);
    },
  );

  it("in a folder that is not there is told in one line", async () => {
    const file = join(box.folder, "none", "x.csv");
    const writing = writeResult(
      await engine.run("SELECT 1"),
      { file, stdout: nowhere },
      { format: "csv", signal: never },
    );
    await expect(writing).rejects.toMatchObject({ code: "output" });
  });

  it("whose stream was told to stop is not said to be impossible to write", async () => {
    const over = AbortSignal.abort();
    const waiting = async (): Promise<void> => void (await once(new PassThrough(), "drain", { signal: over }));
    await expect(withOutput(join(box.folder, "stopped"), nowhere, waiting)).rejects.toMatchObject({
      name: "AbortError",
      code: "ABORT_ERR",
    });
    expect(existsSync(join(box.folder, "stopped"))).toBe(false);
  });

  it("beside the one that was asked for cannot be written, not even as the engine's own copy", async () => {
    const { copy } = await engine.run("SELECT 1 AS a");
    const other = join(box.folder, "other.csv");
    expect(copy?.mayWrite(other)).toBe(false);
    await expect(copy?.to(other, { format: "csv" })).rejects.toMatchObject({ code: "sql-refused" });
    expect(existsSync(other)).toBe(false);
  });
});

it("one signal ends a result whose reader does not read", async () => {
  const stop = new AbortController();
  const reader = new PassThrough({ highWaterMark: 10 });
  const { columns, batches } = await engine.run("SELECT range FROM range(1000000)", stop.signal);
  const writing = writeResult({ columns, batches }, { stdout: reader }, { format: "ndjson", signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await expect(writing).rejects.toThrow();
});
