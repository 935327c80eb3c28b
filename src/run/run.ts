/** The scheduled batch: ingest, retention, reports, findings; then metrics and the run report, however it ended. */
import { existsSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { Effects } from "../effects.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import type { IngestSummary } from "../ingest/ingest.ts";
import { isOutOfReach } from "../ingest/out-of-reach.ts";
import { loadCatalogue } from "../report/catalogue.ts";
import type { Protection } from "../privacy/stand-ins.ts";
import { interruptStatements } from "../store/duck.ts";
import type { Expectation } from "../store/warehouse.ts";
import { holdRunLock } from "../store/run-lock.ts";
import { hasOrganization, readExpectation } from "./expectation.ts";
import { type RangeFinding, findInRange } from "./findings.ts";
import { abandoned, interrupted } from "./interrupted.ts";
import { type Pruned, prune, prunedText, retentionDay } from "./prune.ts";
import { readPolicies } from "./policies.ts";
import { reportJobs } from "./report-jobs.ts";
import type { Phase } from "./run-report.ts";
import { type Snapshot, changesBetween, emptySnapshot, takeSnapshot } from "./snapshot.ts";
import { type RunState, recordRun } from "./record-run.ts";
import { type Verdict, failedVerdict, judge } from "./verdict.ts";
import { withEngine } from "./with-engine.ts";
import { writeReports } from "./write-reports.ts";

/** The time from a signal to the run report; the process ends soon after. */
const graceMs = 7000;

export interface RunOptions {
  readonly config: Config;
  /** Loads the config's sources into the config's warehouse and publishes it. What it could do before it failed goes to `onStopped`. */
  readonly load: (expected: Expectation, onStopped: (partial: IngestSummary) => void) => Promise<IngestSummary>;
  /** Refuses what cannot be run, before anything is touched, and says how personal data is protected. */
  readonly prepare: () => Promise<Protection | undefined>;
  readonly effects: Effects;
  readonly signal: AbortSignal;
}

/**
 * One run. The report and the metrics are written whatever went wrong; then it throws that.
 * @throws SpillwayError `run-locked` before anything is touched; `interrupted` after a signal; and whatever the steps throw
 */
export async function runBatch(options: RunOptions): Promise<Verdict> {
  const { effects } = options;
  const protection = await options.prepare();
  const startedAt = effects.now();
  const started = performance.now();
  const progress: RunState = { protection, phases: [], files: [], evidence: [], failures: [] };
  let failure: unknown;
  let verdict: Verdict;
  try {
    verdict = await withinGrace(locked(options, progress, startedAt), options.signal);
  } catch (error) {
    // The run that holds the lock reports on itself.
    if (error instanceof SpillwayError && error.code === "run-locked" && progress.phases.length === 0) throw error;
    failure = error;
    verdict = failedVerdict(error, progress.failures);
  }
  const finished = { startedAt, finishedAt: effects.now(), seconds: (performance.now() - started) / 1000 };
  const unrecorded = await recordRun(options.config, progress, { verdict, failure, ...finished });
  const thrown = failure ?? progress.failures[0]?.error ?? unrecorded;
  if (thrown === undefined) return verdict;
  for (const other of [...progress.failures.map(({ error }) => error), unrecorded])
    if (other !== undefined && other !== thrown) logError(effects, other);
  throw thrown;
}

function logError({ log }: Effects, error: unknown): void {
  log.error(messageOf(error), error instanceof SpillwayError ? { code: error.code, next: error.next } : {});
}

async function locked(options: RunOptions, progress: RunState, startedAt: Date): Promise<Verdict> {
  await using _lock = await holdRunLock(options.config.warehouse);
  return await work(options, progress, startedAt);
}

async function work(options: RunOptions, progress: RunState, startedAt: Date): Promise<Verdict> {
  const { config, effects, signal } = options;
  const step = stepper(progress.phases, options);
  const catalogue = loadCatalogue(config.reportsFolder === undefined ? [] : [config.reportsFolder]);
  const jobs = reportJobs(config, catalogue, startedAt);
  const policies = await readPolicies(config.policies);
  const totals = async (): Promise<Snapshot> =>
    existsSync(config.warehouse) ? await withEngine(config, takeSnapshot) : emptySnapshot;
  const before = await step("before", async () => await totalsBefore(totals, effects));
  progress.snapshot = before;
  const reading = async (): Promise<Expectation> => await expectationStep(options, progress);
  const expected = await (hasOrganization(config) ? step("expected accounts", reading) : reading());
  if (signal.aborted) throw interrupted();
  const summary = await step("ingest", async () => await ingestStep(options, progress, expected));
  if (summary === undefined && !existsSync(config.warehouse)) return failedVerdict(undefined, progress.failures);
  progress.snapshot = await step("changes", totals);
  if (before !== undefined) progress.changes = changesBetween(before, progress.snapshot);
  if (summary?.interrupted === true || signal.aborted) throw interrupted();
  if (config.retentionDays !== undefined) {
    const day = retentionDay(startedAt, config.retentionDays);
    const pruned = await step("retention", async () => await retentionStep(options, progress, day));
    if (pruned?.published === true) progress.snapshot = await totals();
  }
  if (signal.aborted) throw interrupted();
  const reporting = async (): Promise<void> => await writeReports(jobs, { ...options, catalogue, policies }, progress);
  await step("reports", reporting);
  let found = await withEngine(
    config,
    async (engine) =>
      await step("findings", async () => await findInRange(engine, config, summary, policies, startedAt)),
  );
  const packing = async (): Promise<readonly RangeFinding[]> => await evidenceStep(options, progress, startedAt);
  const evidence = config.evidence === undefined ? [] : await step("evidence", packing);
  found = { ...found, findings: [...found.findings, ...evidence] };
  progress.found = found;
  for (const { message, kind, count } of found.findings) effects.log.warn(message, { finding: kind, count });
  for (const message of found.notShown) effects.log.warn(message);
  if (progress.failures.length > 0) return failedVerdict(undefined, progress.failures);
  return judge(config, summary, found);
}

/** Makes the packs; one that fails does not stop the others. */
async function evidenceStep(
  { config, effects, signal }: RunOptions,
  progress: RunState,
  now: Date,
): Promise<readonly RangeFinding[]> {
  const settings = config.evidence;
  if (settings === undefined) return [];
  const { evidenceProtection, writeEvidencePacks } = await import("./evidence-packs.ts");
  const protection = evidenceProtection(config, progress.protection);
  // the user's own reports are not part of a pack
  const catalogue = loadCatalogue();
  try {
    const made = await withEngine(
      config,
      (engine) => writeEvidencePacks({ config, engine, catalogue, protection, effects, signal, now }, settings),
      { protection, isForPack: true },
    );
    progress.evidence.push(...made.packs);
    progress.failures.push(...made.failures);
    return made.packs.flatMap(({ outcome, target, changes }) =>
      outcome === "changed"
        ? [
            {
              kind: "evidence" as const,
              count: 1,
              message: `evidence changed since it was packed: ${changes.join(", ")}; see ${target}`,
            },
          ]
        : [],
    );
  } catch (error) {
    if (signal.aborted || !(error instanceof SpillwayError)) throw error;
    progress.failures.push({ what: `evidence in ${settings.output}`, error });
    return [];
  }
}

/** The night's logs are loaded and published by now: a disk that is too full to make the file smaller does not keep them from being reported. */
async function retentionStep(
  { config, effects }: RunOptions,
  progress: RunState,
  day: string,
): Promise<Pruned | undefined> {
  try {
    const pruned = await prune(config.warehouse, day, "worth", effects);
    progress.pruned = { ...pruned, before: day };
    const { log } = effects;
    if (pruned.invocations + pruned.events + pruned.quarantined > 0) log.info(prunedText(day, pruned), { before: day });
    return pruned;
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error;
    progress.failures.push({ what: "retention", error });
    return undefined;
  }
}

/** An organization that does not answer is noted, and the run goes on with what was known of it. */
async function expectationStep({ config, effects, signal }: RunOptions, progress: RunState): Promise<Expectation> {
  const { expectation, failures } = await readExpectation(config, effects.env, signal);
  progress.failures.push(...failures);
  return expectation;
}

/**
 * Loads. Sources that could not be read are noted, and the run goes on with the others; undefined: none could be read, and nothing is new.
 * What keeps the warehouse from being written ends the run.
 */
async function ingestStep(
  { load, config, signal }: RunOptions,
  progress: RunState,
  expected: Expectation,
): Promise<IngestSummary | undefined> {
  try {
    progress.summary = await load(expected, (partial) => (progress.summary = partial));
    return progress.summary;
  } catch (error) {
    if (signal.aborted || !isOutOfReach(error)) throw error;
    const { summary } = progress;
    const failures = summary?.failures ?? [];
    for (const failed of failures) progress.failures.push({ what: failed.source, error: failed.error });
    if (failures.length === 0) {
      const sources = config.sources.map((source) => (typeof source === "string" ? source : source.source));
      progress.failures.push({ what: sources.join(", "), error });
    }
    return summary;
  }
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

/** A signal is obeyed whatever hangs: a store that never answers, a statement that never ends. What was committed is safe. */
async function withinGrace<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    const begin = (): void => {
      timer = setTimeout(() => {
        interruptStatements();
        reject(abandoned());
      }, graceMs);
    };
    if (signal.aborted) begin();
    else signal.addEventListener("abort", begin, { once: true });
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
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
