/** The lines on the policies, by resource: the role's own apart from those of the organization. */
import type { Call } from "../../policy/call.ts";
import type { Decision } from "../../policy/decide.ts";
import { changeFor } from "../../policy/change.ts";
import { type CheckedResource, evaluateCall } from "../../policy/evaluate.ts";
import { resourceName } from "../../policy/expectation.ts";
import { explainAnswer } from "../../policy/explain.ts";
import type { GivenKeys } from "../../policy/keys.ts";
import type { PolicyKind } from "../../policy/kinds.ts";
import { type Layer, bindsScps } from "../../policy/layers.ts";
import type { CrossChecked } from "../cross-check.ts";
import { type CheckName, type Line, cannotTell, fails, passes } from "./line.ts";

export interface DecidedCall {
  readonly call: Call;
  readonly given: GivenKeys;
  readonly layers: readonly Layer[];
  /** Kinds of policy that are known not to exist. */
  readonly none: readonly PolicyKind[];
}

const groups: readonly (readonly [check: CheckName, kinds: readonly PolicyKind[]])[] = [
  ["role-permission", ["identity", "boundary", "session"]],
  ["scp", ["scp"]],
  ["endpoint-policy", ["endpoint"]],
];

export function policyLines(decided: DecidedCall): Line[] {
  return groups.flatMap(([check, kinds]) => {
    const layers = decided.layers.filter(({ kind }) => kinds.includes(kind));
    if (check === "scp" && !bindsScps(decided.call.principal, decided.call.managementAccount === true))
      return [passes(check, decided.call.principal, "service control policies do not bind this principal")];
    if (layers.length === 0)
      return check === "endpoint-policy" ? [] : [passes(check, decided.call.principal, "there are none")];
    const { resources } = evaluateCall(decided.call, layers, decided.given);
    return resources.map((resource) => lineOf(check, resource, layers, decided));
  });
}

function lineOf(check: CheckName, resource: CheckedResource, layers: readonly Layer[], decided: DecidedCall): Line {
  const subject = subjectOf(resource);
  if (resource.decision === "allowed") return passes(check, subject, "allowed");
  const found = explainAnswer(resource).join("; ");
  if (resource.decision === "cannot-tell") return cannotTell(check, subject, found, howToKnow(layers));
  const steps = changeFor(decided.call, resource, layers, decided.given)?.steps;
  return fails(
    check,
    subject,
    found,
    steps === undefined
      ? "No change of these documents alone lets it through: see spillway policy check."
      : `Change ${steps.join("; then ")}.`,
  );
}

function howToKnow(layers: readonly Layer[]): string {
  return layers.some(({ missing }) => missing !== undefined)
    ? "Let the policies be read (spillway preflight --permissions prints what that needs), or give them: --bundle, --scp, --identity."
    : "Say what only the call knows, with --context KEY=VALUE or --absent KEY.";
}

/** The subject of a line, with the requested Region. */
function subjectOf({ check }: CheckedResource): string {
  const name = resourceName(check);
  return check.requestedRegion === "unspecified" ? `${name} (Region unspecified)` : name;
}

/** The line with the simulator's opinion; undefined where it gave no answer. */
export function simulatorLine(decided: DecidedCall, simulated: readonly CrossChecked[]): Line | undefined {
  const { resources } = evaluateCall(decided.call, decided.layers, decided.given);
  const answered = simulated.flatMap(({ check, simulated: said }) => {
    const ours = resources.find((resource) => resourceName(resource.check) === resourceName(check))?.decision;
    return said === undefined || ours === undefined ? [] : [{ check, said, ours }];
  });
  if (answered.length === 0) return undefined;
  const { principal } = decided.call;
  const words = answered
    .filter(({ said, ours }) => isAllowed(said.decision) !== isAllowed(ours))
    .map(({ check, said, ours }) => {
      const keys = said.missing.length === 0 ? "" : `; it lacked ${said.missing.join(", ")}`;
      return `${resourceName(check)}: ${said.decision}${keys}; here ${ours}`;
    });
  if (words.length === 0)
    return passes(
      "simulator",
      principal,
      `AWS's simulator agrees on ${answered.length} of ${simulated.length} resources`,
    );
  return cannotTell(
    "simulator",
    principal,
    `AWS's simulator says otherwise of ${words.join("; of ")}`,
    "Believe neither before a call has been made: spillway probe makes some.",
  );
}

/** Whether a decision allows; null where it cannot be told. */
function isAllowed(decision: Decision): boolean | null {
  return decision === "cannot-tell" ? null : decision === "allowed";
}
