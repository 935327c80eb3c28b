/** Owns Trino's types and values as cells of a result: Athena names and writes them alike. */
import type { ColumnType } from "../schema/column.ts";
import type { Cell } from "./result.ts";

/** Trino's name of a type, parameters and all, as ours; what none fits is text. */
export function columnType(type: string): ColumnType {
  const name = type.toLowerCase().replace(/\(.*/, "");
  switch (name) {
    case "boolean":
    case "bigint":
    case "double":
      return name;
    case "tinyint":
    case "smallint":
    case "integer":
      return "integer";
    case "real":
    case "decimal":
      return "double";
    case "timestamp":
      return "timestamp";
    default:
      return "text";
  }
}

/** A value of the protocol's JSON as a cell: times and decimals come as text. */
export function trinoCell(type: ColumnType, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  switch (type) {
    case "boolean":
      return value === true;
    case "integer":
    case "double":
      return Number(value);
    case "bigint":
      return typeof value === "number" || typeof value === "string" ? BigInt(value) : null;
    case "timestamp":
      return typeof value === "string" ? timestampOf(value) : null;
    case "text":
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}

/** `2026-09-14 08:12:41.000`, more digits or fewer, with or without ` UTC` behind it. */
function timestampOf(text: string): number | null {
  const [day = "", time = "00:00:00"] = text.split(" ");
  const millis = Date.parse(`${day}T${time.slice(0, 12)}Z`);
  return Number.isNaN(millis) ? null : millis;
}
