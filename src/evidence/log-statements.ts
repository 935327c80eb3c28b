/** The statements behind what a pack says of model invocation logs, which no digest covers: the objects, and the calls that rest on them. */
import { filledQuery } from "../sql/query-file.ts";
import type { Qualify } from "../sql/scope.ts";
import { withLocalPlaces } from "./local-places.ts";

export function callsByLog(qualify: Qualify): string {
  return logStatement("calls-by-log", qualify);
}

export function tokensByLog(qualify: Qualify): string {
  return logStatement("tokens-by-log", qualify);
}

export function logInputs(qualify: Qualify): string {
  return logStatement("log-inputs", qualify);
}

/** The whole tables: a range holds for the calls alone. */
function logStatement(name: string, qualify: Qualify): string {
  const tables = ["invocation_log", "invocation_log_object", "event"].map((table) => [table, qualify(table)]);
  return withLocalPlaces(filledQuery(`duckdb/evidence/${name}.sql`, Object.fromEntries(tables)), qualify);
}
