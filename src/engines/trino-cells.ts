/** Trino's values as cells of a result; Athena uses the same types and texts. */
import type { Cell, ResultColumn, ResultType } from "./engine.ts";
import { isoTime } from "./iso-time.ts";
import { type TrinoType, parseTrinoType } from "./trino-types.ts";

export interface TrinoColumnReader {
  readonly column: ResultColumn;
  /** The cell of a value in the protocol's JSON, where times and decimals are text. */
  readonly read: (value: unknown) => Cell;
}

/** A column of Trino's; types that no result type fits become text. */
export function trinoColumn(name: string, typeText: string): TrinoColumnReader {
  const type = parseTrinoType(typeText);
  const resultType = resultTypeOf(type);
  const [all, fraction = 0] = type.numbers;
  const digits = resultType === "decimal" && all !== undefined ? { digits: { all, fraction } } : {};
  return {
    column: { name, type: resultType, ...digits },
    read: (value) => (value === null || value === undefined ? null : cellOf(resultType, type, value)),
  };
}

function resultTypeOf(type: TrinoType): ResultType {
  switch (type.name) {
    case "boolean":
    case "bigint":
    case "double":
    case "decimal":
      return type.name;
    case "tinyint":
    case "smallint":
    case "integer":
      return "integer";
    case "real":
      return "double";
    case "timestamp":
      return "timestamp";
    case "array":
    case "map":
    case "row":
      // Athena names these types without their parts, and does not write them as JSON
      return type.parts.length > 0 ? "json" : "text";
    default:
      return "text";
  }
}

function cellOf(resultType: ResultType, type: TrinoType, value: unknown): Cell {
  switch (resultType) {
    case "boolean":
      return value === true || value === "true";
    case "integer":
    case "double":
      return Number(value);
    case "bigint":
      return typeof value === "number" || typeof value === "string" ? BigInt(value) : null;
    case "timestamp":
      return typeof value === "string" ? microsecondsOf(value) : null;
    case "json":
      return jsonOf(type, value);
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}

/** `2026-09-14 08:12:41.000`, more digits or fewer, with or without ` UTC` or an offset behind it. */
function microsecondsOf(text: string): bigint | null {
  const match = /^(-?\d+-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)(?:\.(\d+))?)?(?: (.+))?$/.exec(text);
  if (match === null) return null;
  const [, day = "", time = "00:00:00", fraction = "", zone = "UTC"] = match;
  const offset = /^[+-]\d\d:\d\d$/.test(zone) ? zone : "Z";
  if (offset === "Z" && !/^(?:UTC|Z|GMT|Etc\/UTC)$/.test(zone))
    throw new Error(`a time is in the zone ${zone}: let the statement give it as at_timezone(…, 'UTC')`);
  const milliseconds = Date.parse(`${day}T${time}${offset}`);
  if (Number.isNaN(milliseconds)) return null;
  return BigInt(milliseconds) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
}

/** Arrays are arrays, rows and maps objects; a row without names is an array. */
function jsonOf(type: TrinoType, value: unknown): string {
  if (value === null || value === undefined) return "null";
  const [first, second] = type.parts;
  if (type.name === "array" && Array.isArray(value) && first !== undefined)
    return `[${value.map((each) => jsonOf(first.type, each)).join(",")}]`;
  if (type.name === "map" && typeof value === "object" && second !== undefined)
    return objectOf(Object.entries(value).map(([key, each]) => [key, jsonOf(second.type, each)]));
  if (type.name === "row" && Array.isArray(value)) {
    const fields = type.parts.map((part, index) => [part.name ?? "", jsonOf(part.type, value[index])] as const);
    return type.parts.some(({ name }) => name === undefined)
      ? `[${fields.map(([, each]) => each).join(",")}]`
      : objectOf(fields);
  }
  return scalarJson(type, value);
}

function objectOf(fields: readonly (readonly [name: string, json: string])[]): string {
  return `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

function scalarJson(type: TrinoType, value: unknown): string {
  const resultType = resultTypeOf(type);
  const cell = cellOf(resultType, type, value);
  if (cell === null) return "null";
  if (resultType === "timestamp") return JSON.stringify(isoTime(BigInt(cell)));
  if (resultType === "double") return Number.isFinite(cell) ? String(cell) : "null";
  if (resultType === "text") return JSON.stringify(cell);
  return String(cell);
}
