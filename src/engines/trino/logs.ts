/** Reports on a Trino server straight from a table of raw logs: Spillway's own, or one with a row for each record. */
import { randomBytes } from "node:crypto";
import { SpillwayError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { deliveryDays, lateDays } from "../raw-logs/late-days.ts";
import {
  type Days,
  lackingColumns,
  parseTableName,
  pathColumn,
  quotedName,
  recordRelation,
} from "../raw-logs/log-table.ts";
import type { Scope } from "../../sql/scope.ts";
import type { TrinoServer } from "./access.ts";
import { type TrinoCall, queryTrino } from "./statement.ts";
import type { Relation } from "../raw-logs/reference-relations.ts";
import { modelRelations, logFileRelation } from "../raw-logs/views.ts";
import { type TemporaryTables, openTemporaryTables } from "../raw-logs/temporary-tables.ts";

export interface TrinoLogsOptions {
  readonly server: TrinoServer;
  readonly table: string;
  readonly scope: Scope;
  readonly log: Logger;
  readonly onProgress: TrinoCall["onProgress"];
}

/** Opens reports over raw logs, with the command's own tables in the session's schema. @throws SpillwayError `usage` without one */
export function openTrinoLogs({ server, table, scope, log, onProgress }: TrinoLogsOptions): TemporaryTables {
  const { catalog, schema } = server;
  if (catalog === undefined || schema === undefined) {
    throw new SpillwayError("usage", "--trino-table needs a place for the tables of the command", {
      next: "Add --trino-catalog and --trino-schema, of a schema in which you may make tables.",
    });
  }
  const parts = parseTableName(table);
  const name = [catalog, schema].slice(0, Math.max(0, 3 - parts.length)).concat(parts);
  const days = deliveryDays({ scope, lateDays });
  const execute = async (sql: string, title: string, signal: AbortSignal | undefined): Promise<void> =>
    void (await queryTrino(server, sql, { title, signal, onProgress }));
  return openTemporaryTables({
    id: randomBytes(4).toString("hex"),
    log,
    named: (own) => ({ query: quotedName([catalog, schema, own]), ddl: quotedName([catalog, schema, own]) }),
    execute,
    drop: async (own) => await execute(`DROP TABLE IF EXISTS ${own}`, "cleaning up", undefined),
    relations: async (signal): Promise<readonly Relation[]> => [
      await records({ server, name, days, log }, signal),
      ...modelRelations(),
    ],
  });
}

interface Described {
  readonly server: TrinoServer;
  readonly name: readonly string[];
  readonly days: Days;
  readonly log: Logger;
}

async function records({ server, name, days, log }: Described, signal: AbortSignal | undefined): Promise<Relation> {
  const quoted = quotedName(name);
  const ddl = (await rowsOf(server, `SHOW CREATE TABLE ${quoted}`, signal))[0]?.[0];
  const columns = (await rowsOf(server, `SHOW COLUMNS FROM ${quoted}`, signal)).map(([column]) => String(column));
  // only where it is said how a partition writes a day
  const day = /^\s*(\w+) varchar WITH \([^)]*partition_projection_format = 'yyyy\/MM\/dd'/im.exec(String(ddl))?.[1];
  if (day === undefined && days.from !== undefined)
    log.warn(
      `the partitions of ${name.join(".")} do not say how they write days: Trino reads all of it, whatever --from and --to say`,
    );
  if (columns.includes("records")) {
    const folder = (text: string): string => `'${text.replaceAll("-", "/")}'`;
    const bounds = [
      ...(days.from === undefined || day === undefined ? [] : [`t.${day} >= ${folder(days.from)}`]),
      ...(days.to === undefined || day === undefined ? [] : [`t.${day} <= ${folder(days.to)}`]),
    ];
    const where = bounds.length === 0 ? "" : `WHERE ${bounds.join(" AND ")}`;
    return logFileRelation({ table: quoted, where });
  }
  const lacks = lackingColumns(name.join("."), columns);
  return recordRelation({ name, dayColumns: [day ?? pathColumn], lacks, accounts: undefined }, days);
}

async function rowsOf(
  server: TrinoServer,
  sql: string,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly unknown[])[]> {
  return (await queryTrino(server, sql, { signal, title: "the table's description" })).rows;
}
