/** The folded part of the copy: how a refresh adds a fold, and how readers find the last completed one. */
import type { Table } from "../../schema/column.ts";
import { eventTable } from "../../schema/event.ts";
import { invocationDayTable } from "../../schema/invocation-day.ts";
import { invocationTable } from "../../schema/invocation.ts";
import { textLiteral } from "../../sql/literal.ts";
import type { Relation } from "./reference-relations.ts";
import { quotedName } from "./log-table.ts";

/** The name of the fold in `copied_day`, in place of a day's date. */
export const foldName = "fold";

/** The folded tables in order: each is made from the one before it. */
export const foldedTables: readonly Table[] = [eventTable, invocationTable, invocationDayTable];

const columnsOf = (name: string): readonly string[] =>
  foldedTables.find((table) => table.name === name)?.columns.map((column) => column.name) ?? [];

/** The rows of one run, completed or not. */
export function foldOfRun(name: string, database: readonly string[], run: string): Relation {
  const sql = `select ${columnsOf(name).join(", ")}\nfrom ${quotedName([...database, `${name}_copy`])}\nwhere copy_run = ${textLiteral(run)}`;
  return { name, sql };
}

/** The run of the last completed fold, the one that readers see. */
export function lastFold(database: readonly string[]): string {
  return `(select max(copy_run) as fold_run from ${quotedName([...database, "copied_day"])} where copy_day = '${foldName}')`;
}

/** `event`, `invocation` or `invocation_day` as the last completed fold left it; undefined for what is not folded. */
export function foldedRelation(name: string, database: readonly string[]): Relation | undefined {
  const columns = columnsOf(name);
  if (columns.length === 0) return undefined;
  const sql = [
    `select ${columns.map((column) => `c.${column}`).join(", ")}`,
    `from ${quotedName([...database, `${name}_copy`])} as c`,
    `join ${lastFold(database)} as s on s.fold_run = c.copy_run`,
  ].join("\n");
  return { name, sql };
}
