/** The text of a value, for machines and for people, the same in every format. */
import type { Cell, ResultColumn } from "../engines/engine.ts";
import { isoTime as isoMicroseconds } from "../engines/iso-time.ts";
import { terminalLine } from "../terminal-text.ts";

/** ISO 8601 in UTC; a time beyond a Date's range is its number. */
export function isoTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}

/** A value as plain text for machines; null is the empty text. */
export function plainText(cell: Cell, { type }: ResultColumn): string {
  if (cell === null) return "";
  return type === "timestamp" ? isoMicroseconds(BigInt(cell)) : String(cell);
}

export function isNumeric({ type }: ResultColumn): boolean {
  return type === "integer" || type === "bigint" || type === "hugeint" || type === "decimal" || type === "double";
}

/** Whether a column holds rates, the only fractions that people read as percentages. */
function isRate(column: ResultColumn): boolean {
  return (column.type === "double" || column.type === "decimal") && /(^|_)(share|rate)(_|$)/.test(column.name);
}

/** A value for people. `groups` puts commas between thousands. */
export function readableText(cell: Cell, column: ResultColumn, groups: boolean): string {
  if (cell === null) return "–";
  if (column.type === "timestamp") return readableTime(BigInt(cell));
  if (isRate(column)) return percent(Number(cell));
  if (column.type === "double") return String(Number(Number(cell).toPrecision(6)));
  if (column.type === "decimal") return groups ? groupedDecimal(String(cell)) : String(cell);
  if (isNumeric(column)) return groups ? grouped(cell) : String(cell);
  return terminalLine(String(cell));
}

/** The rate as a percentage: neither is 0.9996 "100.0%", nor a trace "0.0%". */
export function percent(rate: number): string {
  if (rate > 0 && rate < 0.0005) return "<0.1%";
  if (rate < 1 && rate >= 0.9995) return ">99.9%";
  return `${(rate * 100).toFixed(1)}%`;
}

export function grouped(count: Cell): string {
  return String(count).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A decimal with commas between the thousands of its whole part. */
function groupedDecimal(digits: string): string {
  const [whole = "", fraction] = digits.split(".");
  return fraction === undefined ? grouped(whole) : `${grouped(whole)}.${fraction}`;
}

/** The time for people, in seconds; midnight is shown as a day. */
function readableTime(microseconds: bigint): string {
  const text = isoMicroseconds(microseconds);
  if (text.endsWith("T00:00:00.000Z")) return text.slice(0, 10);
  return text.replace("T", " ").replace(/\.\d{3,6}Z$/, "Z");
}

/** The text cut in the middle, since an ARN starts with the account and ends with the name. */
export function cut(value: string, width: number): string {
  const letters = Array.from(value);
  if (letters.length <= width) return value;
  if (width <= 1) return "…".slice(0, width);
  const head = Math.ceil((width - 1) / 2);
  return `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (width - 1 - head)).join("")}`;
}

/** The width in code points, which is close enough to a terminal's columns for the names in these logs. */
export function size(value: string): number {
  return Array.from(value).length;
}

export function pad(value: string, width: number, right: boolean): string {
  const blank = " ".repeat(Math.max(0, width - size(value)));
  return right ? blank + value : value + blank;
}
