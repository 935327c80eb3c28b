/** What the catalog's description of a log table means for statements: which columns it lacks, and which of them hold the day. */
import type { AthenaTable } from "./table.ts";
import { SpillwayError } from "../../errors.ts";
import { type LogTable, lackingColumns, pathColumn } from "../raw-logs/log-table.ts";

/** @throws SpillwayError `config` for a table that holds no CloudTrail records, or that wants accounts to be named */
export function logTableOf(
  table: AthenaTable,
  name: readonly string[],
  accounts: readonly string[] | undefined,
): LogTable {
  return {
    name,
    dayColumns: dayColumnsOf(table),
    lacks: lackingColumns(
      name.join("."),
      table.columns.map((column) => column.name),
    ),
    accounts: injectedAccounts(table, name, accounts),
  };
}

/** The columns of the day, only where the format of a partition's day is known: a wrong guess would silently leave days out. */
function dayColumnsOf({ partitions, parameters }: AthenaTable): readonly string[] {
  const names = partitions.map(({ name }) => name.toLowerCase());
  const day = names.find((name) => /^yyyy\/MM\/dd(?:\/HH)?$/.test(parameters[`projection.${name}.format`] ?? ""));
  // an hour behind the day would make the last day end at its first moment
  if (day !== undefined && parameters[`projection.${day}.format`] === "yyyy/MM/dd") return [day];
  const parts = ["year", "month", "day"];
  const text = (part: string): boolean =>
    partitions.some(({ name, type }) => name === part && /string|varchar/.test(type));
  return parts.every(text) ? parts : [pathColumn];
}

/** The accounts to be named: with an injected projection Athena refuses a query without them. */
function injectedAccounts(
  { parameters }: AthenaTable,
  name: readonly string[],
  accounts: readonly string[] | undefined,
): readonly string[] | undefined {
  if (parameters["projection.account.type"] !== "injected") return undefined;
  if (accounts !== undefined && accounts.length > 0) return accounts;
  throw new SpillwayError(
    "config",
    `${name.join(".")} wants every query to name accounts (its projection is injected)`,
    {
      next: "Add --account with the ids of the accounts.",
    },
  );
}
