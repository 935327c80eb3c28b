/** The run loop: list, leave out what the ledger knows, read in workers, commit, publish. */
import { existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { SpillwayError } from "../errors.ts";
import type { Tally } from "../integrity/tally.ts";
import { stageFolder } from "../store/side-files.ts";
import { Warehouse } from "../store/warehouse.ts";
import { IngestRun } from "./ingest-run.ts";
import { WorkerPool } from "./worker-pool.ts";
import type { ObjectSource } from "./listing/source.ts";
import type { IngestOptions } from "./options.ts";
import type { IngestSummary, SourceFailure } from "./summary.ts";

export type { IngestOptions, IngestProgress } from "./options.ts";
export type { IngestSummary } from "./summary.ts";

const eventsPerFile = 10_000;

/**
 * Loads everything the sources list into the warehouse and publishes it.
 * @throws SpillwayError for a source or warehouse that cannot be used, and when R8 does not add up
 */
export async function ingest(options: IngestOptions): Promise<IngestSummary> {
  const work = `${options.warehouse}.work`;
  const isNew = !existsSync(options.warehouse) && !existsSync(work);
  const progress = { hasCommitted: false };
  try {
    return await ingestInto(options, isNew, progress);
  } catch (error) {
    // A first run that failed with nothing read leaves nothing behind.
    const isOurs = !(
      error instanceof SpillwayError &&
      (error.code === "run-locked" || error.code === "side-file" || error.code.startsWith("warehouse-"))
    );
    if (isNew && isOurs && !progress.hasCommitted) for (const end of ["", ".wal"]) removeQuietly(`${work}${end}`);
    throw error;
  }
}

/** Removes a file without an error of its own: the earlier one is to be reported. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // a folder that refuses writing holds nothing of ours
  }
}

async function ingestInto(
  options: IngestOptions,
  isNew: boolean,
  progress: { hasCommitted: boolean },
): Promise<IngestSummary> {
  const now = options.now ?? ((): Date => new Date());
  const started = performance.now();
  // Workers start first: they load while DuckDB does, and reading into a new warehouse needs no ledger.
  await using pool = new WorkerPool(
    {
      stageFolder: stageFolder(options.warehouse),
      maxRawBytes: options.maxRawBytes ?? 512 << 20,
      eventsPerFile,
      seal: options.verify !== undefined,
    },
    threadsFor(options),
    (notice) => run.noticed(notice),
    options.signal,
  );
  const opening = Warehouse.open(options.warehouse, { now, notice: options.onNotice });
  const run = new IngestRun(options, opening, isNew, () => (progress.hasCommitted = true));
  const reading = run.readAll(pool);
  // Loaded while the workers read; a failure shows where it is awaited.
  if (options.verify !== undefined) void import("./check-digests.ts").catch(() => undefined);
  // If the warehouse cannot be used, that is the error to report, and not what the readers met meanwhile.
  reading.catch(() => undefined);
  await using warehouse = await opening;
  pool.ready();
  if (options.boundaries !== undefined) await warehouse.replaceBoundaries(options.boundaries);
  if (options.expected !== undefined) await warehouse.replaceExpected(options.expected);
  const runId = await warehouse.startRun(options.sources.map(({ name }) => name).join(" "), now());
  run.started();
  await reading;
  await run.commitRest(pool);
  // Out of reach before anything was read: nothing to keep.
  if (run.failures.length > 0 && run.counts.objectsListed === run.counts.objectsSkipped)
    throw failureOf(run.failures, 0);
  await run.finishSources({ runId, now: now() });
  run.noteDenied();
  if (run.counts.objectsListed === 0 && !run.stoppedEarly) throw emptySources(options.sources);
  const digests = run.stoppedEarly ? undefined : await checkDigests(options, run, warehouse, now());
  await warehouse.finishRun(runId, run.counts, now());
  const published = await warehouse.publish();
  const summary: IngestSummary = {
    runId,
    counts: run.counts,
    published,
    interrupted: run.stoppedEarly,
    seconds: (performance.now() - started) / 1000,
    quarantined: run.quarantined,
    skipped: run.skipped,
    sources: run.tally.counts,
    failures: run.failures,
    lateEvents: warehouse.lateEvents?.events ?? 0,
    findings: run.findings.examples,
    findingCounts: run.findings.counts,
    gaps: run.findings.gaps,
    digests,
  };
  if (run.failures.length === 0) return summary;
  options.onStopped?.(summary);
  throw failureOf(run.failures, run.counts.objectsLoaded);
}

/** The number of worker threads; none if every source extracts its objects itself. */
function threadsFor({ sources, threads }: IngestOptions): number {
  if (sources.every((source) => source.extract !== undefined)) return 0;
  return threads ?? Math.max(1, Math.min(availableParallelism(), 8));
}

/** Checks the digests of what is in the ledger by now. A failure is a gap, and the next run tries again. */
async function checkDigests(
  { verify, signal }: IngestOptions,
  run: IngestRun,
  warehouse: Warehouse,
  now: Date,
): Promise<Tally | undefined> {
  if (verify === undefined) return undefined;
  const { checkDigests } = await import("./check-digests.ts");
  try {
    const { tally, gaps } = await checkDigests(verify, warehouse.digests, now, signal);
    run.findings.gaps.push(...gaps);
    return tally;
  } catch (thrown) {
    if (signal?.aborted === true && thrown === signal.reason) {
      // what was judged until then is kept, and the next run judges the rest
      run.stoppedEarly = true;
      return undefined;
    }
    if (!(thrown instanceof SpillwayError) || thrown.code.startsWith("warehouse-")) throw thrown;
    const next = thrown.next === undefined ? "" : ` ${thrown.next}`;
    run.findings.gaps.push(`the digests were not checked: ${thrown.message}.${next}`);
    return undefined;
  }
}

/** The error of a run with failed sources; what was read of the others is published by now. */
function failureOf(failures: readonly SourceFailure[], loaded: number): SpillwayError {
  const [first] = failures;
  if (first === undefined) throw new Error("no source failed");
  const { error } = first;
  const kept =
    loaded === 0 ? "" : `; the ${loaded.toLocaleString("en-US")} objects that were read are committed and published`;
  const others = failures.slice(1).map(({ source, error: { message } }) => `; ${source}: ${message}`);
  const named = failures.length > 1 ? `${first.source}: ${error.message}` : error.message;
  const options = { ...(error.next === undefined ? {} : { next: error.next }), cause: error };
  return new SpillwayError(error.code, `${named}${others.join("")}${kept}`, options);
}

function emptySources(sources: readonly ObjectSource[]): SpillwayError {
  return new SpillwayError("source-empty", `no files at all below ${sources.map(({ name }) => name).join(", ")}`, {
    next: "Look for a folder that holds AWSLogs/, or log files ending in .json.gz.",
  });
}
