/** The proof of the formats: read back by parsers that we did not write, and goldens for what people read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "@uwdata/flechette";
import { DuckDBInstance } from "duckdb";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutputStream } from "../../src/effects.ts";
import type { Result, ResultColumn } from "../../src/engines/engine.ts";
import { harmless, unharmed } from "../../src/report/formats/csv.ts";
import { type FormatOptions } from "../../src/report/formats/format.ts";
import { percent } from "../../src/report/value-text.ts";
import { formats } from "../../src/report/formats/index.ts";
import { type FormatName, formatNames, formatTraits } from "../../src/report/formats/names.ts";
import { type Cell, plainRows, resultOf } from "../../src/engines/result.ts";

const columns: readonly ResultColumn[] = [
  { name: "principal", type: "text" },
  { name: "invocations", type: "bigint" },
  { name: "small", type: "integer" },
  { name: "spill_rate", type: "double" },
  { name: "explicit", type: "boolean" },
  { name: "first_seen", type: "timestamp" },
];
const time = Date.parse("2026-09-01T08:30:00Z");
const data: readonly (readonly Cell[])[] = [
  ["arn:aws:iam::111122223333:role/apps/invoice-bot", "=1+1", null],
  [1234567n, 0n, null],
  [7, -7, null],
  [0.12345, 1, null],
  [true, false, null],
  [BigInt(time) * 1000n, BigInt(Date.parse("2026-09-02T00:00:00Z")) * 1000n, null],
];

/** Values that a double cannot hold. */
const exact = (): Result =>
  resultOf(
    [
      { name: "h", type: "hugeint" },
      { name: "d", type: "decimal", digits: { all: 38, fraction: 2 } },
      { name: "j", type: "json" },
      { name: "t", type: "timestamp" },
    ],
    [
      [-(2n ** 127n), 2n ** 64n, null],
      ["-12345678901234567890.50", "0.05", null],
      ['[1,{"a":null}]', "{}", null],
      [BigInt(time) * 1000n + 123_456n, -1n, null],
    ],
  );

async function written(name: FormatName, result: Result, options?: FormatOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const output: OutputStream = { write: (chunk) => chunks.push(Buffer.from(chunk)) > 0 };
  await formats[name](result, output, options);
  return Buffer.concat(chunks);
}
const text = async (name: FormatName, options?: FormatOptions): Promise<string> =>
  (await written(name, resultOf(columns, data), options)).toString("utf8");

describe("names", () => {
  it("each has a writer, and an extension of its own", () => {
    expect(Object.keys(formats).toSorted()).toEqual(formatNames.toSorted());
    expect(new Set(formatNames.map((name) => formatTraits[name].extension)).size).toBe(formatNames.length);
  });

  it.each(formatNames)("%s is binary if it cannot be read as text, and says so in its content type", async (name) => {
    const bytes = await written(name, resultOf(columns, data));
    expect(formatTraits[name].isBinary).toBe(bytes.includes(0));
    expect(formatTraits[name].contentType).toMatch(formatTraits[name].isBinary ? /\/vnd\./ : /^text\/|json$/);
  });
});

describe("table", () => {
  it("is aligned, with numbers to the right and rates in percent", async () => {
    expect(`\n${await text("table")}`).toBe(`
principal                                        invocations  small  spill_rate  explicit  first_seen
───────────────────────────────────────────────  ───────────  ─────  ──────────  ────────  ────────────────────
arn:aws:iam::111122223333:role/apps/invoice-bot    1,234,567      7       12.3%  true      2026-09-01 08:30:00Z
=1+1                                                       0     -7      100.0%  false     2026-09-02
–                                                          –      –           –  –         –
`);
  });

  it("fits the terminal, cutting long text in the middle", async () => {
    const lines = (await text("table", { width: 80 })).trimEnd().split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[2]).toMatch(/^arn:aws:\w*….*bot {2}/);
    expect(lines[2]).toContain("1,234,567");
  });

  it("writes record below record where the columns cannot be read", async () => {
    const narrow = (await text("table", { width: 50 })).split("\n");
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(narrow.slice(0, 8)).toEqual([
      "── 1 ────────",
      "principal    arn:aws:iam::11112…e/apps/invoice-bot",
      "invocations  1,234,567",
      "small        7",
      "spill_rate   12.3%",
      "explicit     true",
      "first_seen   2026-09-01 08:30:00Z",
      "── 2 ────────",
    ]);
    const many = Array.from({ length: 1500 }, (_, index) => index);
    const wide = Array.from({ length: 20 }, (_, index) => ({ name: `column_${index}`, type: "integer" as const }));
    const long = (
      await written(
        "table",
        resultOf(
          wide,
          wide.map(() => many),
        ),
        { width: 80 },
      )
    ).toString();
    expect(long.match(/^── \d+ /gm)).toHaveLength(1500);
    expect(long).toMatch(/── 1500 ─+\ncolumn_0 +1,499\n/);
  });

  it("dims nulls and says when there is nothing", async () => {
    expect(await text("table", { color: true })).toContain("\u001B[2m–");
    const empty = await written("table", resultOf([{ name: "a", type: "text" }], [[]]));
    expect(empty.toString()).toBe("a\n─\nno rows\n");
  });

  it("goes on after the rows that decide the widths", async () => {
    const many = Array.from({ length: 2500 }, (_, index) => index);
    const lines = (await written("table", resultOf([{ name: "n", type: "integer" }], [many])))
      .toString()
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(2502);
    expect(lines.at(-1)).toBe("2,499");
  });

  it("keeps escape sequences of a log from the terminal", async () => {
    const hostile = await written("table", resultOf([{ name: "a", type: "text" }], [["x\u001B[2Jy\nz\u202Ew"]]));
    expect(hostile.toString()).toBe("a\n─────────\nx [2Jy z w\n".replace("─────────", "─".repeat(10)));
  });
});

it("one long value does not pad a table", async () => {
  const long = "x".repeat(3000);
  const result = resultOf(
    [
      { name: "a", type: "text" },
      { name: "b", type: "integer" },
    ],
    [
      [long, "y"],
      [1, 2],
    ],
  );
  const lines = (await written("table", result)).toString().split("\n");
  expect(lines.map((line) => line.length)).toEqual([123, 123, 3003, 123, 0]);
  expect(lines[2]).toBe(`${long}  1`);
});

it.each(["table", "markdown"] as const)("a newline in a header does not break a %s", async (name) => {
  const lines = (await written(name, resultOf([{ name: "a\n\u001B[2Jb", type: "text" }], [["x"]])))
    .toString()
    .split("\n");
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(name === "table" ? /^a \[2Jb/ : /^\| a \\\[2Jb \|/);
});

it("markdown", async () => {
  const pipes = resultOf(
    [
      { name: "a|b", type: "text" },
      { name: "share", type: "double" },
    ],
    [["x|y <b>"], [0.5]],
  );
  expect((await written("markdown", pipes)).toString()).toBe(
    "| a\\|b | share |\n| --- | ---: |\n| x\\|y \\<b> | 50.0% |\n",
  );
  expect(await text("markdown")).toContain(
    "| arn:aws:iam::111122223333:role/apps/invoice-bot | 1,234,567 | 7 | 12.3% | true | 2026-09-01 08:30:00Z |",
  );
});

it.each([
  [0, "0.0%"],
  [0.0001, "<0.1%"],
  [0.9999, ">99.9%"],
  [1, "100.0%"],
  [0.4996, "50.0%"],
])("%d is %s", (rate, expected) => {
  expect(percent(rate)).toBe(expected);
});

describe("csv", () => {
  it("is plain, with full numbers", async () => {
    expect(await text("csv")).toBe(
      "principal,invocations,small,spill_rate,explicit,first_seen\n" +
        "arn:aws:iam::111122223333:role/apps/invoice-bot,1234567,7,0.12345,true,2026-09-01T08:30:00.000Z\n" +
        "'=1+1,0,-7,1,false,2026-09-02T00:00:00.000Z\n" +
        ",,,,,\n",
    );
  });

  it.each([
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n1",
    " =1+1",
    "\u00A0\u3000@x",
    "\uFF1D1+1",
    "\uFF0B1",
    "\uFF0D1",
    "\uFF20x",
    "\uFEFF=1",
    "'=1",
  ])("%j cannot become a formula", async (cell) => {
    const out = (await written("csv", resultOf([{ name: "a", type: "text" }], [[cell]]))).toString();
    expect(out.slice(2)).toMatch(/^"?'/);
  });

  it("what was made harmless can be had back, whatever it was", () => {
    const text = fc.string({ unit: fc.constantFrom("=", "'", " ", "a", "\t", "\uFF1D", "\u3000", "1", "-") });
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "grapheme" })), (value) => {
        expect(unharmed(harmless(value))).toBe(value);
        // no apostrophe is taken away that was not put there
        expect([value, `'${value}`]).toContain(harmless(value));
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps every digit, and leaves negative numbers alone", async () => {
    expect((await written("csv", exact())).toString()).toBe(
      'h,d,j,t\n-170141183460469231731687303715884105728,-12345678901234567890.50,"[1,{""a"":null}]",2026-09-01T08:30:00.123456Z\n' +
        "18446744073709551616,0.05,{},1969-12-31T23:59:59.999999Z\n,,,\n",
    );
  });

  it("any text comes back from DuckDB's reader of CSV", async () => {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const folder = mkdtempSync(join(tmpdir(), "spillway-csv-"));
    const word = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "é", "'", "=", " ", "𝄞"), minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 8 }), async (rows) => {
        const file = join(folder, "a.csv");
        const two: ResultColumn[] = [
          { name: "a", type: "text" },
          { name: "b", type: "text" },
        ];
        writeFileSync(
          file,
          await written("csv", resultOf(two, [rows.map((row) => row[0]), rows.map((row) => row[1])])),
        );
        const reader = await connection.runAndReadAll(
          `SELECT a, b FROM read_csv('${file}', auto_detect=false, header=true, delim=',', quote='"', escape='"', new_line='\\n', columns={a: 'VARCHAR', b: 'VARCHAR'}, parallel=false)`,
        );
        expect(reader.getRowsJS()).toEqual(rows.map((row) => row.map((cell) => harmless(cell))));
      }),
      { numRuns: 50 },
    );
    rmSync(folder, { recursive: true });
    connection.closeSync();
  });
});

describe("json", () => {
  it("is an array of objects with every digit", async () => {
    const result = resultOf(
      [
        { name: "n", type: "bigint" },
        { name: "1", type: "double" },
      ],
      [
        [9007199254740993n, 5n],
        [Number.NaN, 0.1],
      ],
    );
    expect((await written("json", result)).toString()).toBe(
      '[\n{"n":9007199254740993,"1":null},\n{"n":5,"1":0.1}\n]\n',
    );
    const none = resultOf(
      columns,
      columns.map(() => []),
    );
    expect((await written("json", none)).toString()).toBe("[]\n");
    expect((await written("ndjson", exact())).toString()).toBe(
      '{"h":-170141183460469231731687303715884105728,"d":-12345678901234567890.50,"j":[1,{"a":null}],"t":"2026-09-01T08:30:00.123456Z"}\n' +
        '{"h":18446744073709551616,"d":0.05,"j":{},"t":"1969-12-31T23:59:59.999999Z"}\n' +
        '{"h":null,"d":null,"j":null,"t":null}\n',
    );
  });

  it("json and ndjson say the same", async () => {
    const rows: unknown = JSON.parse(await text("json"));
    const lines = (await text("ndjson")).trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(rows);
    expect(rows).toMatchObject([
      { invocations: 1234567, spill_rate: 0.12345, explicit: true, first_seen: "2026-09-01T08:30:00.000Z" },
      {},
      { principal: null, first_seen: null },
    ]);
  });

  it("any text comes back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(fc.string({ unit: "grapheme" }))), async (cells) => {
        const out = await written("ndjson", resultOf([{ name: "a", type: "text" }], [cells]));
        const back = out
          .toString()
          .split("\n")
          .slice(0, -1)
          .map((line): unknown => JSON.parse(line));
        expect(back).toEqual(cells.map((cell) => ({ a: cell })));
      }),
    );
  });
});

describe("binary formats", () => {
  const metadata = { spillway: '{"report":"x"}' };

  it("arrow is read by flechette", async () => {
    const bytes = await written("arrow", resultOf(columns, data), { metadata });
    const table = tableFromIPC(bytes, { useBigInt: true });
    expect(table.schema.metadata).toEqual(new Map(Object.entries(metadata)));
    for (const [index, column] of columns.entries()) {
      const cells = [...table.getChildAt(index)].map((cell: unknown) => cell);
      const wanted = column.type === "timestamp" ? [time, Date.parse("2026-09-02T00:00:00Z"), null] : data[index];
      expect([column.name, cells]).toEqual([column.name, wanted]);
    }
  });

  it("arrow holds decimals and microseconds in UTC as they are", async () => {
    const table = tableFromIPC(await written("arrow", exact()), { useBigInt: true, useDecimalInt: true });
    expect([...table.getChild("h")]).toEqual([String(-(2n ** 127n)), String(2n ** 64n), null]);
    expect([...table.getChild("d")]).toEqual([-1234567890123456789050n, 5n, null]);
    expect(table.schema.fields[1]?.type).toMatchObject({ precision: 38, scale: 2 });
    expect(table.schema.fields[3]?.type).toMatchObject({ unit: 2, timezone: "UTC" });
    expect([...(table.getChild("t").data.at(0) as { values: BigInt64Array }).values].slice(0, 2)).toEqual([
      BigInt(time) * 1000n + 123_456n,
      -1n,
    ]);
  });

  it("parquet is read by hyparquet, and its types do not hang on its values", async () => {
    const bytes = await written("parquet", resultOf(columns, data), { metadata });
    const file = arrayBuffer(bytes);
    const rows = await parquetReadObjects({ file });
    expect(rows.map((row) => row["principal"])).toEqual(data[0]);
    expect(rows.map((row) => row["invocations"])).toEqual(data[1]);
    expect(rows.map((row) => row["explicit"])).toEqual(data[4]);
    expect(new Date(String(rows[0]?.["first_seen"])).getTime()).toBe(time);
    expect(parquetMetadata(file).key_value_metadata).toEqual([{ key: "spillway", value: metadata.spillway }]);
    const small = resultOf([{ name: "n", type: "bigint" }], [[1n]]);
    const large = resultOf([{ name: "n", type: "bigint" }], [[9007199254740993n]]);
    const [one, other] = [arrayBuffer(await written("parquet", small)), arrayBuffer(await written("parquet", large))];
    expect(parquetMetadata(one).schema).toEqual(parquetMetadata(other).schema);
    expect(await parquetReadObjects({ file: other })).toEqual([{ n: 9007199254740993n }]);
  });

  it("parquet holds decimals, integers beyond 64 bits and microseconds exactly, as DuckDB reads them", async () => {
    const folder = mkdtempSync(join(tmpdir(), "spillway-parquet-"));
    const file = join(folder, "exact.parquet");
    writeFileSync(file, await written("parquet", exact()));
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const rows = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRowsJson();
    expect(await rows(`SELECT h, d::VARCHAR, j, epoch_us(t) FROM '${file}'`)).toEqual([
      [String(-(2n ** 127n)), "-12345678901234567890.50", '[1,{"a":null}]', String(BigInt(time) * 1000n + 123_456n)],
      [String(2n ** 64n), "0.05", "{}", "-1"],
      [null, null, null, null],
    ]);
    expect(await rows(`SELECT typeof(d), typeof(t) FROM '${file}' LIMIT 1`)).toEqual([
      ["DECIMAL(38,2)", "TIMESTAMP WITH TIME ZONE"],
    ]);
    connection.closeSync();
    rmSync(folder, { recursive: true });
  });

  it.each(["arrow", "parquet"] as const)("several batches become one %s file", async (name) => {
    const words = Array.from({ length: 200_000 }, (_, index) => (index % 3 === 0 ? null : `word ${index}`));
    const result: Result = {
      columns: [{ name: "a", type: "text" }],
      batches: (async function* () {
        await Promise.resolve();
        for (let start = 0; start < words.length; start += 2048) yield [words.slice(start, start + 2048)];
      })(),
    };
    const bytes = await written(name, result);
    if (name === "parquet") {
      expect(parquetMetadata(arrayBuffer(bytes)).row_groups.length).toBeGreaterThan(1);
      const rows = await parquetReadObjects({ file: arrayBuffer(bytes) });
      expect(rows.map((row) => row["a"] as unknown)).toEqual(words);
    } else {
      expect(tableFromIPC(bytes).getChildAt(0).data.length).toBeGreaterThan(1);
      expect([...tableFromIPC(bytes).getChildAt(0)]).toEqual(words);
    }
  });
});

/** Never shared memory. */
function arrayBuffer(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

it("rows for programs have milliseconds and numbers", async () => {
  const rows = await plainRows(resultOf(columns, data));
  expect(rows.map((row) => row["first_seen"])).toEqual([time, Date.parse("2026-09-02T00:00:00Z"), null]);
  expect((await plainRows(exact()))[1]).toEqual({ h: 2n ** 64n, d: 0.05, j: "{}", t: -1 });
});

it("a slow receiver is waited for", async () => {
  const { PassThrough } = await import("node:stream");
  const slow = new PassThrough({ highWaterMark: 10 });
  const many = Array.from({ length: 50_000 }, (_, index) => `row ${index}`);
  let done = false;
  const writing = formats.csv(resultOf([{ name: "a", type: "text" }], [many]), slow).then(() => (done = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(done).toBe(false);
  slow.resume();
  await writing;
});
