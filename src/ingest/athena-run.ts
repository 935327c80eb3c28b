/** Owns the run of an `athena:` source: day by day, what Athena cuts out of the logs goes into the warehouse. */
import { existsSync, rmSync } from "node:fs";
import {
  type AthenaAccess,
  describeWorkgroup,
  readResult,
  resultAccess,
  runStatement,
} from "../engines/athena/client.ts";
import { fetchUnloaded, removeUnloaded } from "../engines/athena/unloaded.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import { bytesText } from "../bytes-text.ts";
import { type Spending, restOfCap } from "../engines/athena/cost.ts";
import type { LogTable } from "../engines/raw-logs/log-table.ts";
import { isOfFile } from "../engines/athena/explain.ts";
import { Warehouse } from "../store/warehouse.ts";
import type { IngestSummary } from "./ingest.ts";
import { parseS3Url } from "../aws/s3/url.ts";
import { emptyCounts } from "./summary.ts";
import { type Slice, type SliceDays, type SliceScope, countSql, slicesOf, unloadSql } from "./sources/athena/slices.ts";

export interface AthenaIngestOptions {
  readonly warehouse: string;
  /** As the user named it. */
  readonly source: string;
  readonly access: AthenaAccess;
  readonly table: LogTable;
  readonly scope: SliceScope;
  readonly days: SliceDays;
  /** A second query for each day that counts the records: it reads the logs once more. */
  readonly countRecords: boolean;
  readonly maxScanBytes: number | undefined;
  readonly spent: Spending;
  readonly now: () => Date;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What a day's extraction gave. */
interface Extracted {
  readonly files: readonly string[];
  readonly bytes: number;
  /** 0 unless they were counted. */
  readonly records: number;
  readonly other: number;
}

/**
 * Loads the days that are due. Each is a transaction of its own, with its row in the ledger: what is interrupted goes on at the next day.
 * @throws SpillwayError for what every day would meet; `scan-limit` when the cap is reached, with what was loaded published
 */
export async function ingestAthena(options: AthenaIngestOptions): Promise<IngestSummary> {
  const { now, log, signal } = options;
  const started = performance.now();
  // Before any warehouse is made: a day or a place that is none should leave nothing behind.
  const slices = slicesOf(options.table, options.scope, options.days, now());
  const output = await outputOf(options);
  const isNew = !existsSync(options.warehouse) && !existsSync(`${options.warehouse}.work`);
  const counts = emptyCounts();
  const quarantined: { uri: string; reason: string }[] = [];
  let stopped: SpillwayError | undefined;
  let committed = 0;
  try {
    await using warehouse = await Warehouse.open(options.warehouse, { now });
    const due = (await warehouse.unknownObjects(slices)).flatMap(({ index }) => slices[index] ?? []);
    counts.objectsListed = slices.length;
    counts.objectsKnown = slices.length - due.length;
    const runId = await warehouse.startRun(options.source, now());
    for (const [place, slice] of due.entries()) {
      try {
        if (signal.aborted) throw new SpillwayError("interrupted", "stopped");
        const extracted = await extract(options, slice, `${output}${runId}/${slice.day}/`, warehouse.stageFolder);
        const { newEvents, duplicates, contentConflicts } = await warehouse.commit({
          files: extracted.files,
          objects: [entryOf(slice, extracted)],
          quarantine: [],
          isSlice: true,
        });
        for (const file of extracted.files) rmSync(file, { force: true });
        const bedrock = newEvents + duplicates;
        const records = Math.max(extracted.records, bedrock + extracted.other);
        counts.objectsLoaded++;
        counts.bedrockEvents += bedrock;
        counts.records += records;
        counts.other += extracted.other;
        counts.rejected += records - bedrock - extracted.other;
        counts.newEvents += newEvents;
        counts.duplicates += duplicates;
        counts.contentConflicts += contentConflicts;
        counts.rawBytes += extracted.bytes;
        log.info(`${slice.day}: ${bedrock} Bedrock events, ${newEvents} of them new`);
      } catch (thrown) {
        if (!(thrown instanceof SpillwayError)) throw thrown;
        if (thrown.code === "interrupted" || thrown.code === "scan-limit") {
          stopped = thrown;
          // what was not read is not part of this run's sums
          counts.objectsListed -= due.length - place;
          break;
        }
        if (thrown.code !== "engine" || !isOfFile(thrown.message)) throw thrown;
        await warehouse.commit(unreadable(slice, thrown.message));
        counts.objectsQuarantined++;
        quarantined.push({ uri: slice.uri, reason: thrown.message });
      }
      committed++;
    }
    await warehouse.finishRun(runId, counts, now());
    const published = await warehouse.publish();
    if (stopped?.code === "scan-limit") throw stopped;
    return {
      runId,
      counts,
      published,
      interrupted: stopped !== undefined,
      seconds: (performance.now() - started) / 1000,
      quarantined: quarantined.slice(0, 20),
      skipped: new Map(),
      findings: [],
      findingCounts: new Map(),
      gaps: [],
      failures: [],
      sources: [
        {
          name: options.source,
          listed: counts.objectsListed,
          known: counts.objectsKnown,
          loaded: counts.objectsLoaded,
          skipped: counts.objectsSkipped,
          quarantined: counts.objectsQuarantined,
          bedrockEvents: counts.bedrockEvents,
        },
      ],
      cameLate: warehouse.cameLate?.events ?? 0,
    };
  } catch (thrown) {
    // A first run that failed before it had anything leaves nothing behind.
    const isOurs = !(
      thrown instanceof SpillwayError &&
      (thrown.code === "run-locked" || thrown.code.startsWith("warehouse-"))
    );
    if (isNew && isOurs && committed === 0)
      for (const end of ["", ".work", ".work.wal"]) rmSync(`${options.warehouse}${end}`, { force: true });
    throw thrown;
  }
}

/** The folder for what is unloaded: below the place for results. */
async function outputOf({ access, signal }: AthenaIngestOptions): Promise<string> {
  const output = access.output ?? (await describeWorkgroup(access, signal)).output;
  if (output !== null) return `${output.replace(/\/+$/, "")}/spillway-unload/`;
  throw new SpillwayError("config", `the workgroup ${access.workgroup} has no place for results`, {
    next: "Name one with --athena-output s3://BUCKET/PREFIX: the extracted events pass through it.",
  });
}

async function extract(options: AthenaIngestOptions, slice: Slice, to: string, folder: string): Promise<Extracted> {
  const { access, table, scope, log, signal } = options;
  const counted = options.countRecords ? await countRecords(options, slice) : { records: 0, other: 0 };
  const { bucket, prefix } = parseS3Url(to);
  const place = await resultAccess(access, bucket);
  const before = options.spent.scannedBytes;
  const title = `the extraction of ${slice.day}`;
  restOf(options, title);
  let isUnloaded = false;
  try {
    await execute(options, unloadSql(table, scope, slice.day, to), title);
    isUnloaded = true;
    log.info(`${slice.day}: ${bytesText(options.spent.scannedBytes - before)} scanned`);
    return { ...counted, ...(await fetchUnloaded(place, prefix, folder, slice.day, signal)) };
  } finally {
    // Also after a failure: Athena leaves what its writers had written until then.
    await removeUnloaded(place, prefix).catch((thrown: unknown) => {
      log.warn(`what was unloaded to ${to} could not be removed: ${messageOf(thrown)}`, {
        next: "Allow s3:ListBucket and s3:DeleteObject there, or remove it by a lifecycle rule; nothing reads it again.",
      });
    });
    if (!isUnloaded) log.info(`Athena may still write below ${to} while it stops; a lifecycle rule removes that`);
  }
}

async function countRecords(
  options: AthenaIngestOptions,
  slice: Slice,
): Promise<{ readonly records: number; readonly other: number }> {
  const execution = await execute(
    options,
    countSql(options.table, options.scope, slice.day),
    `the records of ${slice.day}`,
  );
  for await (const [row] of (await readResult(options.access, execution, options.signal)).rows)
    return { records: Number(row?.[0] ?? 0), other: Number(row?.[1] ?? 0) };
  return { records: 0, other: 0 };
}

async function execute(options: AthenaIngestOptions, sql: string, title: string): ReturnType<typeof runStatement> {
  const { access, spent, signal } = options;
  const execution = await runStatement(access, { sql, title }, { signal, maxScanBytes: restOf(options, title) });
  spent.add(execution.statistics);
  return execution;
}

/** What of the cap is left for the next statement. */
function restOf({ spent, maxScanBytes }: AthenaIngestOptions, title: string): number | undefined {
  return restOfCap(spent, maxScanBytes, {
    title,
    next: "What was loaded is published; run it again to go on from there.",
  });
}

type Batch = Parameters<Warehouse["commit"]>[0];

function entryOf(slice: Slice, { bytes, records, other }: Extracted): Batch["objects"][number] {
  const { uri, etag, day } = slice;
  const place = { accountId: null, region: null, day };
  return { uri, etag, size: bytes, status: "loaded", reason: null, ...place, records, bedrock: 0, rejected: 0, other };
}

/** Tried by every run, as an object that could not be fetched. */
function unreadable({ uri, etag: version, day }: Slice, reason: string): Batch {
  const etag = `${version.split(" ")[0] ?? ""}:unreadable`;
  const sums = { records: 0, bedrock: 0, rejected: 0, other: 0 };
  const entry = {
    uri,
    etag,
    size: 0,
    status: "quarantined",
    reason,
    accountId: null,
    region: null,
    day,
    ...sums,
  } as const;
  return { files: [], objects: [entry], quarantine: [{ uri, etag, recordIndex: null, reason, eventId: null }] };
}
