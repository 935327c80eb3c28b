/** The memory of sources between runs: small JSON texts under a scope and a name. */
import type { DuckDBConnection } from "duckdb";
import { filledQuery } from "../sql/query-file.ts";
import { rowsOf, sqlText } from "./duck.ts";

/** One state, which replaces the scope's earlier one of the same name. */
export interface SourceState {
  readonly scope: string;
  readonly name: string;
  /** JSON text; only the source reads it. */
  readonly value: string;
}

export async function readStates(connection: DuckDBConnection, scope: string): Promise<ReadonlyMap<string, string>> {
  const rows = await rowsOf(connection, `SELECT name, value FROM source_state WHERE scope = ${sqlText(scope)}`);
  return new Map(rows.map(([name, value]) => [String(name), String(value)]));
}

/** Writes states within the caller's transaction; of several values for one name the last wins. */
export async function writeStates(
  connection: DuckDBConnection,
  states: readonly SourceState[],
  context: { readonly runId: string; readonly now: Date },
): Promise<void> {
  if (states.length === 0) return;
  const latest = new Map(states.map((state) => [JSON.stringify([state.scope, state.name]), state]));
  const places = [...latest.values()].map(({ scope, name }) => `(${sqlText(scope)}, ${sqlText(name)})`);
  const common = `${sqlText(context.runId)}, epoch_ms(${context.now.getTime()})`;
  const rows = [...latest.values()].map(
    ({ scope, name, value }) => `(${sqlText(scope)}, ${sqlText(name)}, ${sqlText(value)}, ${common})`,
  );
  await connection.run(filledQuery("duckdb/source-state.sql", { places: places.join(", "), rows: rows.join(",\n  ") }));
}
