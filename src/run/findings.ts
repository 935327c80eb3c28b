/** The findings of a run: calls outside the boundary, objects that changed, what could not be seen. */
import type { Config } from "../config/config.ts";
import type { IngestSummary } from "../ingest/ingest.ts";
import { type RangeClaims, claimFindings, claimsOf } from "../report/claims.ts";
import { firstTimes } from "../report/first-seen.ts";
import { findReport, loadCatalogue } from "../report/catalogue.ts";
import { qualify } from "../engines/duckdb/engine.ts";
import type { Engine } from "../engines/engine.ts";
import { plainRows } from "../engines/result.ts";
import { type Scope, applyScope } from "../sql/scope.ts";
import type { PolicyView } from "../report/policies/policy-view.ts";
import { driftFindings, countDriftMarks } from "./drift.ts";
import { boundaryOf, scopeOf } from "./report-jobs.ts";

export interface RangeFinding {
  readonly kind: "boundary" | "integrity" | "stale" | "drift" | "first-seen" | "evidence";
  readonly count: number;
  readonly message: string;
}

export interface RangeFindings {
  readonly findings: readonly RangeFinding[];
  /** Kinds of `failOn` that cannot be told. */
  readonly notShown: readonly string[];
  /** Invocations outside the boundary, in the config's scope; null without a boundary. */
  readonly boundaryViolations: number | null;
  /** Rows of the report `drift` with each kind of mark; null where it was not asked for. */
  readonly drift: ReadonlyMap<string, number> | null;
  /** Account-Region-days, by kind of gap, in the config's scope. */
  readonly coverageGaps: ReadonlyMap<string, number>;
  /** In the config's scope; the freshness is of the accounts and Regions in it, whatever its range. */
  readonly range: RangeClaims;
}

/** Judges the published warehouse in the config's scope, and what the ingest met. */
export async function findInRange(
  engine: Engine,
  config: Config,
  summary: IngestSummary | undefined,
  policies: PolicyView | undefined,
  now: Date,
): Promise<RangeFindings> {
  const scope = scopeOf(config.scope, boundaryOf(config), now);
  const boundaryViolations = scope.boundary === undefined ? null : await countViolations(engine, scope);
  const logs: Scope = { accounts: scope.accounts, regions: scope.regions, asOf: now, maxAgeHours: config.maxAge };
  const catalogue = loadCatalogue();
  const range = await claimsOf(engine, (report) =>
    applyScope(findReport(catalogue, report).sql, report === "claims" ? scope : logs, qualify),
  );
  const drift = await countDriftMarks(engine, config, scope, policies);
  const first = config.failOn.includes("first-seen")
    ? await firstTimes(engine, applyScope(findReport(catalogue, "first-seen").sql, scope, qualify))
    : undefined;
  return {
    range,
    notShown: first?.notShown ?? [],
    findings: [
      ...boundaryFindings(boundaryViolations, config),
      ...(summary === undefined ? [] : integrityFindings(summary)),
      // calls outside are already counted above
      ...claimFindings(range, config.boundary).filter(({ kind }) => kind !== "boundary"),
      ...(await digestFindings(engine, scope)),
      ...driftFindings(drift),
      ...(first?.findings ?? []),
    ],
    boundaryViolations,
    drift,
    coverageGaps: await countGaps(engine, scope),
  };
}

function boundaryFindings(violations: number | null, config: Config): RangeFinding[] {
  if (violations === null || violations === 0) return [];
  const calls = `${violations.toLocaleString("en-US")} ${violations === 1 ? "invocation" : "invocations"}`;
  return [{ kind: "boundary", count: violations, message: `${calls} served outside the boundary ${config.boundary}` }];
}

function integrityFindings({ findingCounts }: IngestSummary): RangeFinding[] {
  return [...findingCounts].map(([kind, count]) => {
    const what = count === 1 ? "1 trail object" : `${count.toLocaleString("en-US")} trail objects`;
    const became = kind === "object-replaced" ? "replaced" : "gone";
    return { kind: "integrity", count, message: `${what} ${became} since loaded: spillway query "from finding"` };
  });
}

/** What the digests say is wrong in the scope, as long as it stands in the warehouse; of an ingest that verifies. */
async function digestFindings(engine: Engine, scope: Scope): Promise<RangeFinding[]> {
  const counted = `
with judged as (
  select 'log' as kind, digest_verdict as verdict, digest_reason as reason, 1 as files from trail_object where status <> 'skipped'
  union all
  select kind, verdict, reason, files from digest_check
)
select kind, verdict, reason, cast(sum(files) as bigint) as n from judged
where verdict in ('invalid', 'missing') or verdict = 'undigested' and reason in ('unlisted', 'cut-end')
group by 1, 2, 3 order by 1, 2, 3`;
  const wanted = { ...scope, principals: undefined, boundary: undefined };
  const rows = await plainRows(await engine.run(applyScope(counted, wanted, qualify)));
  return rows.map((row) => {
    const count = Number(row["n"]);
    const noun = row["kind"] === "digest" ? "digest" : "log file";
    const what = `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
    const where =
      row["kind"] === "digest" ? "digest where verdict <> 'valid'" : "trail_object where digest_verdict <> 'valid'";
    return {
      kind: "integrity",
      count,
      message: `${what} ${String(row["verdict"])} (${String(row["reason"])}): spillway query "from ${where}"`,
    };
  });
}

async function countViolations(engine: Engine, scope: Scope): Promise<number> {
  const { sql } = findReport(loadCatalogue(), "boundary-violations");
  const counted = `select coalesce(sum(invocations), 0) as n from (${sql}) as violation`;
  const [row] = await plainRows(await engine.run(applyScope(counted, scope, qualify)));
  return Number(row?.["n"] ?? 0);
}

/**
 * Days that retention emptied are known to be empty: no gap of this run's. Principals are not property of a log file. Where accounts and
 * Regions are named as expected, the silence of others is not a gap: one that was closed would be a gap for ever.
 */
async function countGaps(engine: Engine, scope: Scope): Promise<Map<string, number>> {
  const { sql } = findReport(loadCatalogue(), "coverage");
  const counted = `
select gap, count(*) as n
from (${sql}) as coverage
where gap is not null
  and gap <> 'pruned'
  and (
    gap not in ('no file', 'not listed')
    or not exists (select 1 from expected_trail)
    or exists (select 1 from expected_trail as e where e.account_id = coverage.account_id and e.region = coverage.region)
  )
group by 1
order by 1`;
  const wanted = { ...scope, principals: undefined, boundary: undefined };
  const rows = await plainRows(await engine.run(applyScope(counted, wanted, qualify)));
  return new Map(rows.map((row) => [String(row["gap"]), Number(row["n"])]));
}
