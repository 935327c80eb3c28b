/** The proof that Trino's values become cells of the right type, exactly, in lists and rows too. */
import { expect, it } from "vitest";
import { trinoColumn } from "../../src/engines/trino-cells.ts";

it.each<[type: string, value: unknown, wanted: unknown]>([
  ["bigint", "9223372036854775807", 9223372036854775807n],
  ["tinyint", 7, 7],
  ["decimal(38, 2)", "-12345678901234567890123456789012345.67", "-12345678901234567890123456789012345.67"],
  ["timestamp(3)", "2026-09-14 08:12:41.000", BigInt(Date.UTC(2026, 8, 14, 8, 12, 41)) * 1000n],
  ["timestamp(9)", "2026-09-14 08:12:41.123456789", BigInt(Date.UTC(2026, 8, 14, 8, 12, 41)) * 1000n + 123_456n],
  ["timestamp(6) with time zone", "1969-12-31 23:59:59.999999 UTC", -1n],
  ["timestamp(0) with time zone", "2026-01-01 01:00:00 +01:00", BigInt(Date.UTC(2026, 0, 1)) * 1000n],
  ["date", "2026-01-01", "2026-01-01"],
  ["array(bigint)", ["9007199254740993", null], "[9007199254740993,null]"],
  ["map(varchar, double)", { a: 0.5, b: "NaN" }, '{"a":0.5,"b":null}'],
  [
    'row(a bigint, "b ""c" array(row(x decimal(9, 2), t timestamp(3))), varchar(3))',
    [1, [["0.10", "2026-01-01 00:00:00.000"]], "z"],
    '[1,[{"x":0.10,"t":"2026-01-01T00:00:00.000Z"}],"z"]',
  ],
  ['row("b ""c" varchar(3), t timestamp(3) with time zone)', ["\n", null], '{"b \\"c":"\\n","t":null}'],
  // Athena names no parts and writes no JSON
  ["array", "[1, 2]", "[1, 2]"],
])("%s of %j", (type, value, wanted) => {
  const { column, read } = trinoColumn("x", type);
  expect(read(value)).toBe(wanted);
  expect(read(null)).toBeNull();
  if (column.type === "decimal") expect(column.digits).toEqual({ all: 38, fraction: 2 });
});

it("a time of a zone that is not known is refused, never taken for UTC", () => {
  const { read } = trinoColumn("x", "timestamp(3) with time zone");
  expect(() => read("2026-01-01 00:00:00.000 America/New_York")).toThrow("at_timezone");
});
