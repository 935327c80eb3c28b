/** The extraction of one day: Athena writes its events as Parquet, which are fetched and removed again. */
import type { AthenaAccess } from "../../../engines/athena/access.ts";
import { resultAccess } from "../../../engines/athena/connection.ts";
import { readResult } from "../../../engines/athena/result.ts";
import { runStatement } from "../../../engines/athena/statement.ts";
import { type Spending, restOfCap } from "../../../engines/athena/cost.ts";
import { isOfFile } from "../../../engines/athena/explain.ts";
import { fetchUnloaded, removeUnloaded } from "../../../engines/athena/unloaded.ts";
import type { LogTable } from "../../../engines/raw-logs/log-table.ts";
import { bytesText } from "../../../bytes-text.ts";
import { parseS3Url } from "../../../aws/s3/url.ts";
import { SpillwayError, messageOf } from "../../../errors.ts";
import type { Logger } from "../../../log.ts";
import type { Extraction } from "../../listing/source.ts";
import { type DayScope, countSql, unloadSql } from "./days.ts";

/** The means to read the days of a listing. */
export interface DayReading {
  readonly access: AthenaAccess;
  readonly table: LogTable;
  readonly scope: DayScope;
  /** This listing's own `s3://bucket/prefix/`, below which each day is unloaded. */
  readonly folder: string;
  readonly countRecords: boolean;
  /** Bytes that may be scanned in all. */
  readonly cap: number | undefined;
  readonly spent: Spending;
  readonly log: Logger;
  readonly signal: AbortSignal | undefined;
}

/** The day's events as files of `folder`, or the reason why one of its log files cannot be read. */
export async function extractDay(reading: DayReading, day: string, folder: string): Promise<Extraction> {
  try {
    const counted = reading.countRecords ? await countRecords(reading, day) : { records: 0, other: 0 };
    return { ...counted, ...(await unload(reading, day, folder)) };
  } catch (thrown) {
    const isUnreadable = thrown instanceof SpillwayError && thrown.code === "engine" && isOfFile(thrown.message);
    if (!isUnreadable) throw thrown;
    return { unreadable: thrown.message };
  }
}

async function unload(
  reading: DayReading,
  day: string,
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly rawBytes: number }> {
  const { access, table, scope, spent, log, signal } = reading;
  const to = `${reading.folder}${day}/`;
  const { bucket, prefix } = parseS3Url(to);
  const place = await resultAccess(access, bucket);
  const title = `the extraction of ${day}`;
  restOf(reading, title);
  const before = spent.scannedBytes;
  let isUnloaded = false;
  try {
    await execute(reading, unloadSql(table, scope, day, to), title);
    isUnloaded = true;
    log.info(`${day}: ${bytesText(spent.scannedBytes - before)} scanned`);
    const { files, bytes } = await fetchUnloaded(place, prefix, folder, day, signal);
    return { files, rawBytes: bytes };
  } finally {
    // Also after a failure: Athena leaves what its writers had written by then.
    await removeUnloaded(place, prefix).catch((thrown: unknown) => {
      log.warn(`what was unloaded to ${to} could not be removed: ${messageOf(thrown)}`, {
        next: "Allow s3:ListBucket and s3:DeleteObject there, or remove it by a lifecycle rule; nothing reads it again.",
      });
    });
    if (!isUnloaded) log.info(`Athena may still write below ${to} while it stops; a lifecycle rule removes that`);
  }
}

async function countRecords(
  reading: DayReading,
  day: string,
): Promise<{ readonly records: number; readonly other: number }> {
  const execution = await execute(reading, countSql(reading.table, reading.scope, day), `the records of ${day}`);
  for await (const [row] of (await readResult(reading.access, execution, reading.signal)).rows)
    return { records: Number(row?.[0] ?? 0), other: Number(row?.[1] ?? 0) };
  return { records: 0, other: 0 };
}

async function execute(reading: DayReading, sql: string, title: string): ReturnType<typeof runStatement> {
  const { access, spent, signal } = reading;
  const execution = await runStatement(access, { sql, title }, { signal, maxScanBytes: restOf(reading, title) });
  spent.add(execution.statistics);
  return execution;
}

/** The rest of the cap for the next statement. */
function restOf({ spent, cap }: DayReading, title: string): number | undefined {
  return restOfCap(spent, cap, { title, next: "Run the same command again to go on from there." });
}
