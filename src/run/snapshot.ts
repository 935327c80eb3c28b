/** The totals of a warehouse before and after a run, and the changes in between. */
import type { Engine } from "../engines/engine.ts";
import { type PlainRow, plainRows } from "../engines/result.ts";

/** Totals of a warehouse. The sets are bounded by Regions and by principals that ever spilled. */
export interface Snapshot {
  readonly invocations: number;
  readonly spilled: number;
  readonly unknown: ReadonlyMap<string, number>;
  readonly events: number;
  readonly objects: number;
  readonly quarantined: number;
  /** Objects replaced or gone since they were loaded, ever, by kind. */
  readonly noticed: ReadonlyMap<string, number>;
  readonly flows: readonly Flow[];
  readonly servedRegions: ReadonlySet<string>;
  readonly spillingPrincipals: ReadonlySet<string>;
}

/** Served invocations from a source Region to a served one, which is null if not known. */
export interface Flow {
  readonly source: string;
  readonly served: string | null;
  readonly invocations: number;
}

export const emptySnapshot: Snapshot = {
  invocations: 0,
  spilled: 0,
  unknown: new Map(),
  events: 0,
  objects: 0,
  quarantined: 0,
  noticed: new Map(),
  flows: [],
  servedRegions: new Set(),
  spillingPrincipals: new Set(),
};

/** Reads the totals; its cost grows with the groups of invocation_day and the ledger, not with the events. */
export async function takeSnapshot(engine: Engine): Promise<Snapshot> {
  const rows = async (sql: string): Promise<PlainRow[]> => await plainRows(await engine.run(sql));
  const [totals] = await rows(`
select
  (select sum(invocations) from invocation_day) as invocations,
  (select sum(invocations) from invocation_day where spilled) as spilled,
  (select count(*) from event) as events,
  (select count(*) from trail_object) as objects,
  (select count(*) from (
    select uri from trail_object where status not in ('skipped', 'pruned')
    group by uri having bool_and(status in ('quarantined', 'unreadable'))
  )) as quarantined`);
  const flows = await rows(`
select source_region, served_region, cast(sum(invocations) as bigint) as invocations
from invocation_day where outcome = 'served' group by 1, 2 order by 1, 2`);
  const unknown = await rows(`
select region_evidence as reason, cast(sum(invocations) as bigint) as invocations
from invocation_day where outcome = 'served' and served_region is null group by 1 order by 1`);
  const noticed = await rows("select kind, count(*) as objects from finding group by 1 order by 1");
  const principals = await rows(
    "select distinct principal from invocation_day where spilled and principal is not null",
  );
  return {
    invocations: Number(totals?.["invocations"] ?? 0),
    spilled: Number(totals?.["spilled"] ?? 0),
    events: Number(totals?.["events"] ?? 0),
    objects: Number(totals?.["objects"] ?? 0),
    quarantined: Number(totals?.["quarantined"] ?? 0),
    unknown: new Map(unknown.map((row) => [String(row["reason"]), Number(row["invocations"])])),
    noticed: new Map(noticed.map((row) => [String(row["kind"]), Number(row["objects"])])),
    flows: flows.map((row) => ({
      source: String(row["source_region"]),
      served: row["served_region"] === null ? null : String(row["served_region"]),
      invocations: Number(row["invocations"]),
    })),
    servedRegions: new Set(
      flows.flatMap((row) => (row["served_region"] === null ? [] : [String(row["served_region"])])),
    ),
    spillingPrincipals: new Set(principals.map((row) => String(row["principal"]))),
  };
}

/** The changes of a run; negative where late records lowered a number. */
export interface Changes {
  readonly invocations: number;
  readonly spilled: number;
  readonly quarantinedObjects: number;
  readonly newServedRegions: readonly string[];
  readonly newSpillingPrincipals: readonly string[];
}

export function changesBetween(before: Snapshot, after: Snapshot): Changes {
  const fresh = (now: ReadonlySet<string>, then: ReadonlySet<string>): string[] =>
    [...now].filter((each) => !then.has(each)).toSorted();
  return {
    invocations: after.invocations - before.invocations,
    spilled: after.spilled - before.spilled,
    quarantinedObjects: after.quarantined - before.quarantined,
    newServedRegions: fresh(after.servedRegions, before.servedRegions),
    newSpillingPrincipals: fresh(after.spillingPrincipals, before.spillingPrincipals),
  };
}
