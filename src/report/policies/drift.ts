/** What the report `drift` needs beside its SQL: the policies' answers as a relation, and what its marks come to. */
import type { Engine, Result } from "../../engines/engine.ts";
import { allRows, resultOf } from "../../engines/result.ts";
import { reachOf } from "../../policy/reach.ts";
import { summariseReach } from "../../policy/reach-summary.ts";
import type { Scope } from "../../sql/scope.ts";
import { calledProfiles } from "./called-profiles.ts";
import type { PolicyView } from "./policy-view.ts";

/** The scope with what the bundle's principals may reach; what nobody may reach is listed where somebody called, and says so there. */
export async function withReach(scope: Scope, { bundle, given }: PolicyView, engine: Engine): Promise<Scope> {
  const called = await calledProfiles(engine, { ...scope, boundary: undefined });
  const reach = summariseReach(reachOf(bundle, called, given));
  return { ...scope, reach: reach.filter(({ allowed }) => allowed !== "none") };
}

/** Every kind of mark, as the report words it. */
export const driftMarks = [
  "used and outside the boundary",
  "ran in an unknown Region",
  "observed and not declared",
  "denied",
  "declared and blocked",
  "allowed and never used",
] as const;

/** The marks of a row without what they say of policies and principals. */
function kindsOf(mark: string): string[] {
  return mark.split("; ").map((part) => (part.startsWith("denied by ") ? "denied" : part));
}

export interface CountedDrift {
  readonly result: Result;
  /** Rows with each kind of mark. */
  readonly marks: ReadonlyMap<string, number>;
  /** Rows with a mark that is a finding. */
  readonly findings: number;
}

/** That something is allowed and not used is a mark and no finding: no call went wrong. */
export async function countDrift(result: Result): Promise<CountedDrift> {
  const at = result.columns.findIndex(({ name }) => name === "mark");
  const rows = await allRows(result);
  const marks = new Map<string, number>();
  let findings = 0;
  for (const { [at]: mark } of rows) {
    if (typeof mark !== "string") continue;
    const kinds = kindsOf(mark);
    for (const kind of kinds) marks.set(kind, (marks.get(kind) ?? 0) + 1);
    if (kinds.some(isDriftFinding)) findings++;
  }
  const cells = result.columns.map((_, column) => rows.map((row) => row[column] ?? null));
  return { result: resultOf(result.columns, cells), marks, findings };
}

export function isDriftFinding(kind: string): boolean {
  return kind !== "allowed and never used";
}
