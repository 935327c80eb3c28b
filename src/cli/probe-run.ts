/** A run of `spillway probe`: the plan, the question, the calls, then their result. */
import type { ServiceAccess } from "../aws/access.ts";
import { openBedrock } from "../aws/bedrock-readiness.ts";
import { openRuntime } from "../aws/bedrock-runtime.ts";
import { callerAccount } from "../aws/caller-account.ts";
import { profileRegion } from "../aws/connection.ts";
import { SpillwayError, exitCodes } from "../errors.ts";
import { resolveProfile } from "../policy/resolve-profile.ts";
import { makeCalls, possibleOperations } from "../probe/calls/make-calls.ts";
import { probePermissions } from "../probe/calls/permissions.ts";
import { type CallOperation, type Probe, callOperations, createProbe, writeProbe } from "../probe/calls/probe-file.ts";
import { askProfile } from "../probe/preflight/profile-lines.ts";
import { inferenceProfileSnapshot } from "../reference/inference-profiles.ts";
import type { CommandContext } from "./flags/context.ts";
import type { ProbeFlags } from "./flags/probe.ts";
import { warnOfUnknownRegions } from "./flags/scope.ts";
import { serviceOf } from "./flags/service-access.ts";
import { besideOf, tellResult, untilStopped } from "./probe-result.ts";

/** Runs the probe and returns the exit code. */
export async function runProbe(flags: ProbeFlags, context: CommandContext): Promise<number> {
  const { effects, signal } = context;
  const profile = flags.inferenceProfile;
  if (profile === undefined) {
    throw new SpillwayError("usage", "no profile is named", {
      next: "For example: spillway probe --inference-profile eu.amazon.nova-lite-v1:0 --source-region eu-central-1 --calls 5",
    });
  }
  // faults of the flags are reported before anything costs money
  const beside = await besideOf(flags);
  const mayAsk = flags.yes === true || flags.permissions === true || effects.ask !== undefined;
  if (!mayAsk) {
    throw new SpillwayError("usage", "a probe makes real calls, which cost money, and nobody is here to be asked", {
      next: "Add --yes to make them without a question.",
    });
  }
  const named = serviceOf(flags, effects.env);
  const region = flags.sourceRegion ?? (named.region === "" ? await profileRegion(named) : named.region);
  await warnOfUnknownRegions({ region: [region] }, effects.log);
  const access: ServiceAccess = { ...named, region };
  const account = await callerAccount(access, signal);
  const known = await knownProfile(profile, flags, access, context);
  if (flags.permissions === true) {
    const { model, destinations } = known;
    const document = probePermissions({ profile, model, sourceRegion: region, destinations, account });
    effects.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return exitCodes.ok;
  }
  const operations = operationsFor(known.model, flags, context);
  if (!(await agreed(flags, profile, region, context))) return exitCodes.ok;
  const file = flags.file ?? `probe-${effects.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z.json`;
  const begun: Probe = {
    format: "spillway-probe/1",
    profile,
    model: known.model,
    source_region: region,
    account,
    destinations: known.destinations,
    as_of: known.asOf,
    wanted: flags.calls,
    max_tokens: flags.maxTokens,
    started_at: effects.now().toISOString(),
    calls: [],
  };
  await createProbe(file, begun);
  effects.log.info(`the calls are noted in ${file}; if this is stopped: spillway probe result ${file}`);
  return await untilStopped(file, signal, async () => {
    const probe = await called(begun, file, operations, access, context);
    refuseNothing(probe, file);
    return await tellResult(probe, file, flags, beside, context);
  });
}

interface Known {
  readonly model: string;
  readonly destinations: readonly string[];
  readonly asOf: string;
}

/** The profile as AWS has it where it may be asked, else as known before. @throws SpillwayError `source-not-found` before a call is made */
async function knownProfile(
  profile: string,
  flags: ProbeFlags,
  access: ServiceAccess,
  { effects, signal }: CommandContext,
): Promise<Known> {
  const reader = openBedrock(access, signal);
  const known = inferenceProfileSnapshot().rows;
  const question = { profile, sourceRegion: access.region, known, today: effects.now().toISOString().slice(0, 10) };
  try {
    const { live, isGone, line } = await askProfile(reader, { access, service: "Bedrock" }, question);
    if (isGone) {
      throw new SpillwayError("source-not-found", `there is no profile ${profile} in ${access.region}: ${line.found}`, {
        next: line.next ?? "Name a profile that there is.",
      });
    }
    if (live === undefined) effects.log.warn(`what the profile declares was not asked of AWS: ${line.found}`);
    const found = resolveProfile(
      { profile, sourceRegion: access.region, model: flags.model },
      live === undefined ? known : [live, ...known],
    );
    if ("problem" in found) throw new SpillwayError("usage", found.problem, { next: found.next });
    return { ...found, asOf: found.asOf ?? question.today };
  } finally {
    await reader.close();
  }
}

function operationsFor(
  model: string,
  flags: ProbeFlags,
  { effects: { log } }: CommandContext,
): readonly CallOperation[] {
  const wanted = flags.operation ?? callOperations;
  const possible = possibleOperations(model, wanted);
  if (possible.length < wanted.length)
    log.info(`InvokeModel is left out: which form ${model} wants is not known here; Converse has one form for all`);
  if (possible.length > 0) return possible;
  throw new SpillwayError("usage", `InvokeModel cannot be called: which form ${model} wants is not known here`, {
    next: "Add --operation Converse.",
  });
}

async function agreed(
  { calls, maxTokens, yes }: ProbeFlags,
  profile: string,
  region: string,
  { effects }: CommandContext,
): Promise<boolean> {
  const what = `${calls} real call${calls === 1 ? "" : "s"} to ${profile} in ${region}, at most ${maxTokens} tokens each answer`;
  const cost = "they cost money, and they are logged (CloudTrail, and model invocation logs where these are on)";
  if (yes === true) {
    effects.log.info(`${what}: ${cost}`);
    return true;
  }
  const answer = (await effects.ask?.(`${what}: ${cost}. Make them? [y/N] `)) ?? "";
  if (/^y(?:es)?$/i.test(answer.trim())) return true;
  effects.log.info("no call was made");
  return false;
}

async function called(
  begun: Probe,
  file: string,
  operations: readonly CallOperation[],
  access: ServiceAccess,
  { effects, signal }: CommandContext,
): Promise<Probe> {
  const runtime = openRuntime(access, signal);
  try {
    return await makeCalls(begun, {
      runtime,
      access,
      operations,
      save: async (probe) => await writeProbe(file, probe),
      onCall: ({ number, operation, outcome, error, request_id: id }) =>
        effects.log.info(
          `call ${number} of ${begun.wanted}: ${operation} ${outcome ?? ""}${error === null ? "" : ` (${error})`} ${id ?? ""}`,
        ),
      now: effects.now,
      signal,
    });
  } finally {
    await runtime.close();
  }
}

/** Refuses a file whose calls never reached a model: they tell nothing about Regions. */
function refuseNothing({ calls, profile }: Probe, file: string): void {
  const last = calls.at(-1);
  if (last === undefined || calls.some(({ outcome }) => outcome !== "failed")) return;
  const next: Readonly<Record<string, string>> = {
    ValidationException:
      "Check the profile, its model and the source Region: spillway preflight says what does not hold.",
    ResourceNotFoundException:
      "Check the profile and the access to its model: spillway preflight says what does not hold.",
    StreamBroke: `Try again, or without streams: --operation Converse. What CloudTrail says of it: spillway probe result ${file}`,
  };
  throw new SpillwayError("source-unreachable", `no call to ${profile} passed: ${last.error ?? "unknown"}`, {
    next: next[last.error ?? ""] ?? `Try again later. What CloudTrail says of it: spillway probe result ${file}`,
  });
}
