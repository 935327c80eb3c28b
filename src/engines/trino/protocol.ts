/** The shapes of Trino's HTTP protocol, checked before they are trusted. */

export interface TrinoColumn {
  readonly name: string;
  readonly type: string;
}

export interface TrinoFailure {
  readonly message: string;
  readonly name: string;
  readonly type: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** One answer of the server; the query goes on while there is a `nextUri`. */
export interface TrinoPage {
  readonly id: string;
  readonly nextUri: string | undefined;
  readonly columns: readonly TrinoColumn[] | undefined;
  readonly rows: readonly (readonly unknown[])[];
  readonly failure: TrinoFailure | undefined;
  readonly state: string;
  /** Bytes read from storage so far. */
  readonly scannedBytes: number;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads an answer; null if it does not have the protocol's shape. */
export function readPage(body: unknown): TrinoPage | null {
  if (!isJson(body) || typeof body.id !== "string") return null;
  const stats = isJson(body.stats) ? body.stats : {};
  return {
    id: body.id,
    nextUri: textOf(body.nextUri),
    columns: Array.isArray(body.columns) ? body.columns.map(readColumn) : undefined,
    rows: Array.isArray(body.data) ? body.data.filter(isRow) : [],
    failure: isJson(body.error) ? readFailure(body.error) : undefined,
    state: textOf(stats.state) ?? "UNKNOWN",
    scannedBytes: numberOf(stats.physicalInputBytes) ?? numberOf(stats.processedBytes) ?? 0,
  };
}

function readColumn(value: unknown): TrinoColumn {
  return isJson(value) ? { name: textOf(value.name) ?? "", type: textOf(value.type) ?? "" } : { name: "", type: "" };
}

function readFailure(error: Json): TrinoFailure {
  const place = isJson(error.errorLocation) ? error.errorLocation : {};
  return {
    message: textOf(error.message) ?? "the query failed",
    name: textOf(error.errorName) ?? "UNKNOWN",
    type: textOf(error.errorType) ?? "UNKNOWN",
    line: numberOf(place.lineNumber),
    column: numberOf(place.columnNumber),
  };
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRow(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
