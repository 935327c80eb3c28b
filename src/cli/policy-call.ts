/** The call that the flags describe: its caller, model and profile. */
import { SpillwayError } from "../errors.ts";
import { accountOf, roleOfSession } from "../policy/arn.ts";
import type { Call } from "../policy/call.ts";
import { isMantle } from "../policy/checks.ts";
import { actionOf, isInProject } from "../policy/operations.ts";
import { type KnownProfile, resolveProfile } from "../policy/resolve-profile.ts";
import type { CallFlags } from "./flags/policy.ts";

/** The call. @throws SpillwayError `usage` for flags that are missing or cannot be meant */
export function callOf(flags: CallFlags, profiles: readonly KnownProfile[]): Call {
  const sourceRegion = required(
    flags.sourceRegion,
    "--source-region",
    "the Region that is called, for example eu-central-1",
  );
  const principal = principalOf(flags);
  const account = flags.account ?? accountOf(principal);
  if (account === undefined || !/^\d{12}$/.test(account)) {
    throw new SpillwayError("usage", `${account ?? principal} holds no account id`, {
      next: "Account ids have 12 digits: --account 111122223333.",
    });
  }
  if (flags.inferenceProfile === undefined && flags.model === undefined) {
    throw new SpillwayError("usage", "no profile and no model is named", {
      next: "Add --inference-profile ID, or --model ID for a call without a profile.",
    });
  }
  const action = actionOf(flags.operation) ?? flags.operation;
  const profile = flags.inferenceProfile ?? null;
  if (profile !== null && isMantle({ action })) {
    throw new SpillwayError("usage", "bedrock-mantle does no cross-Region inference and takes no profile", {
      next: "Name the model with --model instead of --inference-profile.",
    });
  }
  const inProject = isInProject(flags.operation);
  if (flags.project !== undefined && !inProject) {
    throw new SpillwayError("usage", `--project is of no matter for ${flags.operation}`, {
      next: "It is for ChatCompletions, Responses, Messages and CreateInference.",
    });
  }
  const found = resolveProfile(
    { profile, sourceRegion, model: flags.model, destinations: flags.destination },
    profiles,
  );
  if ("problem" in found) throw new SpillwayError("usage", found.problem, { next: found.next });
  return {
    profile,
    model: found.model,
    sourceRegion,
    destinations: found.destinations,
    account,
    principal,
    action,
    project: inProject ? (flags.project ?? "default") : undefined,
    bearerToken: flags.bearerToken,
    managementAccount: flags.managementAccount,
  };
}

function principalOf(flags: CallFlags): string {
  const principal = required(
    flags.principal,
    "--principal",
    "the ARN of the role or user, for example arn:aws:iam::111122223333:role/workload",
  );
  const session = roleOfSession(principal);
  if (session !== undefined) {
    const path = session.pathHidden ? "its path holds the Region of Identity Center" : "with its path, if it has one";
    throw new SpillwayError("usage", `${principal} is a session; policies see its role`, {
      next: `Write --principal ${session.role} (${path}).`,
    });
  }
  if (!/^arn:[^:]+:iam::\d{12}:(?:role|user)\/.+|^arn:[^:]+:iam::\d{12}:root$/.test(principal)) {
    throw new SpillwayError("usage", `${principal} is not an ARN of a role or user`, {
      next: "Write it as arn:aws:iam::111122223333:role/PATH/NAME.",
    });
  }
  return principal;
}

function required(value: string | undefined, flag: string, what: string): string {
  if (value !== undefined) return value;
  throw new SpillwayError("usage", `${flag} is missing`, { next: `Give ${what}.` });
}
