/** The regular traffic of the made-up organization: who calls what, from where, how often. */
import { dayMs, hourMs } from "../day.ts";
import { type Caller, callers, demoAccounts } from "./callers.ts";
import { type CallPlan, type World, makeCall } from "./calls.ts";
import type { Choice, Random } from "./random.ts";
import { type ModelKind, isStream } from "./entry.ts";

export interface Workload {
  readonly caller: Caller;
  readonly region: string;
  readonly operation: string;
  readonly modelId: string;
  readonly kind: ModelKind;
  readonly model: string;
  /** Regions that may serve a call, repeated by weight; null for a direct call. */
  readonly destinations: Choice<string> | null;
  readonly perDay: number;
  readonly weekends: boolean;
  readonly dataCopies?: true;
  readonly endpointOwner?: string;
  /** Day on which CloudTrail began to write completions for this account and Region. */
  readonly completionsFrom?: number;
  /** Time of day of a batch that starts a third of its calls within one minute. */
  readonly burstAt?: number;
}

const frankfurt = "eu-central-1";
const virginia = "us-east-1";
const sonnet = "anthropic.claude-sonnet-4-6";
const haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
const nova = "amazon.nova-pro-v1:0";
const eu: Choice<string> = [
  frankfurt,
  frankfurt,
  frankfurt,
  "eu-north-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-3",
  "eu-south-1",
];
const euNova: Choice<string> = [frankfurt, frankfurt, frankfurt, frankfurt, "eu-north-1", "eu-west-1", "eu-west-3"];
const us: Choice<string> = [virginia, virginia, "us-east-2", "us-east-2", "us-east-2", "us-west-2"];
const anywhere: Choice<string> = [
  virginia,
  "us-west-2",
  "eu-west-2",
  "ap-northeast-1",
  "ap-southeast-4",
  "eu-west-1",
  "sa-east-1",
];
const profile = "inference-profile" satisfies ModelKind;
const orders = `arn:aws:bedrock:${virginia}:${demoAccounts.shop}:application-inference-profile/a1b2c3d4e5f6`;

const workloads: readonly Workload[] = [
  {
    caller: callers.supportAssistant,
    region: frankfurt,
    operation: "ConverseStream",
    modelId: `eu.${sonnet}`,
    kind: profile,
    model: sonnet,
    destinations: eu,
    perDay: 26,
    weekends: true,
  },
  {
    caller: callers.invoiceBot,
    burstAt: 9.5 * hourMs,
    region: frankfurt,
    operation: "Converse",
    modelId: `eu.${nova}`,
    kind: profile,
    model: nova,
    destinations: euNova,
    perDay: 24,
    weekends: true,
  },
  {
    caller: callers.orderService,
    region: virginia,
    operation: "InvokeModelWithResponseStream",
    modelId: orders,
    kind: "application-profile",
    model: haiku,
    destinations: us,
    perDay: 14,
    weekends: true,
  },
  {
    caller: callers.searchIndexer,
    region: frankfurt,
    operation: "InvokeModel",
    modelId: "amazon.titan-embed-text-v2:0",
    kind: "foundation-model",
    model: "amazon.titan-embed-text-v2:0",
    destinations: null,
    perDay: 18,
    weekends: true,
  },
  {
    caller: callers.notebook,
    region: virginia,
    operation: "InvokeModel",
    modelId: `global.${sonnet}`,
    kind: profile,
    model: sonnet,
    destinations: anywhere,
    perDay: 8,
    weekends: false,
  },
  {
    caller: callers.ana,
    region: virginia,
    operation: "ConverseStream",
    modelId: `us.${sonnet}`,
    kind: profile,
    model: sonnet,
    destinations: us,
    perDay: 8,
    weekends: false,
    dataCopies: true,
    completionsFrom: 2,
  },
  {
    caller: callers.ben,
    region: frankfurt,
    operation: "Converse",
    modelId: `global.${sonnet}`,
    kind: profile,
    model: sonnet,
    destinations: anywhere,
    perDay: 4,
    weekends: false,
  },
  {
    caller: callers.chloe,
    region: frankfurt,
    operation: "ConverseStream",
    modelId: `eu.${haiku}`,
    kind: profile,
    model: haiku,
    destinations: eu,
    perDay: 6,
    weekends: false,
    endpointOwner: demoAccounts.shop,
  },
  {
    caller: callers.chloe,
    region: frankfurt,
    operation: "ConverseStream",
    modelId: "amazon.nova-lite-v1:0",
    kind: "foundation-model",
    model: "amazon.nova-lite-v1:0",
    destinations: null,
    perDay: 3,
    weekends: false,
  },
  {
    caller: callers.apiKey,
    region: virginia,
    operation: "InvokeModel",
    modelId: `us.${haiku}`,
    kind: profile,
    model: haiku,
    destinations: us,
    perDay: 6,
    weekends: true,
  },
  {
    caller: callers.agents,
    region: frankfurt,
    operation: "InvokeModel",
    modelId: `arn:aws:bedrock:${frankfurt}:${demoAccounts.support}:inference-profile/eu.${sonnet}`,
    kind: profile,
    model: sonnet,
    destinations: eu,
    perDay: 5,
    weekends: true,
  },
];

const throttling = {
  code: "ThrottlingException",
  message: "Too many tokens, please wait before trying again.",
  outcome: "throttled",
} as const;
const invalid = {
  code: "ValidationException",
  message: "The model returned the following errors: max_tokens: 100000 > 64000",
  outcome: "failed",
} as const;

/** A time of day: working hours for people, any time for machines. */
function timeOfDay(random: Random, { weekends, burstAt }: Workload): number {
  const at = weekends ? random.int(dayMs) : 7 * hourMs + random.int(10 * hourMs);
  return burstAt !== undefined && at % 3 === 0 ? burstAt + (at % 60_000) : at;
}

function completionOf(random: Random, served: string | null): NonNullable<CallPlan["completion"]> {
  const region = random.chance(0.08) ? null : served;
  return {
    region,
    shape: random.chance(0.25) ? "list" : "map",
    delay: random.chance(0.2) ? dayMs : 0,
  };
}

/** One call of a workload, varied as such calls are. */
function planOf(random: Random, workload: Workload, at: number, dayIndex: number): CallPlan {
  const served = workload.destinations === null ? null : random.pick(workload.destinations);
  const isHidden = workload.kind === "inference-profile" && isStream(workload.operation) && random.chance(0.04);
  const base = {
    ...workload,
    at,
    callRegion: null,
    ...(isHidden ? { kind: "unknown" as const } : {}),
  };
  const dice = random.next();
  if (dice < 0.035) return { ...base, error: dice < 0.028 ? throttling : invalid };
  if (!isStream(workload.operation)) {
    if (served !== null && dice > 0.996) return { ...base, omitted: true };
    // Older records have no Region where the call was not re-routed, newer ones name the source Region.
    return { ...base, callRegion: served === workload.region && dice < 0.3 ? null : served };
  }
  if (dayIndex < (workload.completionsFrom ?? 0)) return { ...base, callRegion: random.chance(0.3) ? served : null };
  if (dice > 0.98) return base;
  const completion = completionOf(random, served);
  return {
    ...base,
    callRegion: completion.region !== null && random.chance(0.05) ? served : null,
    completion,
  };
}

/** A day's regular calls of every workload. */
export function runWorkloads(
  world: World,
  start: number,
  dayIndex: number,
  isQuiet: (account: string) => boolean,
): void {
  const weekday = new Date(start).getUTCDay();
  const isWeekend = weekday === 0 || weekday === 6;
  for (const workload of workloads) {
    if (isQuiet(workload.caller.account) || (isWeekend && !workload.weekends)) continue;
    const calls = Math.round(workload.perDay * (isWeekend ? 0.5 : 0.8 + 0.4 * world.random.next()));
    for (let i = 0; i < calls; i += 1)
      makeCall(world, planOf(world.random, workload, start + timeOfDay(world.random, workload), dayIndex));
  }
}
