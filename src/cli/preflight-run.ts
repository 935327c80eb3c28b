/** A run of `spillway preflight`: questions from the flags, live policies where none are given, and the output of the lines. */
import type { ServiceAccess } from "../aws/access.ts";
import { callerAccount } from "../aws/caller-account.ts";
import type { RetryPolicy } from "../aws/retry.ts";
import { SpillwayError, exitCodes } from "../errors.ts";
import type { Bundle } from "../policy/bundle.ts";
import { layersNotEvaluated } from "../policy/explain.ts";
import { collectBundle } from "../probe/collect.ts";
import { crossCheck } from "../probe/cross-check.ts";
import { worstOutcome } from "../probe/preflight/line.ts";
import { preflightPermissions } from "../probe/preflight/permissions.ts";
import { type Preflight, preflight } from "../probe/preflight/preflight.ts";
import type { DecidedCall } from "../probe/preflight/policy-lines.ts";
import { resolveBoundary } from "../report/boundary.ts";
import type { CommandContext } from "./flags/context.ts";
import type { PreflightFlags } from "./flags/preflight.ts";
import { warnOfUnknownRegions } from "./flags/scope.ts";
import { organizationsOf, serviceOf } from "./flags/service-access.ts";
import { type LiveAnswers, type PreparedCheck, prepareCheck, profilesFor } from "./policy-prepare.ts";
import { printPreflight } from "./preflight-output.ts";
import { type NeededPolicies, printPermissions } from "./print-permissions.ts";

/** A retry of a few seconds, since somebody waits at the terminal. */
const retry: RetryPolicy = { attempts: 5, baseMs: 200, capMs: 2000 };

/** Runs the preflight and returns the exit code. */
export async function runPreflight(flags: PreflightFlags, context: CommandContext): Promise<number> {
  const { effects, signal } = context;
  const isLive = readsPolicies(flags);
  const simulates = isLive || flags.crossCheck === true;
  if (flags.permissions === true) {
    const needed = neededPolicies(flags, isLive, simulates);
    printPermissions(needed, `${flags.accountRole ?? ""} in the principal's account`, effects);
    return exitCodes.ok;
  }
  const { profile, sourceRegion } = named(flags);
  await warnOfUnknownRegions({ region: [sourceRegion] }, effects.log);
  const boundary = flags.boundary === undefined ? undefined : resolveBoundary(flags.boundary, flags.boundaries);
  const access: ServiceAccess = { ...serviceOf(flags, effects.env), region: sourceRegion, retry };
  const ownAccount = await callerAccount(access, signal);
  const live: LiveAnswers = { bundle: isLive ? await collected(flags, access, context) : undefined };
  const found = await preflight({
    access,
    profile,
    sourceRegion,
    known: await profilesFor(flags),
    boundary,
    skip: flags.skip ?? [],
    now: effects.now(),
    signal,
    ownAccount,
    decide: async (known) => decidedOf(await prepareCheck(flags, context, { ...live, profile: known })),
    simulate: simulates ? async (decided) => await simulated(decided, access, signal) : undefined,
  });
  await printPreflight(found.lines, flags, effects);
  tell(found, flags, context);
  const code = { passes: exitCodes.ok, fails: exitCodes.findings, "cannot-tell": exitCodes.incomplete } as const;
  return code[worstOutcome(found.lines)];
}

/** Whether the policies are read from AWS because none were given. */
function readsPolicies(flags: PreflightFlags): boolean {
  return flags.bundle === undefined && flags.identity === undefined && flags.scp === undefined;
}

function named({ inferenceProfile, sourceRegion }: PreflightFlags): { profile: string; sourceRegion: string } {
  if (inferenceProfile !== undefined && sourceRegion !== undefined) return { profile: inferenceProfile, sourceRegion };
  throw new SpillwayError("usage", "say which call: --inference-profile and --source-region", {
    next: "For example: spillway preflight --inference-profile eu.amazon.nova-pro-v1:0 --source-region eu-central-1 --principal arn:aws:iam::111122223333:role/workload",
  });
}

function neededPolicies(flags: PreflightFlags, isLive: boolean, simulate: boolean): NeededPolicies {
  if (isLive && flags.principal === undefined) throw whose();
  return preflightPermissions({
    principal: isLive ? flags.principal : undefined,
    accountRole: flags.accountRole,
    simulate,
  });
}

function whose(): SpillwayError {
  return new SpillwayError("usage", "--principal is missing", {
    next: "Give the ARN of the role that is going to call, for example arn:aws:iam::111122223333:role/workload.",
  });
}

async function collected(
  flags: PreflightFlags,
  access: ServiceAccess,
  { effects, signal }: CommandContext,
): Promise<Bundle> {
  if (flags.principal === undefined) throw whose();
  if (!/^arn:[^:]+:iam::\d{12}:(?:role|user)\/.+/.test(flags.principal)) {
    throw new SpillwayError("usage", `${flags.principal} is not an ARN of a role or user`, {
      next: "Write it as arn:aws:iam::111122223333:role/PATH/NAME; a session's role, not the session.",
    });
  }
  const bundle = await collectBundle({
    principals: [flags.principal],
    organizations: { ...organizationsOf(flags, effects.env), retry },
    iam: access,
    accountRole: flags.accountRole,
    now: effects.now(),
    signal,
  });
  for (const { what, why } of bundle.unreadable) effects.log.warn(`not readable: ${what}: ${why}`);
  return bundle;
}

function decidedOf({ call, given, documents }: PreparedCheck): DecidedCall {
  return { call, given, layers: documents.layers, none: documents.none };
}

async function simulated(
  decided: DecidedCall,
  access: ServiceAccess,
  signal: AbortSignal,
): ReturnType<typeof crossCheck> {
  const { checksOf } = await import("../policy/checks.ts");
  return await crossCheck(decided.call, checksOf(decided.call), decided.given, access, signal);
}

function tell({ decided, unsimulated }: Preflight, flags: PreflightFlags, { effects: { log } }: CommandContext): void {
  const left = decided === undefined ? [] : layersNotEvaluated(decided.layers, decided.none);
  if (left.length > 0) log.info(`not evaluated, as not given: ${left.join(", ")}`);
  for (const why of unsimulated) log.info(`AWS's simulator did not answer: ${why}`);
  if (flags.skip !== undefined) log.info(`left out, as --skip says: ${flags.skip.join(", ")}`);
}
