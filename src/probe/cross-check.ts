/** The answers of AWS's simulator on each checked resource: one call each, since a call has one requested Region. */
import { type SimulatedDecision, openIam } from "../aws/iam.ts";
import type { ServiceAccess } from "../aws/access.ts";
import { type Call, calledProfileArn } from "../policy/call.ts";
import type { Check } from "../policy/checks.ts";
import type { GivenKeys } from "../policy/keys.ts";
import { takeNotes } from "./notes.ts";

export interface CrossChecked {
  readonly check: Check;
  /** The answer; undefined if it was refused. */
  readonly simulated: SimulatedDecision | undefined;
  readonly why: string;
}

export async function crossCheck(
  call: Call,
  checks: readonly Check[],
  given: GivenKeys,
  access: ServiceAccess,
  signal: AbortSignal | undefined,
): Promise<CrossChecked[]> {
  const iam = await openIam(access, signal);
  const answers: CrossChecked[] = [];
  try {
    for (const check of checks) {
      const notes = takeNotes();
      const arn = calledProfileArn(call);
      const context = {
        ...given.context,
        "aws:RequestedRegion": [check.requestedRegion],
        "aws:PrincipalArn": [call.principal],
        ...(arn === undefined || check.what !== "model" ? {} : { "bedrock:InferenceProfileArn": [arn] }),
        ...(check.what === "bearer-token" && call.bearerToken !== undefined
          ? { "bedrock:BearerTokenType": [call.bearerToken] }
          : {}),
      };
      const question = { principal: call.principal, action: check.action, resource: check.resource, context };
      const simulated = await notes.attempt("the simulator", access, () => iam.simulate(question));
      answers.push({ check, simulated, why: notes.entries.map(({ why }) => why).join("; ") });
    }
  } finally {
    await iam.close();
  }
  return answers;
}
