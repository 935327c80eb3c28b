/** What reports are told of the policies: the documents of a bundle, and the keys that the user states. */
import type { Engine, Result } from "../../engines/engine.ts";
import type { Bundle } from "../../policy/bundle.ts";
import type { GivenKeys } from "../../policy/keys.ts";
import type { Scope } from "../../sql/scope.ts";
import { readBundle } from "./bundle-file.ts";
import { type KeyFlags, keysOf } from "./given-keys.ts";

export interface PolicyView {
  readonly bundle: Bundle;
  readonly given: GivenKeys;
}

export async function readPolicyView(file: string, keys: KeyFlags): Promise<PolicyView> {
  const given = keysOf(keys);
  return { bundle: await readBundle(file), given };
}

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
