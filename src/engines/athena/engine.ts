/** The engine that runs reports on Athena: rows come from its result objects; scanned bytes are counted and capped. */
import { type AthenaAccess, athenaAccess } from "./access.ts";
import { readResult } from "./result.ts";
import { type Execution, type Statistics, runStatement } from "./statement.ts";
import { describeWorkgroup } from "./workgroup.ts";
import { disconnect } from "../../aws/connection.ts";
import { SpillwayError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { Engine, Result } from "../engine.ts";
import { bytesText } from "../../bytes-text.ts";
import { relationNames } from "../raw-logs/relation-names.ts";
import { trinoColumn } from "../trino-cells.ts";
import { type Spending, listPricePerTerabyte, restOfCap, spending } from "./cost.ts";
import { type LoggedBytesOf, openLogs } from "./logs.ts";
import type { AthenaEngineOptions } from "./options.ts";

export interface AthenaEngineEffects {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly now: () => Date;
  /** Weighs the logs of a `table` before they are read, for `maxScanBytes`: `loggedBytes` of the S3 source. */
  readonly loggedBytes: LoggedBytesOf;
}

/** Tables and views are looked up in the database of the options. What was scanned is reported when the engine is closed. */
export function openAthena(options: AthenaEngineOptions, effects: AthenaEngineEffects): Engine {
  const access = athenaAccess(options, effects.env);
  const spent = spending(options.pricePerTerabyte ?? listPricePerTerabyte);
  const run: Run = { access, spent, maxScanBytes: options.maxScanBytes };
  const place = [access.database === null ? null : access.catalog, access.database].filter((part) => part !== null);
  const names = relationNames(place, options.relations);
  const logs =
    options.table === undefined
      ? undefined
      : openLogs(options.table, options, {
          ...effects,
          access,
          execute: async (sql, title, signal) => void (await execute(run, sql, title, signal)),
        });
  let checked: Promise<void> | undefined;
  return {
    name: "athena",
    qualify: logs?.qualify ?? names.qualify,
    run: async (sql, signal, title = "the query") => {
      checked ??= checkWorkgroup(access, options.maxScanBytes, effects.log, signal);
      await checked;
      const statement = logs === undefined ? names.resolve(sql) : await logs.prepare(sql, title, signal);
      const execution = await execute(run, statement, title, signal);
      return typed(await readResult(access, execution, signal));
    },
    close: async () => {
      await logs?.close();
      const summary = spent.summary();
      if (summary !== undefined) effects.log.info(summary);
      await disconnect("athena", access.service);
    },
  };
}

interface Run {
  readonly access: AthenaAccess;
  readonly spent: Spending;
  readonly maxScanBytes: number | undefined;
}

/** The execution of one statement: a failed one is free, a stopped one is charged for what it scanned. */
async function execute(run: Run, sql: string, title: string, signal: AbortSignal | undefined): Promise<Execution> {
  let last: Statistics | undefined;
  const call = {
    signal,
    maxScanBytes: restOf(run, title),
    onProgress: (_: string, statistics: Statistics) => void (last = statistics),
  };
  try {
    const execution = await runStatement(run.access, { sql, title }, call);
    run.spent.add(execution.statistics);
    return execution;
  } catch (thrown) {
    const stopped = thrown instanceof SpillwayError && (thrown.code === "scan-limit" || thrown.code === "interrupted");
    if (stopped && last !== undefined) run.spent.add(last);
    throw thrown;
  }
}

/** The rest of the cap for the next statement. */
function restOf({ spent, maxScanBytes }: Run, title: string): number | undefined {
  return restOfCap(spent, maxScanBytes, {
    title,
    next: "Raise --max-scan, or ask for one report and fewer days.",
  });
}

/** Warns where the workgroup has no limit of its own: ours acts some seconds late. */
async function checkWorkgroup(
  access: AthenaAccess,
  maxScanBytes: number | undefined,
  log: Logger,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (maxScanBytes === undefined) return;
  try {
    const { name, cutoffBytes } = await describeWorkgroup(access, signal);
    if (cutoffBytes !== null && cutoffBytes <= maxScanBytes) return;
    const limit = cutoffBytes === null ? "no limit" : `a limit of ${bytesText(cutoffBytes)}`;
    log.warn(
      `the workgroup ${name} has ${limit} of its own for a query: Spillway stops a query when Athena reports more than ${bytesText(maxScanBytes)}, which may be some seconds and bytes late`,
    );
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError) || !thrown.message.includes("is missing")) throw thrown;
    log.warn(`the workgroup's own limit is not known, so --max-scan is held by Spillway alone: ${thrown.message}`);
  }
}

/** The result with typed cells: Athena's results are all text, with times as Trino writes them. */
function typed({ columns, rows }: Awaited<ReturnType<typeof readResult>>): Result {
  const readers = columns.map(({ name, type }) => trinoColumn(name, type));
  return {
    columns: readers.map(({ column }) => column),
    batches: (async function* () {
      for await (const batch of rows) {
        if (batch.length > 0) yield readers.map(({ read }, index) => batch.map((row) => read(row[index])));
      }
    })(),
  };
}
