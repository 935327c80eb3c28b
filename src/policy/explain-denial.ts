/** The sentence about a denial: the statement that denied, the change that would help, and what would still deny. */
import type { Bundle } from "./bundle.ts";
import { principalPolicies } from "./bundle-layers.ts";
import type { Call } from "./call.ts";
import { changeUntilAllowed } from "./change.ts";
import { type CallAnswer, type CheckedResource, evaluateCall } from "./evaluate.ts";
import { explainAnswer, explainOpen } from "./explain.ts";
import { resourceName } from "./expectation.ts";
import type { GivenKeys } from "./keys.ts";
import type { Layer } from "./layers.ts";

export interface DeniedCall {
  readonly call: Omit<Call, "managementAccount">;
  /** Region of the denied resource; null if the message does not say. */
  readonly deniedRegion: string | null;
}

/** The explanation of a denial. AWS names one policy, but others may deny too, so all are evaluated. */
export function explainDenial(bundle: Bundle, { call, deniedRegion }: DeniedCall, given: GivenKeys): string {
  const policies = principalPolicies(bundle, call.principal);
  if (policies === undefined) return `the bundle does not hold ${call.principal}`;
  const keys = { ...given, context: { ...policies.context, ...given.context } };
  const whole = { ...call, managementAccount: policies.managementAccount };
  const answer = evaluateCall(whole, policies.layers, keys);
  const denied = deniedResource(answer, deniedRegion);
  const where = deniedRegion ?? "an unknown Region";
  if (denied === undefined)
    return `by these policies nothing denies this call, in ${where} or elsewhere: they have changed since, or a policy outside of the bundle denied it (session, VPC endpoint)`;
  if (denied.decision === "cannot-tell")
    return `in ${where} it cannot be told: ${denied.open.map(explainOpen).join("; ")}`;
  const because = `${resourceName(denied.check)}: ${explainAnswer(denied).join("; ")}`;
  return `${because}. ${remedy(whole, denied, policies.layers, keys)}`;
}

/** The resource that was denied, if it still is; else any denied one. */
function deniedResource({ resources }: CallAnswer, region: string | null): CheckedResource | undefined {
  const open = resources.filter(({ decision }) => decision !== "allowed");
  return (
    open.find(({ check }) => check.requestedRegion === region) ??
    open.find(({ decision }) => decision !== "cannot-tell") ??
    open[0]
  );
}

function remedy(call: Call, denied: CheckedResource, layers: readonly Layer[], given: GivenKeys): string {
  const change = changeUntilAllowed({ call, check: denied.check, given }, layers);
  if (change === undefined) return "No change of these documents alone lets it through";
  const after = evaluateCall(call, change.layers, given);
  const left = after.resources.filter(({ decision }) => decision !== "allowed");
  const steps = `To change: ${change.steps.join("; ")}`;
  if (left.length === 0) return `${steps}. Then nothing in these policies denies the call`;
  const still = left.map((resource) => `${resourceName(resource.check)} (${explainAnswer(resource).join("; ")})`);
  return `${steps}. Even then: ${still.join("; ")}`;
}
