/** The metrics of a run and their names. */
import { silentPairs } from "../report/claims.ts";
import type { Metric, Sample } from "./open-metrics.ts";
import { driftMarks } from "../report/policies/drift.ts";
import type { RunReport } from "./run-report.ts";
import type { Snapshot } from "./snapshot.ts";

/** The most pairs of Regions; the smallest are cut off, since labels have to be bounded. */
const mostFlows = 1000;

export interface MetricsInput {
  readonly report: RunReport;
  /** The published warehouse; undefined where the run failed before it could be read. */
  readonly snapshot: Snapshot | undefined;
  /** Unix time of the last successful run, from the earlier file; undefined if there was none. */
  readonly lastSuccess: number | undefined;
}

export function runMetrics({ report, snapshot, lastSuccess }: MetricsInput): Metric[] {
  return [
    ...runItself(report, lastSuccess),
    ...whatItRead(report),
    ...whatItFound(report),
    ...whatIsClaimed(report),
    ...whatThereIs(snapshot),
  ];
}

const one = (value: number): readonly Sample[] => [{ value }];
const by = (label: string, entries: Iterable<readonly [string, number]>): readonly Sample[] =>
  [...entries].map(([name, value]) => ({ labels: { [label]: name }, value }));

export const lastSuccessName = "spillway_run_last_success_timestamp_seconds";

function runItself(report: RunReport, lastSuccess: number | undefined): Metric[] {
  const finished = Date.parse(report.finishedAt) / 1000;
  const isSuccess = report.outcome !== "failed" && report.outcome !== "interrupted";
  const last = isSuccess ? finished : lastSuccess;
  return [
    {
      name: "spillway_build",
      help: "Always 1; the version of Spillway that ran last.",
      samples: [{ labels: { version: report.version }, value: 1 }],
    },
    {
      name: "spillway_run_success",
      help: "1 if the last run did its work (also with findings or gaps), 0 if it failed or was stopped.",
      samples: one(isSuccess ? 1 : 0),
    },
    { name: "spillway_run_exit_code", help: "Exit code of the last run.", samples: one(report.exitCode) },
    {
      name: "spillway_run_timestamp_seconds",
      help: "When the last run ended.",
      unit: "seconds",
      samples: one(finished),
    },
    {
      name: lastSuccessName,
      help: "When the last run that did its work ended.",
      unit: "seconds",
      samples: last === undefined ? [] : one(last),
    },
    {
      name: "spillway_run_duration_seconds",
      help: "How long the last run took.",
      unit: "seconds",
      samples: one(report.seconds),
    },
    {
      name: "spillway_run_phase_duration_seconds",
      help: "How long each phase of the last run took.",
      unit: "seconds",
      samples: by(
        "phase",
        report.phases.map(({ name, seconds }) => [name, seconds]),
      ),
    },
  ];
}

function whatItRead(report: RunReport): Metric[] {
  const { counts, changes, lateEvents, files, sources, failed, pruned } = report;
  if (counts === null) return [];
  const isFailed = (name: string): boolean => failed.some(({ what }) => what === name);
  return [
    {
      name: "spillway_run_objects",
      help: "Trail objects of the last run; listed = known + loaded + skipped + quarantined.",
      samples: by("status", [
        ["listed", counts.objectsListed],
        ["known", counts.objectsKnown],
        ["loaded", counts.objectsLoaded],
        ["skipped", counts.objectsSkipped],
        ["quarantined", counts.objectsQuarantined],
      ]),
    },
    {
      name: "spillway_run_sources",
      help: "Sources of the last run, by whether they were read to their end.",
      samples: by("status", [
        ["read", sources.filter(({ name }) => !isFailed(name)).length],
        ["failed", sources.filter(({ name }) => isFailed(name)).length],
      ]),
    },
    {
      name: "spillway_run_pruned_invocations",
      help: "Invocations that the last run removed by retention.",
      samples: pruned === null ? [] : one(pruned.invocations),
    },
    {
      name: "spillway_run_not_looked_at",
      help: "Prefixes and the like that could not be listed.",
      samples: one(report.notLookedAt.length),
    },
    {
      name: "spillway_run_records",
      help: "Records that the last run read, by kind.",
      samples: by("kind", [
        ["bedrock", counts.bedrockEvents],
        ["other", counts.other],
        ["rejected", counts.rejected],
      ]),
    },
    {
      name: "spillway_run_bedrock_events",
      help: "Bedrock events that the last run read: new, or known already.",
      samples: by("kind", [
        ["new", counts.newEvents],
        ["duplicate", counts.duplicates],
      ]),
    },
    {
      name: "spillway_run_events_after_retention",
      help: "Events that came for days that were pruned, and were left out.",
      samples: one(lateEvents),
    },
    { name: "spillway_run_read_bytes", help: "Bytes read, inflated.", unit: "bytes", samples: one(counts.rawBytes) },
    {
      name: "spillway_run_evidence_packs",
      help: "Evidence packs of the last run, by what became of them; changed: made again of other inputs.",
      samples: by(
        "outcome",
        (["made", "unchanged", "changed"] as const).map((each): [string, number] => [
          each,
          report.evidence.filter(({ outcome }) => outcome === each).length,
        ]),
      ),
    },
    { name: "spillway_run_files_written", help: "Report files that the last run wrote.", samples: one(files.length) },
    {
      name: "spillway_run_invocations",
      help: "Change of the invocations in the warehouse by the last run's ingest.",
      samples: changes === null ? [] : one(changes.invocations),
    },
    {
      name: "spillway_run_spilled_invocations",
      help: "Change of the spilled invocations by the last run's ingest.",
      samples: changes === null ? [] : one(changes.spilled),
    },
    {
      name: "spillway_run_new_served_regions",
      help: "Regions that served for the first time.",
      samples: changes === null ? [] : one(changes.newServedRegions.length),
    },
    {
      name: "spillway_run_new_spilling_principals",
      help: "Principals whose calls spilled for the first time.",
      samples: changes === null ? [] : one(changes.newSpillingPrincipals.length),
    },
  ];
}

/** The most accounts and Regions; the freshest are cut off, since labels have to be bounded. */
const mostPairs = 5000;
const outcomes = ["met", "not met", "not shown"] as const;

function whatIsClaimed({ claims, newestLogs }: RunReport): Metric[] {
  const oldest = newestLogs
    .filter(({ newestLog }) => newestLog !== null)
    .toSorted((a, b) => (a.newestLog ?? 0) - (b.newestLog ?? 0));
  return [
    {
      name: "spillway_newest_log_timestamp_seconds",
      help: "Newest log file of each account and Region.",
      unit: "seconds",
      samples: oldest.slice(0, mostPairs).map(({ accountId, region, newestLog }) => ({
        labels: { account_id: accountId, region },
        value: (newestLog ?? 0) / 1000,
      })),
    },
    {
      name: "spillway_stale_accounts_regions",
      help: "Accounts and Regions without a fresh log file: of the expected ones, where any is named.",
      samples: claims.length === 0 ? [] : one(silentPairs(newestLogs).length),
    },
    {
      name: "spillway_claim",
      help: "1 for the outcome of each claim over the config's scope, 0 for the others.",
      samples: claims.flatMap(({ claim, outcome }) =>
        outcomes.map((each) => ({ labels: { claim, outcome: each }, value: each === outcome ? 1 : 0 })),
      ),
    },
  ];
}

function whatItFound({ boundaryViolations, drift, coverageGaps, claims }: RunReport): Metric[] {
  return [
    {
      name: "spillway_boundary_violations",
      help: "Invocations served outside the boundary, in the config's scope.",
      samples: boundaryViolations === null ? [] : one(boundaryViolations),
    },
    {
      name: "spillway_drift",
      help: "Destinations of profiles by what does not fit, in the config's scope: rows of the report drift with each kind of mark.",
      samples:
        drift === null
          ? []
          : by(
              "mark",
              driftMarks.map((mark) => [mark, drift[mark] ?? 0]),
            ),
    },
    {
      name: "spillway_coverage_gaps",
      help: "Account-Region-days with a gap in their log files, in the config's scope: of the expected ones, where any is named.",
      samples:
        // a source out of reach does not change what the warehouse shows
        claims.length === 0
          ? []
          : by(
              "gap",
              ["no file", "never delivered", "not listed", "quarantined", "no place"].map((gap) => [
                gap,
                coverageGaps[gap] ?? 0,
              ]),
            ),
    },
  ];
}

function whatThereIs(snapshot: Snapshot | undefined): Metric[] {
  if (snapshot === undefined) return [];
  const flows = snapshot.flows.toSorted((a, b) => b.invocations - a.invocations).slice(0, mostFlows);
  return [
    { name: "spillway_invocations", help: "Invocations in the warehouse.", samples: one(snapshot.invocations) },
    {
      name: "spillway_spilled_invocations",
      help: "Of those, served outside their source Region.",
      samples: one(snapshot.spilled),
    },
    {
      name: "spillway_unknown_invocations",
      help: "Served invocations whose Region is not known, by reason.",
      samples: by(
        "reason",
        ["pending", "unresolvable"].map((reason) => [reason, snapshot.unknown.get(reason) ?? 0]),
      ),
    },
    {
      name: "spillway_region_invocations",
      help: "Served invocations from each source Region to each served Region; unknown where it is not known.",
      samples: flows.map(({ source, served, invocations }) => ({
        labels: { source_region: source, served_region: served ?? "unknown" },
        value: invocations,
      })),
    },
    {
      name: "spillway_integrity_findings",
      help: "Trail objects replaced or gone since they were loaded.",
      samples: by(
        "kind",
        ["object-replaced", "object-disappeared"].map((kind) => [kind, snapshot.noticed.get(kind) ?? 0]),
      ),
    },
    { name: "spillway_bedrock_events", help: "Bedrock events in the warehouse.", samples: one(snapshot.events) },
    { name: "spillway_trail_objects", help: "Rows of the ledger of trail objects.", samples: one(snapshot.objects) },
    {
      name: "spillway_quarantined_objects",
      help: "Trail objects that could not be read and wait for a better version.",
      samples: one(snapshot.quarantined),
    },
  ];
}
