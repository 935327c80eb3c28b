/** Tables that Athena's DDL describes, on DuckDB: the columns of a CREATE EXTERNAL TABLE, and records as a SerDe fills them in. */
import type { DuckDBConnection } from "duckdb";
import { isObject } from "../../src/parse/json.ts";
import { wellFormed } from "../engines/athena/raw-records.ts";
import type { AthenaBackend } from "./athena-backend.ts";

type HiveType =
  | { readonly kind: "plain"; readonly name: string }
  | { readonly kind: "array"; readonly item: HiveType }
  | { readonly kind: "struct"; readonly fields: readonly HiveColumn[] };

interface HiveColumn {
  readonly name: string;
  readonly type: HiveType;
}

export interface HiveTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly HiveColumn[];
  readonly partitions: readonly HiveColumn[];
}

/** Reads the names and types of a CREATE EXTERNAL TABLE; what it cannot read is an error. */
export function parseHiveTable(ddl: string): HiveTable {
  const text = ddl.replaceAll(/^\s*--.*$/gm, "").trim();
  const head = /^CREATE EXTERNAL TABLE (?:IF NOT EXISTS )?(?:`?(\w+)`?\.)?`?(\w+)`?\s*\(/i.exec(text);
  if (head === null) throw new Error(`no external table: ${text.slice(0, 100)}`);
  const end = closing(text, head[0].length - 1);
  const rest = text.slice(end + 1);
  const partitioned = /^\s*(?:COMMENT '[^']*'\s*)?PARTITIONED BY\s*\(/i.exec(rest);
  return {
    schema: head[1] ?? "default",
    name: head[2] ?? "",
    columns: columnsOf(text.slice(head[0].length, end), " "),
    partitions:
      partitioned === null
        ? []
        : columnsOf(rest.slice(partitioned[0].length, closing(rest, partitioned[0].length - 1)), " "),
  };
}

function closing(text: string, at: number): number {
  let depth = 0;
  for (let place = at; place < text.length; place++) {
    if (text[place] === "(") depth++;
    if (text[place] === ")" && --depth === 0) return place;
  }
  throw new Error("a parenthesis is not closed");
}

function columnsOf(text: string, separator: " " | ":"): HiveColumn[] {
  return splitTop(text).map((part) => {
    const [, name = "", type = ""] =
      (separator === ":" ? /^`?(\w+)`?\s*:\s*([\s\S]+)$/ : /^`?(\w+)`?\s+([\s\S]+)$/).exec(part) ?? [];
    return { name: name.toLowerCase(), type: typeOf(type) };
  });
}

function splitTop(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if (letter === "<") depth++;
    if (letter === ">") depth--;
    if (letter === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim());
}

function typeOf(text: string): HiveType {
  const inner = /^(array|struct)\s*<([\s\S]*)>$/i.exec(text.trim());
  if (inner?.[1]?.toLowerCase() === "array") return { kind: "array", item: typeOf(inner[2] ?? "") };
  if (inner !== null) return { kind: "struct", fields: columnsOf(inner[2] ?? "", ":") };
  // nothing reads one: its JSON text will do
  if (/^map\s*<string,\s*string>$/i.test(text.trim())) return { kind: "plain", name: "string" };
  if (!/^(?:string|int|bigint|double|boolean|timestamp)$/i.test(text.trim())) throw new Error(`no type: ${text}`);
  return { kind: "plain", name: text.trim().toLowerCase() };
}

function duckType(type: HiveType): string {
  if (type.kind === "array") return `${duckType(type.item)}[]`;
  if (type.kind === "struct")
    return `STRUCT(${type.fields.map((field) => `"${field.name}" ${duckType(field.type)}`).join(", ")})`;
  return type.name === "string" ? "VARCHAR" : type.name.toUpperCase();
}

/** The shape in which `from_json` wants it. */
function jsonShape(type: HiveType): unknown {
  if (type.kind === "array") return [jsonShape(type.item)];
  if (type.kind === "struct")
    return Object.fromEntries(type.fields.map((field) => [field.name, jsonShape(field.type)]));
  return "VARCHAR";
}

export async function createHiveTable(connection: DuckDBConnection, ddl: string): Promise<HiveTable> {
  const table = parseHiveTable(ddl);
  const columns = [...table.columns, ...table.partitions].map(({ name, type }) => `"${name}" ${duckType(type)}`);
  // Athena's hidden column is one that everybody sees here
  const path = [...table.columns, ...table.partitions].some(({ name }) => name.startsWith("copy_"));
  await connection.run(`create schema if not exists "${table.schema}"`);
  await connection.run(
    `create table if not exists "${table.schema}"."${table.name}" (${[...columns, ...(path ? [] : ['"$path" VARCHAR'])].join(", ")})`,
  );
  return table;
}

export interface DeliveredRecord {
  readonly record: unknown;
  readonly uri: string;
}

/** Adds records as a SerDe shows them, with the partition values that the place of their file has. */
export async function fillHiveTable(
  connection: DuckDBConnection,
  table: HiveTable,
  delivered: readonly DeliveredRecord[],
): Promise<void> {
  const rows = delivered.map(({ record, uri }) => ({
    ...structOf(record, table.columns),
    ...partitionsOf(uri, table.partitions),
    $path: uri,
  }));
  const shape = {
    ...Object.fromEntries([...table.columns, ...table.partitions].map(({ name, type }) => [name, jsonShape(type)])),
    $path: "VARCHAR",
  };
  const insert = await connection.prepare(
    `insert into "${table.schema}"."${table.name}" by name select r.* from (select unnest(from_json(cast($1 as json), '${JSON.stringify([shape])}')) as r)`,
  );
  // some thousand at once: one text of all of them would be very long
  for (let at = 0; at < rows.length; at += 5000) {
    insert.bindVarchar(
      1,
      JSON.stringify(rows.slice(at, at + 5000), (_, value: unknown) => wellFormed(value)),
    );
    await insert.run();
  }
}

function structOf(value: unknown, columns: readonly HiveColumn[]): Record<string, unknown> {
  if (!isObject(value)) return {};
  const byName = new Map(Object.entries(value).map(([name, item]) => [name.toLowerCase(), item]));
  return Object.fromEntries(columns.map(({ name, type }) => [name, valueOf(byName.get(name), type)]));
}

function valueOf(value: unknown, type: HiveType): unknown {
  if (value === null || value === undefined) return null;
  if (type.kind === "array") return Array.isArray(value) ? value.map((item) => valueOf(item, type.item)) : null;
  if (type.kind === "struct") return isObject(value) ? structOf(value, type.fields) : null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

const place = /\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/((\d{4})\/(\d{2})\/(\d{2}))\//;

function partitionsOf(uri: string, partitions: readonly HiveColumn[]): Record<string, string> {
  const [, account = "", region = "", day = "", year = "", month = "", date = ""] = place.exec(uri) ?? [];
  const isSplit = partitions.some(({ name }) => name === "year");
  const values: Record<string, string> = { account, region, day: isSplit ? date : day, year, month, timestamp: day };
  return Object.fromEntries(partitions.map(({ name }) => [name, values[name] ?? ""]));
}

/** Athena's data definition language over a backend that has tables of its own kind; an INSERT reads `scannedBytes`. */
export function withHiveDdl(backend: AthenaBackend, connection: DuckDBConnection, scannedBytes: number): AthenaBackend {
  const nothing = { columns: [], rows: [], scannedBytes: 0 };
  return {
    async query(sql, signal) {
      if (/^\s*CREATE EXTERNAL TABLE\b/i.test(sql)) {
        await createHiveTable(connection, sql);
        return nothing;
      }
      const database = /^\s*CREATE DATABASE IF NOT EXISTS `(\w+)`\s*$/i.exec(sql)?.[1];
      if (database !== undefined) return await backend.query(`create schema if not exists "${database}"`, signal);
      if (/^\s*DROP TABLE\b/i.test(sql)) return await backend.query(sql.replaceAll("`", '"'), signal);
      // back-ticks are for the data definition language alone
      if (sql.includes("`")) throw new Error("SYNTAX_ERROR: line 1:1: backquoted identifiers are not supported");
      const result = await backend.query(sql, signal);
      return /^\s*INSERT\b/i.test(sql) ? { ...result, scannedBytes } : result;
    },
  };
}
