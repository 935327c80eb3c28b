/** A table of raw CloudTrail logs in Athena: its name, and the part of it that a statement reads. */
import { SpillwayError } from "../../errors.ts";
import { textLiteral } from "../../sql/literal.ts";
import type { Relation } from "./reference-relations.ts";

/** Spillway's own table, or an existing one: AWS's console and documentation use the same names of columns. */
export interface LogTable {
  /** Parts of the name without quotes: catalog, database, table; the first ones may be missing. */
  readonly name: readonly string[];
  /**
   * The day of delivery: partition columns that hold yyyy, MM and dd together, or `"$path"`, the log file's own
   * name, which every layout has.
   */
  readonly dayColumns: readonly string[];
  /** Optional columns that the table lacks; records have null there. */
  readonly lacks: readonly string[];
  /** The accounts to be named in every query, for a table whose partition column `account` is injected. */
  readonly accounts: readonly string[] | undefined;
}

/** The name of the table that `spillway athena setup` makes. */
export const ownTable = "cloudtrail_log";
export const ownDatabase = "spillway";

/** The options that describe somebody else's table, as text. */
export interface TableShape {
  readonly dayColumn?: string | undefined;
  readonly tableLacks?: readonly string[] | undefined;
  readonly tableAccounts?: readonly string[] | undefined;
}

/** Days of delivery, yyyy-mm-dd, both included. */
export interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export const pathColumn = "$path";

/** Columns of AWS's table that the events do not need, with their types. Older tables lack some of them. */
const optionalColumns: Readonly<Record<string, string>> = {
  eventversion: "varchar",
  useragent: "varchar",
  sourceipaddress: "varchar",
  resources: "array(row(arn varchar, accountid varchar, type varchar))",
  recipientaccountid: "varchar",
  serviceeventdetails: "varchar",
  sharedeventid: "varchar",
  vpcendpointid: "varchar",
  eventcategory: "varchar",
  addendum: "row(reason varchar, updatedfields varchar, originalrequestid varchar, originaleventid varchar)",
  sessioncredentialfromconsole: "varchar",
  tlsdetails: "row(tlsversion varchar, ciphersuite varchar, clientprovidedhostheader varchar)",
};

const neededColumns = [
  "useridentity",
  "eventtime",
  "eventsource",
  "eventname",
  "awsregion",
  "errorcode",
  "errormessage",
  "requestparameters",
  "additionaleventdata",
  "requestid",
  "eventid",
  "eventtype",
];

/**
 * `table`, `database.table` or `catalog.database.table`.
 * @throws SpillwayError `usage`
 */
export function parseTableName(text: string): readonly string[] {
  const parts = text.split(".").map((part) => part.replace(/^(["`])(.*)\1$/, "$2"));
  const bad = parts.length > 3 || parts.some((part) => !/^\w[\w$-]*$/.test(part));
  if (!bad) return parts;
  throw new SpillwayError("usage", `${JSON.stringify(text)} is not a name of a table`, {
    next: "Write it as TABLE, DATABASE.TABLE or CATALOG.DATABASE.TABLE, for example default.cloudtrail_logs",
  });
}

/** `day`, `year,month,day` or `$path`. @throws SpillwayError `usage` */
function parseDayColumns(text: string): readonly string[] {
  const columns = text.split(",").map((part) => part.trim());
  const isDay = columns.length === 1 || columns.length === 3;
  if (isDay && columns.every((column) => column === pathColumn || /^\w+$/.test(column))) return columns;
  throw new SpillwayError("usage", `${JSON.stringify(text)} names no columns of the delivery day`, {
    next: "Name one column that holds yyyy/MM/dd, three such as year,month,day, or $path",
  });
}

/** Checks the columns that a table is said to lack. @throws SpillwayError `usage` */
function checkLacks(lacks: readonly string[]): readonly string[] {
  const wrong = lacks.find((column) => optionalColumns[column] === undefined);
  if (wrong === undefined) return lacks;
  const next = neededColumns.includes(wrong)
    ? "Spillway cannot do without it: make a table with spillway athena setup"
    : `These may be missing: ${Object.keys(optionalColumns).join(", ")}`;
  throw new SpillwayError("usage", `the column ${wrong} cannot be missing`, { next });
}

/**
 * A table with the options that describe it. Spillway's own has a partition `day`; others have at least their files' names.
 * @throws SpillwayError `usage`
 */
export function namedTable(
  name: readonly string[],
  shape: TableShape,
  isOwn: boolean = name.at(-1) === ownTable,
): LogTable {
  return {
    name,
    dayColumns: parseDayColumns(shape.dayColumn ?? (isOwn ? "day" : pathColumn)),
    lacks: checkLacks((shape.tableLacks ?? []).map((column) => column.toLowerCase())),
    accounts: shape.tableAccounts,
  };
}

/** The optional columns missing among `present`, the columns of an existing table. @throws SpillwayError `config` */
export function lackingColumns(name: string, present: readonly string[]): readonly string[] {
  const has = new Set(present.map((column) => column.toLowerCase()));
  const needed = neededColumns.filter((column) => !has.has(column));
  if (needed.length > 0) {
    throw new SpillwayError("config", `${name} is not a table of CloudTrail records: it has no ${needed.join(", ")}`, {
      next: "Name another table, or make one with spillway athena setup",
    });
  }
  return Object.keys(optionalColumns).filter((column) => !has.has(column));
}

/** A quoted name; DDL of Athena uses back-ticks instead. */
export function quotedName(parts: readonly string[], quote = '"'): string {
  return parts.map((part) => `${quote}${part}${quote}`).join(".");
}

/** `cloudtrail_record`: AWS's columns by their names, and `object_uri`. Only the days asked for are read. */
export function recordRelation(table: LogTable, days: Days = {}, more: readonly string[] = []): Relation {
  const lacks = new Set(table.lacks);
  const columns = [...neededColumns, ...Object.keys(optionalColumns)].map((column) =>
    lacks.has(column) ? `cast(null as ${optionalColumns[column] ?? "varchar"}) as ${column}` : `t.${column}`,
  );
  const conditions = [...dayConditions(table, days), ...accountCondition(table), ...more];
  const sql = [
    `select ${columns.join(", ")}, t."${pathColumn}" as object_uri`,
    `from ${quotedName(table.name)} as t`,
    ...(conditions.length === 0 ? [] : [`where ${conditions.join("\n  and ")}`]),
  ].join("\n");
  return { name: "cloudtrail_record", sql };
}

function accountCondition({ accounts }: LogTable): string[] {
  if (accounts === undefined) return [];
  return [`t.account in (${accounts.map(textLiteral).join(", ")})`];
}

/** Conditions on partitions: what they leave out is neither listed nor read. */
function dayConditions({ dayColumns }: LogTable, { from, to }: Days): string[] {
  const [first = pathColumn] = dayColumns;
  const day =
    first === pathColumn
      ? `regexp_extract(t."${pathColumn}", '/([0-9]{4}/[0-9]{2}/[0-9]{2})/[^/]*$', 1)`
      : dayColumns.map((column) => `t."${column}"`).join(" || '/' || ");
  const folder = (text: string): string => textLiteral(text.replaceAll("-", "/"));
  if (from !== undefined && from === to) return [`${day} = ${folder(from)}`];
  return [
    ...(from === undefined ? [] : [`${day} >= ${folder(from)}`]),
    ...(to === undefined ? [] : [`${day} <= ${folder(to)}`]),
  ];
}
