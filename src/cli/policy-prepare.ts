/** The preparation of checks from the flags: the calls, their documents, their keys. */
import type { Call } from "../policy/call.ts";
import type { Bundle } from "../policy/bundle.ts";
import type { GivenKeys } from "../policy/keys.ts";
import type { KnownProfile } from "../policy/resolve-profile.ts";
import { inferenceProfileSnapshot } from "../reference/inference-profiles.ts";
import type { CommandContext } from "./flags/context.ts";
import type { CallFlags, DocumentFlags } from "./flags/policy.ts";
import { onlyPrincipal, policiesIn, readBundle } from "../report/policies/bundle-file.ts";
import { keysOf } from "../report/policies/given-keys.ts";
import { callOf } from "./policy-call.ts";
import { knownProfiles } from "./known-profiles.ts";
import { type GivenDocuments, readDocuments } from "./policy-documents.ts";

export interface PreparedCheck {
  readonly call: Call;
  readonly given: GivenKeys;
  readonly documents: GivenDocuments;
}

/** Live answers of AWS, which take precedence over files. */
export interface LiveAnswers {
  readonly bundle?: Bundle | undefined;
  readonly profile?: KnownProfile | undefined;
}

export async function prepareCheck(
  flags: CallFlags & DocumentFlags,
  { effects }: CommandContext,
  live: LiveAnswers = {},
): Promise<PreparedCheck> {
  const given = keysOf(flags);
  const bundle = live.bundle ?? (flags.bundle === undefined ? undefined : await readBundle(flags.bundle));
  const principal = flags.principal ?? onlyPrincipal(bundle);
  const profiles = [...(live.profile === undefined ? [] : [live.profile]), ...(await profilesFor(flags))];
  const call = callOf(principal === undefined ? flags : { ...flags, principal }, profiles);
  const bundled =
    bundle === undefined ? undefined : policiesIn(bundle, flags.bundle ?? "what was collected", call.principal);
  return {
    call: { ...call, managementAccount: call.managementAccount ?? bundled?.managementAccount },
    given: { ...given, context: { ...bundled?.context, ...given.context } },
    documents: await readDocuments(flags, bundled, effects),
  };
}

export async function profilesFor({ warehouse }: Pick<CallFlags, "warehouse">): Promise<readonly KnownProfile[]> {
  return warehouse === undefined ? inferenceProfileSnapshot().rows : await knownProfiles(warehouse);
}
