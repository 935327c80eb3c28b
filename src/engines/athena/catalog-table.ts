/** What the catalog's description of a log table means for statements: which columns it lacks, where its days stand. */
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

/** Only where it is said how a partition writes a day: to guess wrong would leave days out in silence. */
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

/** With an injected projection Athena refuses a query that does not name the values. */
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
