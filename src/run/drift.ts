/** The drift that a run reports: how often what is declared, allowed and observed differ. */
import type { Config } from "../config/config.ts";
import { qualify } from "../engines/duckdb/engine.ts";
import type { Engine } from "../engines/engine.ts";
import { findReport, loadCatalogue } from "../report/catalogue.ts";
import { countDrift, isDriftFinding, withReach } from "../report/policies/drift.ts";
import type { PolicyView } from "../report/policies/policy-view.ts";
import { type Scope, applyScope } from "../sql/scope.ts";

/** Rows with each kind of mark in the config's scope; null without a bundle, unless `failOn` asks. */
export async function countDriftMarks(
  engine: Engine,
  { failOn }: Config,
  scope: Scope,
  policies: PolicyView | undefined,
): Promise<ReadonlyMap<string, number> | null> {
  if (policies === undefined && !failOn.includes("drift")) return null;
  const wanted = policies === undefined ? scope : await withReach(scope, policies, engine);
  const { sql } = findReport(loadCatalogue(), "drift");
  return (await countDrift(await engine.run(applyScope(sql, wanted, qualify)))).marks;
}

interface DriftFinding {
  readonly kind: "drift";
  readonly count: number;
  readonly message: string;
}

export function driftFindings(marks: ReadonlyMap<string, number> | null): DriftFinding[] {
  return [...(marks ?? [])]
    .filter(([kind]) => isDriftFinding(kind))
    .map(([kind, count]) => {
      const what = `${count.toLocaleString("en-US")} ${count === 1 ? "destination" : "destinations"} of profiles`;
      return { kind: "drift", count, message: `${what}: ${kind}: spillway report drift` };
    });
}
