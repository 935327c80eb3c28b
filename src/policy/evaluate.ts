/** The answer about a whole call: each checked resource, then all of them together. */
import type { Call } from "./call.ts";
import { type Check, checksOf } from "./checks.ts";
import { type Answer, type OpenReason, type Reason, decide } from "./decide.ts";
import { type GivenKeys, contextsOf } from "./keys.ts";
import { type Layer, bindsScps, isRootUser } from "./layers.ts";

export type Overall = "allowed" | "denied" | "cannot-tell";

export interface CheckedResource extends Answer {
  readonly check: Check;
}

export interface CallAnswer {
  readonly overall: Overall;
  readonly resources: readonly CheckedResource[];
}

export function evaluateCall(call: Call, layers: readonly Layer[], given: GivenKeys): CallAnswer {
  const bound = bindsScps(call.principal, call.managementAccount === true);
  const root = isRootUser(call.principal);
  const applying = layers.filter(({ kind }) =>
    kind === "scp" ? bound : !root || (kind !== "identity" && kind !== "boundary"),
  );
  const asked = checksOf(call).map((check) => ({ check, ...evaluateCheck(call, check, applying, given) }));
  // at least one of these is checked in any case: where all are refused, so is the call
  const refused = asked.filter(({ check }) => check.what !== "bearer-token").every(isRefusal);
  const resources = refused ? asked : asked.map(perhapsAsked);
  return { overall: overallOf(resources), resources };
}

function isRefusal({ decision }: Answer): boolean {
  return decision === "denied" || decision === "implicit";
}

/** A resource whose check is not certain: it cannot refuse for certain. */
function perhapsAsked(resource: CheckedResource): CheckedResource {
  const { undocumented } = resource.check;
  if (undocumented === undefined || !isRefusal(resource)) return resource;
  const open = [...resource.by.map((reason) => ({ ...reason, why: [undocumented] })), ...resource.open];
  return { ...resource, decision: "cannot-tell", by: [], open };
}

export function overallOf(answers: readonly Answer[]): Overall {
  if (answers.some(isRefusal)) return "denied";
  return answers.some(({ decision }) => decision === "cannot-tell") ? "cannot-tell" : "allowed";
}

/** One answer for all contexts that may be the true one; where they differ, it is open. */
export function evaluateCheck(call: Call, check: Check, layers: readonly Layer[], given: GivenKeys): Answer {
  const answers = contextsOf(call, check, given).map((context) =>
    decide(layers, {
      action: check.action,
      resource: check.resource,
      principal: call.principal,
      account: call.account,
      context,
    }),
  );
  const [first, second] = answers;
  if (first === undefined || second === undefined) return first ?? { decision: "cannot-tell", by: [], open: [] };
  return joined(first, second, undocumentedKey(check));
}

function undocumentedKey({ what }: Check): string {
  const which = what === "profile" ? "the check of the profile itself" : "this check";
  return `AWS does not document whether ${which} carries bedrock:InferenceProfileArn`;
}

function joined(one: Answer, other: Answer, undocumented: string): Answer {
  const by = one.by.filter((reason) => other.by.some((twin) => isSame(reason, twin)));
  const onlyOnce = [...one.by, ...other.by].filter((reason) => !by.some((twin) => isSame(reason, twin)));
  const open = withoutTwins([
    ...one.open,
    ...other.open,
    ...onlyOnce.map((reason) => ({ ...reason, why: [undocumented] })),
  ]);
  return { decision: joinedDecision(one, other), by, open };
}

/** The joint decision: refused in both contexts is refused, even if for different reasons. */
function joinedDecision(one: Answer, other: Answer): Answer["decision"] {
  if (one.decision === other.decision) return one.decision;
  const refused = [one, other].every(isRefusal);
  return refused ? "denied" : "cannot-tell";
}

function isSame(one: Reason, other: Reason): boolean {
  return (
    one.kind === other.kind &&
    one.explicit === other.explicit &&
    one.level === other.level &&
    one.doc === other.doc &&
    one.statement?.index === other.statement?.index
  );
}

function withoutTwins(reasons: readonly OpenReason[]): OpenReason[] {
  return reasons.filter((reason, index) => reasons.findIndex((twin) => isSame(reason, twin)) === index);
}
