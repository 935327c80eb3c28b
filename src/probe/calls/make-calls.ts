/** The calls of a probe, one after the other: each is written to the file before it is made, and again when it ends. */
import type { Runtime, RuntimeAnswer } from "../../aws/bedrock-runtime.ts";
import { credentialProblem } from "../../aws/refusals.ts";
import type { ServiceAccess } from "../../aws/access.ts";
import { parseDenial } from "../../parse/denial.ts";
import { bareErrorCode, outcomeOf } from "../../parse/operation.ts";
import type { CallOperation, Probe, ProbeCall } from "./probe-file.ts";
import { invokeBody, promptText } from "./prompt.ts";

export interface CallPlan {
  readonly runtime: Runtime;
  readonly access: ServiceAccess;
  readonly operations: readonly CallOperation[];
  readonly save: (probe: Probe) => Promise<void>;
  readonly onCall: (call: ProbeCall) => void;
  readonly now: () => Date;
  readonly signal: AbortSignal | undefined;
}

/** Errors that the next call would meet too. */
const final = new Set(["ResourceNotFoundException", "ValidationException"]);

/** Makes the calls. @throws SpillwayError `credentials` */
export async function makeCalls(begun: Probe, plan: CallPlan): Promise<Probe> {
  let probe = begun;
  for (let number = 1; number <= begun.wanted; number++) {
    plan.signal?.throwIfAborted();
    const operation = plan.operations[(number - 1) % plan.operations.length] ?? "Converse";
    const call = underWay(number, operation, plan.now());
    await plan.save({ ...probe, calls: [...probe.calls, call] });
    const answer = await send(probe, operation, plan.runtime);
    const ended = endedCall(call, answer, plan.now());
    probe = { ...probe, calls: [...probe.calls, ended] };
    await plan.save(probe);
    plan.onCall(ended);
    const problem = answer.error === null ? undefined : credentialProblem(answer.error, plan.access, true);
    if (problem !== undefined) throw problem;
    if (answer.error !== null && (final.has(answer.error.name) || answer.requestId === null)) break;
  }
  return probe;
}

/** The operations that are possible for a model; InvokeModel needs a known form of request. */
export function possibleOperations(model: string, wanted: readonly CallOperation[]): readonly CallOperation[] {
  return wanted.filter((operation) => operation !== "InvokeModel" || invokeBody(model, 1) !== undefined);
}

function underWay(number: number, operation: CallOperation, now: Date): ProbeCall {
  return {
    number,
    operation,
    started_at: now.toISOString(),
    ended_at: null,
    request_id: null,
    outcome: null,
    error: null,
    denied_region: null,
    denied_by: null,
    denied_policy_arn: null,
  };
}

async function send(
  { profile, model, max_tokens: maxTokens }: Probe,
  operation: CallOperation,
  runtime: Runtime,
): Promise<RuntimeAnswer> {
  const prompt = { model: profile, text: promptText, maxTokens };
  if (operation === "ConverseStream") return await runtime.converseStream(prompt);
  const body = operation === "InvokeModel" ? invokeBody(model, maxTokens) : undefined;
  return body === undefined ? await runtime.converse(prompt) : await runtime.invoke(profile, body);
}

/** The call when it has ended. A denial's sentence is parsed and not kept, since it names the caller's session. */
function endedCall(call: ProbeCall, { requestId, error }: RuntimeAnswer, now: Date): ProbeCall {
  const outcome = error === null ? "served" : outcomeOf("api-call", error.name);
  const denial = outcome === "denied" && error !== null ? parseDenial(error.message, bareErrorCode(error.name)) : null;
  return {
    ...call,
    ended_at: now.toISOString(),
    request_id: requestId,
    outcome,
    error: error?.name ?? null,
    denied_region: denial?.region ?? null,
    denied_by: denial?.by ?? null,
    denied_policy_arn: denial?.policyArn ?? null,
  };
}
