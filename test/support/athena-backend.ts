/** What the Athena test endpoint computes with: a DuckDB, or a real Trino server. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
} from "duckdb";
import { SpillwayError, messageOf } from "../../src/errors.ts";
import type { TrinoServer } from "../../src/engines/trino/access.ts";
import { queryTrino } from "../../src/engines/trino/statement.ts";
import { trinoColumn } from "../../src/engines/trino-cells.ts";
import type { AthenaColumn } from "../../src/engines/athena/result.ts";

export interface BackendResult {
  readonly columns: readonly AthenaColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly scannedBytes: number;
}

/** Runs a statement; throws an Error whose message is what Athena gives as the reason. */
export interface AthenaBackend {
  query(sql: string, signal: AbortSignal): Promise<BackendResult>;
}

/** A statement without rows for a person: what the data definition language leaves. */
const nothing: BackendResult = { columns: [], rows: [], scannedBytes: 0 };

/** CTAS without its properties, which only the engine that writes files understands. */
function withoutProperties(sql: string): string {
  return sql.replace(
    /^(\s*create\s+table\s+(?:if\s+not\s+exists\s+)?\S+)\s+with\s*\((?:[^()']|'[^']*'|\([^()]*\))*\)\s*as/i,
    "$1 as",
  );
}

/** Athena's DDL is Hive's, which writes names in back-ticks. */
function queryQuotes(sql: string): string {
  return /^\s*(?:drop|alter)\b/i.test(sql) ? sql.replaceAll("`", '"') : sql;
}

/** Over a connection that has the shims; one statement at a time. `scannedBytes` is what every query says that it read. */
export function duckBackend(connection: DuckDBConnection, scannedBytes: number): AthenaBackend {
  let last: Promise<unknown> = Promise.resolve();
  const run = async (sql: string, signal: AbortSignal): Promise<BackendResult> => {
    signal.throwIfAborted();
    const stop = (): void => connection.interrupt();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const reader = await connection.runAndReadAll(withoutProperties(queryQuotes(sql)));
      if (!/^(?:\s|--[^\n]*\n)*(?:with|select|values|show|describe)\b/i.test(sql)) return nothing;
      const types = reader.columnTypes().map(({ typeId }) => athenaType(typeId));
      const columns = reader.columnNames().map((name, index) => ({ name, type: types[index] ?? "varchar" }));
      return { columns, rows: reader.getRows().map((row) => row.map(duckText)), scannedBytes };
    } catch (cause) {
      throw new Error(reasonOf(messageOf(cause)), { cause });
    } finally {
      signal.removeEventListener("abort", stop);
    }
  };
  return {
    query: (sql, signal) => {
      const result = last.then(() => run(sql, signal));
      last = result.catch(() => undefined);
      return result;
    },
  };
}

function athenaType(id: DuckDBTypeId): string {
  switch (id) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.HUGEINT:
      return "bigint";
    case DuckDBTypeId.INTEGER:
      return "integer";
    case DuckDBTypeId.DOUBLE:
      return "double";
    case DuckDBTypeId.BOOLEAN:
      return "boolean";
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return "timestamp";
    case DuckDBTypeId.DATE:
      return "date";
    default:
      return "varchar";
  }
}

/** A value as Athena writes it into a result. */
function duckText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return timestampText(Number(value.micros / 1000n));
  // DuckDB's own value classes write themselves as SQL does.
  return typeof value === "object"
    ? (value as { toString(): string }).toString()
    : String(value as string | number | bigint | boolean);
}

function timestampText(millis: number): string {
  return new Date(millis).toISOString().slice(0, 23).replace("T", " ");
}

/** DuckDB's message in the words of Athena: code, line and column in front. */
function reasonOf(message: string): string {
  const place = /LINE (\d+): ([^\n]*)\n([ ]*)\^/.exec(message);
  // the caret stands below the text that follows "LINE n: "
  const column = place === null ? 1 : Math.max(1, (place[3] ?? "").length - `LINE ${place[1]}: `.length + 1);
  const where = `line ${place?.[1] ?? "1"}:${column}`;
  const first = message.split("\n")[0] ?? message;
  const table = /Table with name (\S+) does not exist/.exec(message)?.[1];
  if (table !== undefined) return `TABLE_NOT_FOUND: ${where}: Table 'awsdatacatalog.spillway.${table}' does not exist`;
  if (/Catalog "[^"]*" does not exist|schema/i.test(first) && /does not exist/.test(first))
    return `SCHEMA_NOT_FOUND: ${where}: ${first}`;
  const missing = /Referenced column "([^"]+)" not found/.exec(message)?.[1];
  if (missing !== undefined)
    return `COLUMN_NOT_FOUND: ${where}: Column '${missing}' cannot be resolved or requester is not authorized to access requested resources`;
  return first.startsWith("Parser Error") ? `SYNTAX_ERROR: ${where}: ${first}` : `GENERIC_INTERNAL_ERROR: ${first}`;
}

/** Over a Trino server: the engine that Athena runs, with its own catalog in the place of AWS's. */
export function trinoBackend(server: TrinoServer): AthenaBackend {
  return {
    async query(sql, signal) {
      let scannedBytes = 0;
      try {
        const { columns, rows } = await queryTrino(server, queryQuotes(sql), {
          signal,
          onProgress: (page) => (scannedBytes = Math.max(scannedBytes, page.scannedBytes)),
        });
        const plain = columns.map(({ name, type }) => ({ name, type: type.replace(/\(.*/, "") }));
        const texts = rows.map((row) =>
          row.map((value, index) => (plain[index]?.type === "timestamp" ? timestampCell(value) : textCell(value))),
        );
        return { columns: plain, rows: texts, scannedBytes };
      } catch (cause) {
        const failure = cause instanceof SpillwayError ? cause.cause : undefined;
        if (typeof failure !== "object" || failure === null || !("name" in failure) || !("message" in failure))
          throw cause;
        throw new Error(`${String(failure.name)}: ${String(failure.message)}`, { cause });
      }
    },
  };
}

function timestampCell(value: unknown): string | null {
  const micros = trinoColumn("time", "timestamp").read(value);
  return micros === null ? null : timestampText(Number(micros) / 1000);
}

function textCell(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

const duckTypes: Readonly<Record<string, string>> = {
  timestamp: "TIMESTAMP",
  integer: "INTEGER",
  bigint: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
};

/** Parquet files of a result by their path, partition folders included: what UNLOAD leaves in a bucket. */
export async function parquetFiles(result: BackendResult, partitions: readonly string[]): Promise<Map<string, Buffer>> {
  if (result.rows.length === 0) return new Map();
  const folder = mkdtempSync(join(tmpdir(), "spillway-unload-"));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    writeFileSync(join(folder, "rows.csv"), csvText(result));
    const columns = result.columns.map(({ name }) => `'${name}': 'VARCHAR'`).join(", ");
    const casts = result.columns.map(
      ({ name, type }) => `CAST("${name}" AS ${duckTypes[type] ?? "VARCHAR"}) AS "${name}"`,
    );
    const rows = `read_csv('${folder}/rows.csv', header = true, columns = {${columns}}, quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false)`;
    const by = partitions.length === 0 ? "" : `, PARTITION_BY (${partitions.join(", ")})`;
    await connection.run(
      `COPY (SELECT ${casts.join(", ")} FROM ${rows}) TO '${folder}/out${by === "" ? ".parquet" : ""}' (FORMAT parquet${by})`,
    );
    const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".parquet"),
    );
    return new Map(found.map((name) => [name.replace(/^out\//, ""), readFileSync(join(folder, name))]));
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A result as Athena writes it: a header, every value in quotes, nothing for null. */
export function csvText({ columns, rows }: Pick<BackendResult, "columns" | "rows">): string {
  const line = (values: readonly (string | null)[]): string =>
    values.map((value) => (value === null ? "" : `"${value.replaceAll('"', '""')}"`)).join(",");
  return [columns.map(({ name }) => name), ...rows].map((row) => `${line(row)}\n`).join("");
}
