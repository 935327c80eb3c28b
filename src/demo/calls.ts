/** One made-up call: its records go into the trail, and what it really was goes into the entries. */
import type { Caller } from "./callers.ts";
import type { Random } from "./random.ts";
import { apiCallRecord, completionRecord, dataCopy, endpointOwnerCopy, eventTime, modelResource } from "./records.ts";
import type { Trail, TrailRecord } from "./trail.ts";
import { type Entry, type ModelKind, isStream } from "./entry.ts";

export interface World {
  readonly random: Random;
  readonly trail: Trail;
  readonly entries: Entry[];
}

export interface CallPlan {
  readonly caller: Caller;
  readonly region: string;
  readonly at: number;
  readonly operation: string;
  readonly modelId: string;
  /** `unknown` leaves requestParameters out, so that only resources[] names the model. */
  readonly kind: ModelKind;
  readonly model: string;
  /** Region on the API call; `omitted` for an additionalEventData that was too large, null for none. */
  readonly callRegion: string | null;
  /** Region that the completion names. */
  readonly completion?: {
    readonly region: string | null;
    readonly shape: "map" | "list";
    readonly delay: number;
  };
  readonly omitted?: true;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly outcome: "denied" | "throttled" | "failed";
  };
  readonly denial?: { readonly region: string; readonly by: string };
  /** The trail logs data events too: every record once more. */
  readonly dataCopies?: true;
  /** Account that owns the VPC endpoint of the call and gets a copy. */
  readonly endpointOwner?: string;
}

/** CloudTrail delivers about five minutes after the event. */
export const deliveryTime = 300_000;

/** The time in whole seconds, as records and entries have it. */
export function wholeSeconds(at: number): number {
  return Date.parse(eventTime(at));
}

/** Makes one call happen. */
export function makeCall(world: World, plan: CallPlan): void {
  const { random, trail } = world;
  const { caller, region, operation, completion } = plan;
  const at = wholeSeconds(plan.at);
  const streaming = isStream(operation);
  const tokens = plan.error === undefined ? { input: 80 + random.int(6000), output: 10 + random.int(900) } : null;
  const counts = tokens === null ? {} : { inputTokens: tokens.input, outputTokens: tokens.output };
  const requestId = random.uuid();
  const resources = [modelResource(region, plan.model)];
  const regionEntry = plan.callRegion === null ? {} : { inferenceRegion: plan.callRegion };
  const details: TrailRecord = {
    ...(caller.bearer === true ? { callWithBearerToken: true } : {}),
    ...regionEntry,
    ...(streaming ? {} : counts),
  };
  const additional: TrailRecord =
    plan.omitted === true ? { omitted: true, reason: "SIZE_LIMIT", originalSize: 30_412 } : details;
  const record = apiCallRecord(random, {
    caller,
    region,
    at,
    name: operation,
    requestParameters:
      plan.kind === "unknown"
        ? null
        : { modelId: plan.modelId, inferenceConfig: { maxTokens: random.pick([800, 2048, 4096]) } },
    ...(Object.keys(additional).length === 0 ? {} : { additionalEventData: additional }),
    resources,
    ...(plan.error === undefined ? {} : { error: plan.error }),
    requestId,
    host: `bedrock-runtime.${region}.amazonaws.com`,
  });
  const deliver = (copy: TrailRecord, delay: number, account: string = caller.account): number =>
    trail.deliver(account, region, at + deliveryTime + delay, copy) ? 1 : 0;
  let events = deliver(record, 0);
  if (events === 0) return;
  if (plan.dataCopies === true) events += deliver(dataCopy(random, record), 60_000);
  if (plan.endpointOwner !== undefined)
    events += deliver(endpointOwnerCopy(random, record, caller, plan.endpointOwner), 0, plan.endpointOwner);

  let completed: Entry["completion"] = null;
  if (completion !== undefined) {
    const doneAt = at + 2000 + random.int(25) * 1000;
    const entries = {
      ...(completion.region === null ? {} : { inferenceRegion: completion.region }),
      ...counts,
    };
    const done = completionRecord(random, {
      caller,
      region,
      at: doneAt,
      name: operation,
      parentRequestId: requestId,
      entries,
      shape: completion.shape,
      resources,
    });
    if (deliver(done, completion.delay + 30_000) === 1) {
      completed = { region: completion.region, at: doneAt };
      events += 1 + (plan.dataCopies === true ? deliver(dataCopy(random, done), completion.delay + 60_000) : 0);
    }
  }
  world.entries.push({
    key: `${region}/${requestId}`,
    at,
    region,
    account: caller.account,
    principal: caller.principal,
    operation,
    streaming,
    modelId: plan.kind === "unknown" ? null : plan.modelId,
    kind: plan.kind,
    outcome: plan.error?.outcome ?? "served",
    callRegion: plan.omitted === true ? null : plan.callRegion,
    omitted: plan.omitted === true,
    completion: completed,
    batch: false,
    tokens: plan.omitted === true || (streaming && completed === null) ? null : tokens,
    denial: plan.denial ?? null,
    events,
  });
}

/** A completion whose API call was never delivered, which is still one invocation. */
export function makeOrphan(
  world: World,
  plan: Pick<CallPlan, "caller" | "region" | "at" | "operation" | "model"> & {
    readonly served: string;
  },
): void {
  const { random, trail } = world;
  const { caller, region, operation } = plan;
  const at = wholeSeconds(plan.at);
  const parentRequestId = random.uuid();
  const tokens = { input: 80 + random.int(6000), output: 10 + random.int(900) };
  const entries = {
    inferenceRegion: plan.served,
    inputTokens: tokens.input,
    outputTokens: tokens.output,
  };
  const record = completionRecord(random, {
    caller,
    region,
    at,
    name: operation,
    parentRequestId,
    entries,
    shape: "map",
    resources: [modelResource(region, plan.model)],
  });
  if (!trail.deliver(caller.account, region, at + deliveryTime, record)) return;
  world.entries.push({
    key: `${region}/${parentRequestId}`,
    at,
    region,
    account: caller.account,
    principal: caller.principal,
    operation,
    streaming: true,
    modelId: null,
    kind: "unknown",
    outcome: "served",
    callRegion: null,
    omitted: false,
    completion: { region: plan.served, at },
    batch: false,
    tokens,
    denial: null,
    events: 1,
  });
}
