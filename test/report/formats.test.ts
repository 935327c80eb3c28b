/** Owns the proof of the formats: read back by parsers that we did not write, and goldens for what people read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "@uwdata/flechette";
import { DuckDBInstance } from "duckdb";
import { parquetReadObjects } from "hyparquet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutputStream } from "../../src/effects.ts";
import type { Result, ResultColumn } from "../../src/engines/engine.ts";
import { type FormatOptions, percent } from "../../src/report/formats/format.ts";
import { formats } from "../../src/report/formats/index.ts";
import { type FormatName, formatNames, formatTraits } from "../../src/report/formats/names.ts";
import { type Cell, arrowFromColumns, cellsOf, plainRows, resultOf } from "../../src/engines/result.ts";

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
  [time, Date.parse("2026-09-02T00:00:00Z"), null],
];

async function written(name: FormatName, result: Result, options?: FormatOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const output: OutputStream = { write: (chunk) => chunks.push(Buffer.from(chunk)) > 0 };
  await formats[name](result, output, options);
  return Buffer.concat(chunks);
}
const text = async (name: FormatName, options?: FormatOptions): Promise<string> =>
  (await written(name, await resultOf(columns, data), options)).toString("utf8");

describe("names", () => {
  it("each has a writer, and an extension of its own", () => {
    expect(Object.keys(formats).toSorted()).toEqual(formatNames.toSorted());
    expect(new Set(formatNames.map((name) => formatTraits[name].extension)).size).toBe(formatNames.length);
  });

  it.each(formatNames)("%s is binary if it cannot be read as text, and says so in its content type", async (name) => {
    const bytes = await written(name, await resultOf(columns, data));
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
        await resultOf(
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
    const empty = await written("table", await resultOf([{ name: "a", type: "text" }], [[]]));
    expect(empty.toString()).toBe("a\n─\nno rows\n");
  });

  it("goes on after the rows that decide the widths", async () => {
    const many = Array.from({ length: 2500 }, (_, index) => index);
    const lines = (await written("table", await resultOf([{ name: "n", type: "integer" }], [many])))
      .toString()
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(2502);
    expect(lines.at(-1)).toBe("2,499");
  });

  it("keeps escape sequences of a log from the terminal", async () => {
    const hostile = await written("table", await resultOf([{ name: "a", type: "text" }], [["x\u001B[2Jy\nz\u202Ew"]]));
    expect(hostile.toString()).toBe("a\n─────────\nx [2Jy z w\n".replace("─────────", "─".repeat(10)));
  });
});

it("markdown", async () => {
  const pipes = await resultOf(
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
      "principal,invocations,small,spill_rate,explicit,first_seen\r\n" +
        "arn:aws:iam::111122223333:role/apps/invoice-bot,1234567,7,0.12345,true,2026-09-01T08:30:00.000Z\r\n" +
        "'=1+1,0,-7,1,false,2026-09-02T00:00:00.000Z\r\n" +
        ",,,,,\r\n",
    );
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])("%j cannot become a formula", async (cell) => {
    const out = (await written("csv", await resultOf([{ name: "a", type: "text" }], [[cell]]))).toString();
    expect(out.slice(3)).toMatch(/^"?'/);
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
          await written("csv", await resultOf(two, [rows.map((row) => row[0]), rows.map((row) => row[1])])),
        );
        const reader = await connection.runAndReadAll(
          `SELECT a, b FROM read_csv('${file}', auto_detect=false, header=true, delim=',', quote='"', escape='"', new_line='\\r\\n', columns={a: 'VARCHAR', b: 'VARCHAR'}, parallel=false)`,
        );
        expect(reader.getRowsJS()).toEqual(
          rows.map((row) => row.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell))),
        );
      }),
      { numRuns: 50 },
    );
    rmSync(folder, { recursive: true });
    connection.closeSync();
  });
});

describe("json", () => {
  it("is an array of objects; what a double cannot hold is text", async () => {
    const result = await resultOf(
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
      '[\n{"n":"9007199254740993","1":null},\n{"n":5,"1":0.1}\n]\n',
    );
    expect(
      (
        await written(
          "json",
          await resultOf(
            columns,
            columns.map(() => []),
          ),
        )
      ).toString(),
    ).toBe("[]\n");
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
        const out = await written("ndjson", await resultOf([{ name: "a", type: "text" }], [cells]));
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
  it("arrow is read by flechette", async () => {
    const table = tableFromIPC(await written("arrow", await resultOf(columns, data)), { useBigInt: true });
    for (const [index, column] of columns.entries()) {
      const cells = [...table.getChildAt(index)].map((cell: unknown) => cell);
      expect([column.name, cells]).toEqual([column.name, data[index]]);
    }
  });

  it("parquet is read by hyparquet, and keeps whole numbers that a double cannot hold", async () => {
    const bytes = await written(
      "parquet",
      await resultOf([...columns, { name: "huge", type: "bigint" }], [...data, [9007199254740993n, 1n, null]]),
    );
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    }); // never shared memory
    expect(rows.map((row) => row["principal"])).toEqual(data[0]);
    expect(rows.map((row) => row["invocations"])).toEqual(data[1]);
    expect(rows.map((row) => row["explicit"])).toEqual(data[4]);
    expect(rows.map((row) => row["huge"])).toEqual(["9007199254740993", "1", null]);
    expect(new Date(String(rows[0]?.["first_seen"])).getTime()).toBe(time);
  });

  it("several batches become one file", async () => {
    const one: ResultColumn[] = [{ name: "a", type: "text" }];
    const batches = [await arrowFromColumns(one, [["x", "y"]]), await arrowFromColumns(one, [["y", null, "z"]])];
    const result: Result = {
      columns: one,
      batches: (async function* () {
        yield* batches;
      })(),
    };
    expect([...tableFromIPC(await written("arrow", result)).getChildAt(0)]).toEqual(["x", "y", "y", null, "z"]);
  });
});

it("columns come back from a batch as they went in", async () => {
  const batch = await arrowFromColumns(columns, data);
  expect(columns.map((_, index) => cellsOf(batch, index))).toEqual(data);
  expect(await plainRows(await resultOf(columns, data))).toHaveLength(3);
});

it("a slow receiver is waited for", async () => {
  const { PassThrough } = await import("node:stream");
  const slow = new PassThrough({ highWaterMark: 10 });
  const many = Array.from({ length: 50_000 }, (_, index) => `row ${index}`);
  let done = false;
  const writing = formats.csv(await resultOf([{ name: "a", type: "text" }], [many]), slow).then(() => (done = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(done).toBe(false);
  slow.resume();
  await writing;
});
