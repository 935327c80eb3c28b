/** Owns the scheduled batch: ingest, retention, reports, findings; then metrics and the run report, however it ended. */
import { existsSync, readFileSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { Effects } from "../effects.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import type { IngestSummary } from "../ingest/ingest.ts";
import { identities } from "../ingest/summary.ts";
import { loadCatalogue } from "../report/catalogue.ts";
import { openWarehouse } from "../engines/duckdb/engine.ts";
import type { Engine } from "../engines/engine.ts";
import { warnOfEmptyScope } from "../report/empty-scope.ts";
import { type Protection, coveredPrincipals } from "../report/pseudonymise.ts";
import { holdRunLock } from "../store/run-lock.ts";
import { version } from "../version.ts";
import { type Standing, takeStanding } from "./findings.ts";
import { lastSuccessName, runMetrics } from "./metrics.ts";
import { openMetricsText, sampleIn } from "./open-metrics.ts";
import { type Pruned, prune, retentionDay } from "./prune.ts";
import { reportJobs } from "./report-jobs.ts";
import { type Phase, type RunReport, writeWhole } from "./run-report.ts";
import { type Changes, type Snapshot, changesBetween, emptySnapshot, takeSnapshot } from "./snapshot.ts";
import { type Verdict, judge, verdictOf } from "./verdict.ts";
import { type WrittenFile, writeReport } from "./write-reports.ts";

export interface RunOptions {
  readonly config: Config;
  /** Loads the config's sources into the config's warehouse and publishes it. What it could do before it failed goes to `onStopped`. */
  readonly load: (onStopped: (partial: IngestSummary) => void) => Promise<IngestSummary>;
  readonly protection: Protection | undefined;
  readonly effects: Effects;
  readonly signal: AbortSignal;
}

/** What is known so far; a run that fails reports as much as it has. */
interface Progress {
  readonly phases: Phase[];
  readonly files: WrittenFile[];
  summary?: IngestSummary;
  changes?: Changes;
  pruned?: Pruned & { readonly before: string };
  standing?: Standing;
  snapshot?: Snapshot;
}

/**
 * One run. The report and the metrics are written also when it fails; then it throws what went wrong.
 * @throws SpillwayError `run-locked` before anything is touched; `interrupted` after a signal; and whatever the steps throw
 */
export async function runBatch(options: RunOptions): Promise<Verdict> {
  const { config, effects } = options;
  await using _lock = await holdRunLock(config.warehouse);
  const startedAt = effects.now();
  const started = performance.now();
  const progress: Progress = { phases: [], files: [] };
  let failure: unknown;
  let verdict: Verdict;
  try {
    verdict = await work(options, progress, startedAt);
  } catch (error) {
    failure = error;
    verdict = verdictOf(error);
  }
  const finished = { startedAt, finishedAt: effects.now(), seconds: (performance.now() - started) / 1000 };
  // Metrics first: a run that could not leave them has failed, and its report says so.
  for (const write of [writeMetrics, writeReportFile]) {
    try {
      await write(config, reportOf(options, progress, verdict, failure, finished), progress);
    } catch (error) {
      // The first failure says more than that its report could not be written either.
      if (failure !== undefined) effects.log.warn(messageOf(error));
      else verdict = verdictOf(error);
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return verdict;
}

async function work(options: RunOptions, progress: Progress, startedAt: Date): Promise<Verdict> {
  const { config, load, effects, signal } = options;
  const step = stepper(progress.phases, options);
  const catalogue = loadCatalogue(config.reportsFolder === undefined ? [] : [config.reportsFolder]);
  const jobs = reportJobs(config, catalogue, startedAt);
  const totals = async (): Promise<Snapshot> =>
    existsSync(config.warehouse) ? await withEngine(config, takeSnapshot) : emptySnapshot;
  const before = await step("before", async () => await totalsBefore(totals, effects));
  const summary = await step("ingest", async () => await load((partial) => (progress.summary = partial)));
  progress.summary = summary;
  progress.snapshot = await step("changes", totals);
  if (before !== undefined) progress.changes = changesBetween(before, progress.snapshot);
  if (summary.interrupted || signal.aborted) throw interrupted();
  if (config.retentionDays !== undefined) {
    const day = retentionDay(startedAt, config.retentionDays);
    const pruned = await step("retention", async () => await prune(config.warehouse, day, "worth", effects.now));
    progress.pruned = { ...pruned, before: day };
    if (pruned.published) progress.snapshot = await totals();
  }
  if (signal.aborted) throw interrupted();
  const standing = await withEngine(config, async (engine) => {
    await step("reports", async () => {
      const scopes = new Map(jobs.map(({ scope }) => [JSON.stringify(scope), scope]));
      for (const scope of scopes.values()) await warnOfEmptyScope(engine, scope, effects.log);
      for (const job of jobs) {
        if (signal.aborted) throw interrupted();
        const file = await writeReport(job, { engine, catalogue, protection: options.protection, signal });
        progress.files.push(file);
        const rows = file.rows === null ? "" : `: ${file.rows.toLocaleString("en-US")} rows`;
        effects.log.info(`wrote ${file.target}${rows}`, { ...file });
      }
    });
    return await step("findings", async () => await takeStanding(engine, config, summary, startedAt));
  });
  progress.standing = standing;
  for (const { message, kind, count } of standing.findings) effects.log.warn(message, { finding: kind, count });
  return judge(config, summary, standing);
}

/** A file that an older Spillway published lacks tables until the ingest has made them: that must not stop every run from then on. */
async function totalsBefore(totals: () => Promise<Snapshot>, { log }: Effects): Promise<Snapshot | undefined> {
  try {
    return await totals();
  } catch (error) {
    if (!(error instanceof SpillwayError && error.code === "sql")) throw error;
    log.warn(`what this run changes cannot be said: ${error.message}`);
    return undefined;
  }
}

async function withEngine<T>(config: Config, action: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openWarehouse(config.warehouse);
  try {
    return await action(engine);
  } finally {
    await engine.close();
  }
}

/** Runs a step and notes how long it took, also when it fails. */
function stepper(phases: Phase[], { effects }: RunOptions) {
  return async <T>(name: string, action: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    try {
      return await action();
    } finally {
      const seconds = (performance.now() - from) / 1000;
      phases.push({ name, seconds });
      effects.log.info(`${name} took ${seconds.toFixed(2)} s`, { phase: name, seconds });
    }
  };
}

function interrupted(): SpillwayError {
  return new SpillwayError("interrupted", "stopped before the run was done; what was read is committed and published", {
    next: "Run the same command again to go on from there.",
  });
}

function reportOf(
  { config, protection }: RunOptions,
  progress: Progress,
  verdict: Verdict,
  failure: unknown,
  { startedAt, finishedAt, seconds }: { startedAt: Date; finishedAt: Date; seconds: number },
): RunReport {
  const { summary, standing, changes, pruned } = progress;
  return {
    version,
    runId: summary?.runId ?? null,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    seconds,
    warehouse: config.warehouse,
    ...verdict,
    error: failure === undefined ? null : errorOf(failure),
    sources: summary?.sources ?? [],
    counts: summary?.counts ?? null,
    identities: summary === undefined ? [] : identities(summary.counts),
    skipped: Object.fromEntries(summary?.skipped ?? []),
    quarantined: summary?.quarantined ?? [],
    noticed: summary?.findings ?? [],
    notLookedAt: summary?.gaps ?? [],
    cameLate: summary?.cameLate ?? 0,
    changes:
      changes === undefined
        ? null
        : { ...changes, newSpillingPrincipals: coveredPrincipals(changes.newSpillingPrincipals, protection) },
    findings: standing?.findings ?? [],
    boundaryViolations: standing?.boundaryViolations ?? null,
    coverageGaps: Object.fromEntries(standing?.coverageGaps ?? []),
    pruned:
      pruned === undefined
        ? null
        : {
            before: pruned.before,
            invocations: pruned.invocations,
            events: pruned.events,
            bytesBefore: pruned.bytesBefore,
            bytesAfter: pruned.bytesAfter,
          },
    files: progress.files,
    phases: progress.phases,
  };
}

function errorOf(failure: unknown): RunReport["error"] {
  if (!(failure instanceof SpillwayError)) return { code: "unexpected", message: messageOf(failure), next: null };
  return { code: failure.code, message: failure.message, next: failure.next ?? null };
}

async function writeMetrics(
  { metricsFile }: Config,
  report: RunReport,
  { snapshot }: Pick<Progress, "snapshot">,
): Promise<void> {
  if (metricsFile === undefined) return;
  const earlier = existsSync(metricsFile) ? readFileSync(metricsFile, "utf8") : "";
  const metrics = runMetrics({ report, standing: snapshot, lastSuccess: sampleIn(earlier, lastSuccessName) });
  await writeWhole(metricsFile, openMetricsText(metrics));
}

async function writeReportFile({ reportFile }: Config, report: RunReport): Promise<void> {
  if (reportFile !== undefined) await writeWhole(reportFile, `${JSON.stringify(report, null, 2)}\n`);
}
