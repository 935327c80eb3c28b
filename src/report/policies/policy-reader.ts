/** The additions of policies to the rows of a report. */
import type { Engine, Result } from "../../engines/engine.ts";
import type { Scope } from "../../sql/scope.ts";
import type { PolicyView } from "./policy-view.ts";

/** Makes of a report's rows what policies add to them; most reports are none of theirs. */
export function policyReader(
  view: PolicyView | undefined,
  scope: Scope,
  engine: Engine,
): (report: string, result: Result) => Promise<Result> {
  return async (report, result) => {
    if (view === undefined || report !== "denials") return result;
    const { explainDenials } = await import("./denials.ts");
    return await explainDenials(result, view, scope, engine);
  };
}
