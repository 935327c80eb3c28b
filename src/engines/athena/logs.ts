/** Reports on Athena straight from a table of raw logs: an existing one, or Spillway's own. */
import { randomBytes } from "node:crypto";
import type { AthenaAccess } from "./access.ts";
import { runStatement } from "./statement.ts";
import { type AthenaTable, describeTable } from "./table.ts";
import type { S3AccessOptions } from "../../aws/options.ts";
import { SpillwayError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { bytesText } from "../../bytes-text.ts";
import type { Relation } from "../raw-logs/reference-relations.ts";
import { modelRelations } from "../raw-logs/views.ts";
import { type TemporaryTables, openTemporaryTables } from "../raw-logs/temporary-tables.ts";
import { logTableOf } from "./catalog-table.ts";
import { deliveryDays, lateDays } from "../raw-logs/late-days.ts";
import { type Days, pathColumn, parseTableName, quotedName, recordRelation } from "../raw-logs/log-table.ts";
import type { AthenaEngineOptions } from "./options.ts";

/** The size of the log files below a location, by listing them; listing may stop beyond `enough` bytes. */
export type LoggedBytesOf = (
  location: string,
  options: Days &
    Omit<S3AccessOptions, "sessionName"> & { readonly now: () => Date; readonly signal?: AbortSignal | undefined },
  enough: number,
) => Promise<{ readonly bytes: number }>;

export interface LogsEffects {
  readonly access: AthenaAccess;
  readonly log: Logger;
  readonly now: () => Date;
  readonly loggedBytes: LoggedBytesOf;
  readonly execute: (sql: string, title: string, signal: AbortSignal | undefined) => Promise<void>;
}

/** @throws SpillwayError `usage` when no database is named for the tables of the command */
export function openLogs(table: string, options: AthenaEngineOptions, effects: LogsEffects): TemporaryTables {
  const { access, log, now, loggedBytes } = effects;
  const parts = parseTableName(table);
  const database = access.database ?? (parts.length > 1 ? (parts.at(-2) ?? null) : null);
  if (database === null) {
    throw new SpillwayError("usage", `no database is named for the table ${table}`, {
      next: "Write --athena-table DATABASE.TABLE, or add --athena-database.",
    });
  }
  const days = deliveryDays({ scope: options.scope ?? {}, lateDays });
  let described: AthenaTable | undefined;
  return openTemporaryTables({
    id: randomBytes(4).toString("hex"),
    log,
    named: (name) => ({ query: quotedName([database, name]), ddl: quotedName([database, name], "`") }),
    execute: effects.execute,
    // Not through execute: data definition is free, and no cap should refuse it.
    drop: async (name) =>
      void (await runStatement(access, { sql: `DROP TABLE IF EXISTS ${name}`, title: "cleaning up" })),
    relations: async (signal): Promise<readonly Relation[]> => {
      const home = { ...access, database: parts.at(-2) ?? database, catalog: parts.at(-3) ?? access.catalog };
      described = await describeTable(home, parts.at(-1) ?? table, signal);
      const logTable = logTableOf(
        described,
        parts.length === 1 ? [database, ...parts] : parts,
        options.scope?.accounts,
      );
      if (days.from !== undefined && logTable.dayColumns[0] === pathColumn) {
        log.warn(
          `the partitions of ${table} do not say how they write days: Athena reads all of it, whatever --from and --to say`,
        );
      }
      return [recordRelation(logTable, days), ...modelRelations()];
    },
    beforeReading: async (reads, title, signal) => {
      const { maxScanBytes } = options;
      if (maxScanBytes === undefined || described === undefined) return;
      await checkSize({ described, access, days, reads, title, maxScanBytes, log, now, loggedBytes }, signal);
    },
  });
}

interface SizeCheck {
  readonly described: AthenaTable;
  readonly access: AthenaAccess;
  readonly days: Days;
  readonly reads: number;
  readonly title: string;
  readonly maxScanBytes: number;
  readonly log: Logger;
  readonly now: () => Date;
  readonly loggedBytes: LoggedBytesOf;
}

/** Checks the size of the days' log files, times the number of reads, against the cap before anything is charged. */
async function checkSize(check: SizeCheck, signal: AbortSignal | undefined): Promise<void> {
  const { described, access, reads, title, maxScanBytes, log } = check;
  const location = described.parameters["location"];
  if (location === undefined) {
    log.warn(`the catalog does not say where ${described.name} lies: --max-scan holds only while the query runs`);
    return;
  }
  // a table not partitioned by day is read whole
  const pruned = logTableOf(described, [described.name], ["*"]).dayColumns[0] !== pathColumn;
  const { s3 } = access;
  const { region, retry } = access.service;
  const { bytes } = await check.loggedBytes(
    location,
    {
      ...(pruned ? check.days : {}),
      region: region === "" ? undefined : region,
      endpoint: s3.endpoint ?? undefined,
      profile: s3.profile ?? undefined,
      roles: s3.roles,
      retry,
      now: check.now,
      signal,
    },
    maxScanBytes / reads,
  );
  const times = reads === 1 ? "" : `, read ${reads} times`;
  if (bytes * reads > maxScanBytes) {
    throw new SpillwayError(
      "scan-limit",
      `${title} was not started: the log files of these days have at least ${bytesText(bytes)}${times}; --max-scan allows ${bytesText(maxScanBytes)}`,
      { next: "Ask for fewer days with --from and --to, or raise --max-scan." },
    );
  }
  log.info(`the log files of these days have ${bytesText(bytes)}${times}`);
}
