/** The refresh of the copy in Parquet: which days are read again, and how a day is replaced all at once. */
import type { AthenaAccess } from "./access.ts";
import { runStatement } from "./statement.ts";
import { isOfFile } from "./explain.ts";
import { dayVersion } from "../raw-logs/day-version.ts";
import { SpillwayError } from "../../errors.ts";
import { dayOf, eachDay } from "../../day.ts";
import type { Logger } from "../../log.ts";
import { eventTable } from "../../schema/event.ts";
import { textLiteral } from "../../sql/literal.ts";
import { trailObjectTable } from "../../schema/tables.ts";
import { modelRelations } from "../raw-logs/views.ts";
import type { Spending } from "./cost.ts";
import { texts } from "./execute-setup.ts";
import { closure, copyRelation, withRelations } from "../raw-logs/compose.ts";
import { foldOfRun, foldName, foldedTables } from "../raw-logs/folded-copy.ts";
import { type LogTable, quotedName, recordRelation } from "../raw-logs/log-table.ts";

/** What runs the statements of a refresh; `rows` returns their rows. */
export interface CopyEngine {
  run(sql: string, title: string): Promise<void>;
  rows(sql: string, title: string): Promise<readonly (readonly unknown[])[]>;
}

export interface RefreshOptions {
  /** Parts of the name of the database with the copy, catalog first if there is one. */
  readonly database: readonly string[];
  readonly table: LogTable;
  /** First day of delivery, YYYY-MM-DD. */
  readonly from: string;
  readonly to?: string | undefined;
  readonly lateDays: number;
  readonly now: () => Date;
  readonly log: Logger;
}

export interface RefreshSummary {
  readonly refreshed: readonly string[];
  readonly unchanged: number;
  /** Days whose logs could not be read, with Athena's reason; the others were copied. */
  readonly failed: readonly { readonly day: string; readonly reason: string }[];
  /** Whether the events were folded again, which makes what was copied visible. */
  readonly folded: boolean;
}

/**
 * Reads the days that are due again. A day is inserted below a new run, and the row in `copied_day` that follows makes it the one that
 * readers see: a refresh that dies in between leaves rows that nobody reads. Only INSERT is needed, which Athena has for Parquet, Trino
 * for its Hive tables: no DELETE, which Athena has for Iceberg alone and which would show readers a day without rows.
 * At the end the events of all days are folded, in the same way: a late record changes invocations of any day.
 */
export async function refreshCopy(engine: CopyEngine, options: RefreshOptions): Promise<RefreshSummary> {
  const now = options.now();
  const run = now.toISOString();
  const copiedDays = quotedName([...options.database, "copied_day"]);
  const kept = await engine.rows(
    `SELECT copy_day, max_by(copy_version, copy_run) AS copy_version, max(copy_run) AS copy_run FROM ${copiedDays} GROUP BY copy_day`,
    "the days of the copy",
  );
  const versions = new Map(kept.map(([day, version]) => [String(day), String(version)]));
  const runs = new Map(kept.map(([day, , last]) => [String(day), String(last)]));
  const folds = runs.get(foldName) ?? "";
  const complete = async (day: string, version: string): Promise<void> => {
    const row = [day, run, version].map(textLiteral).join(", ");
    await engine.run(`INSERT INTO ${copiedDays} SELECT ${row}`, `the copy of ${day} (done)`);
  };
  const refreshed: string[] = [];
  const failed: { day: string; reason: string }[] = [];
  let unchanged = 0;
  for (const day of eachDay(options.from, options.to ?? dayOf(now))) {
    const version = dayVersion(day, now, options.lateDays);
    if (versions.get(day) === version) {
      unchanged++;
      continue;
    }
    try {
      for (const { sql, name } of daySql(options, day, run)) await engine.run(sql, `the copy of ${day} (${name})`);
    } catch (thrown) {
      // A broken file fails only its day's statement; a missing permission would fail every day.
      if (!(thrown instanceof SpillwayError) || thrown.code !== "engine" || !isOfFile(thrown.message)) throw thrown;
      failed.push({ day, reason: thrown.message });
      options.log.warn(`${day} was not copied: ${thrown.message}`, { next: thrown.next });
      continue;
    }
    await complete(day, version);
    refreshed.push(day);
    options.log.info(`copied ${day}`);
  }
  // a refresh that died may have left days that are not folded yet
  const folded = refreshed.length > 0 || [...runs.values()].some((last) => last > folds);
  if (folded) {
    for (const { sql, name } of foldSql(options.database, run)) await engine.run(sql, `the fold of the copy (${name})`);
    await complete(foldName, run);
    options.log.info("folded the copy");
  }
  return { refreshed, unchanged, failed, folded };
}

/** The two statements that copy a day. */
function daySql({ database, table }: RefreshOptions, day: string, run: string): { name: string; sql: string }[] {
  const relations = [recordRelation(table, { from: day, to: day }), ...modelRelations()];
  const parts = [
    { name: "event_delivered", columns: eventTable.columns },
    { name: "trail_object", columns: trailObjectTable.columns },
  ];
  return parts.map(({ name, columns }) => {
    const list = columns.map((column) => column.name).join(", ");
    const select = `SELECT ${list}, ${textLiteral(day)} AS copy_day, ${textLiteral(run)} AS copy_run FROM ${name}`;
    const target = quotedName([...database, `${name}_copy`]);
    return { name, sql: `INSERT INTO ${target}\n${withRelations(closure(relations, select), select)}` };
  });
}

/** The statements that fold what was copied; each reads the table that the one before it wrote. */
function foldSql(database: readonly string[], run: string): { name: string; sql: string }[] {
  return foldedTables.map(({ name, columns }, index) => {
    const made = new Set(foldedTables.slice(0, index).map((table) => table.name));
    const relations = modelRelations().map((relation) => {
      if (relation.name === "event_delivered") return copyRelation(relation.name, database);
      return made.has(relation.name) ? foldOfRun(relation.name, database, run) : relation;
    });
    const select = `SELECT ${columns.map((column) => column.name).join(", ")}, ${textLiteral(run)} AS copy_run FROM ${name}`;
    const target = quotedName([...database, `${name}_copy`]);
    return { name, sql: `INSERT INTO ${target}\n${withRelations(closure(relations, select), select)}` };
  });
}

/** A copy kept on Athena; `spent` counts what its statements scanned. */
export function athenaCopyEngine(
  access: AthenaAccess,
  spent: Spending,
  maxScanBytes: number | undefined,
  signal: AbortSignal | undefined,
): CopyEngine {
  return {
    async run(sql, title) {
      const rest = maxScanBytes === undefined ? undefined : maxScanBytes - spent.scannedBytes;
      if (rest !== undefined && rest <= 0) {
        throw new SpillwayError("scan-limit", `${title} was not started: --max-scan is used up`, {
          next: "What was copied stays; run it again with more to go on from there.",
        });
      }
      const { statistics } = await runStatement(access, { sql, title }, { signal, maxScanBytes: rest });
      spent.add(statistics);
    },
    rows: (sql, title) => texts(access, sql, title, signal),
  };
}
