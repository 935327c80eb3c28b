/** The records of a run, however it ended: the metrics and the run report. */
import { existsSync, readFileSync } from "node:fs";
import type { Config } from "../config/config.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import type { IngestSummary } from "../ingest/ingest.ts";
import { identities } from "../ingest/summary.ts";
import { coverPrincipals } from "../privacy/principal.ts";
import type { Protection } from "../privacy/stand-ins.ts";
import { version } from "../version.ts";
import type { EvidencePack } from "./evidence-pack.ts";
import type { RangeFindings } from "./findings.ts";
import { lastSuccessName, runMetrics } from "./metrics.ts";
import { openMetricsText, sampleIn } from "./open-metrics.ts";
import type { Pruned } from "./prune.ts";
import { type Phase, type RunReport, writeWhole } from "./run-report.ts";
import type { Changes, Snapshot } from "./snapshot.ts";
import type { Verdict } from "./verdict.ts";
import type { WrittenFile } from "./write-report.ts";

/** The state of a run; one that fails reports as much as it has. */
export interface RunState {
  readonly phases: Phase[];
  readonly files: WrittenFile[];
  readonly evidence: EvidencePack[];
  /** Failures that did not stop the run, in order. */
  readonly failures: StepFailure[];
  readonly protection: Protection | undefined;
  summary?: IngestSummary;
  changes?: Changes;
  pruned?: Pruned & { readonly before: string };
  found?: RangeFindings;
  /** The published warehouse, if it could be read. */
  snapshot?: Snapshot | undefined;
}

/** A failure of a step; `what` is the source or file concerned. */
export interface StepFailure {
  readonly what: string;
  readonly error: unknown;
}

export interface Ending {
  readonly verdict: Verdict;
  /** The error that ended the run early. */
  readonly failure: unknown;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly seconds: number;
}

/** Writes both; each one tells also that the other could not be written. Returns what went wrong. */
export async function recordRun(config: Config, progress: RunState, ending: Ending): Promise<unknown> {
  let failure: unknown;
  let isWritten = new Set<Writer>();
  for (let turn = 1; turn <= 2; turn++) {
    const report = reportOf(config, progress, failure === undefined ? ending : failedLate(ending, failure));
    const writers = turn === 1 ? [writeMetrics, writeReportFile] : isWritten;
    const done = new Set<Writer>();
    for (const write of writers) {
      try {
        await write(config, report, progress);
        done.add(write);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure === undefined) return undefined;
    isWritten = done;
  }
  return failure;
}

type Writer = typeof writeMetrics;

/** The ending of a run whose metrics or report could not be written: it has failed. */
function failedLate(ending: Ending, failure: unknown): Ending {
  const why = [...ending.verdict.why, messageOf(failure)];
  if (ending.verdict.outcome === "failed" || ending.verdict.outcome === "interrupted")
    return { ...ending, verdict: { ...ending.verdict, why } };
  return { ...ending, verdict: { exitCode: 1, outcome: "failed", why }, failure };
}

function reportOf(
  config: Config,
  progress: RunState,
  { verdict, failure, startedAt, finishedAt, seconds }: Ending,
): RunReport {
  const { summary, found, changes, pruned, failures, protection } = progress;
  const first = failure ?? failures[0]?.error;
  return {
    version,
    runId: summary?.runId ?? null,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    seconds,
    warehouse: config.warehouse,
    ...verdict,
    error: first === undefined ? null : errorOf(first),
    failed: failures.map(({ what, error }) => ({ what, ...errorOf(error) })),
    sources: summary?.sources ?? [],
    counts: summary?.counts ?? null,
    identities: summary === undefined ? [] : identities(summary.counts),
    skipped: Object.fromEntries(summary?.skipped ?? []),
    quarantined: summary?.quarantined ?? [],
    noticed: summary?.findings ?? [],
    notLookedAt: summary?.gaps ?? [],
    lateEvents: summary?.lateEvents ?? 0,
    changes:
      changes === undefined
        ? null
        : { ...changes, newSpillingPrincipals: coverPrincipals(changes.newSpillingPrincipals, protection) },
    findings: found?.findings ?? [],
    boundaryViolations: found?.boundaryViolations ?? null,
    drift: found === undefined || found.drift === null ? null : Object.fromEntries(found.drift),
    coverageGaps: Object.fromEntries(found?.coverageGaps ?? []),
    claims: found?.range.claims ?? [],
    newestLogs: found?.range.freshness ?? [],
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
    evidence: progress.evidence,
    phases: progress.phases,
  };
}

function errorOf(failure: unknown): NonNullable<RunReport["error"]> {
  if (!(failure instanceof SpillwayError)) return { code: "unexpected", message: messageOf(failure), next: null };
  return { code: failure.code, message: failure.message, next: failure.next ?? null };
}

async function writeMetrics(
  { metricsFile }: Config,
  report: RunReport,
  { snapshot }: Pick<RunState, "snapshot">,
): Promise<void> {
  if (metricsFile === undefined) return;
  const earlier = existsSync(metricsFile) ? readFileSync(metricsFile, "utf8") : "";
  const metrics = runMetrics({ report, snapshot, lastSuccess: sampleIn(earlier, lastSuccessName) });
  await writeWhole(metricsFile, openMetricsText(metrics));
}

async function writeReportFile({ reportFile }: Config, report: RunReport): Promise<void> {
  if (reportFile !== undefined) await writeWhole(reportFile, `${JSON.stringify(report, null, 2)}\n`);
}
