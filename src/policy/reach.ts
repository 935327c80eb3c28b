/** The reach of every principal of a bundle, through every profile, to every destination. */
import { accountOf, partitionOfRegion } from "./arn.ts";
import type { Bundle } from "./bundle.ts";
import { principalPolicies } from "./bundle-layers.ts";
import type { Call } from "./call.ts";
import type { Answer, Decision } from "./decide.ts";
import { evaluateCall } from "./evaluate.ts";
import type { GivenKeys } from "./keys.ts";
import { invoke } from "./operations.ts";
import { type KnownProfile, isApplicationId } from "./resolve-profile.ts";

export interface ReachRow {
  readonly account: string;
  readonly principal: string;
  readonly profile: string;
  readonly sourceRegion: string;
  /** `*` is any Region: a global profile. */
  readonly destination: string;
  readonly decision: Decision;
}

export interface ReachOperation {
  readonly action: string;
  readonly project?: string | undefined;
}

/** The reach: a destination needs to be allowed, and so do the checks without a destination and the model in the source Region. */
export function reachOf(
  bundle: Bundle,
  profiles: readonly KnownProfile[],
  given: GivenKeys,
  operation: ReachOperation = { action: invoke },
): ReachRow[] {
  return Object.keys(bundle.principals).flatMap((principal) => {
    const policies = principalPolicies(bundle, principal);
    if (policies === undefined) return [];
    const account = accountOf(principal) ?? "";
    const keys = { ...given, context: { ...policies.context, ...given.context } };
    return profiles.flatMap((profile) => {
      const called = calledAs(profile, account);
      if (called === undefined) return [];
      const call: Call = {
        ...operation,
        profile: called,
        model: profile.model ?? "",
        sourceRegion: profile.sourceRegion,
        destinations: profile.destinations,
        account,
        principal,
        managementAccount: policies.managementAccount,
      };
      const { resources } = evaluateCall(call, policies.layers, keys);
      const common = resources.filter(
        ({ check }) => check.destination === null || check.destination === profile.sourceRegion,
      );
      return profile.destinations.map((destination): ReachRow => {
        const there = resources.filter(({ check }) => check.destination === destination);
        const decision = worst([...common, ...there]);
        return {
          account,
          principal,
          profile: profile.profileId,
          sourceRegion: profile.sourceRegion,
          destination,
          decision,
        };
      });
    });
  });
}

/** The name to call a profile by; an application profile's is its ARN, usable only in its own account. */
function calledAs({ profileId, sourceRegion, account: owner }: KnownProfile, account: string): string | undefined {
  if (!isApplicationId(profileId)) return profileId;
  if (owner !== account) return undefined;
  return `arn:${partitionOfRegion(sourceRegion)}:bedrock:${sourceRegion}:${owner}:application-inference-profile/${profileId}`;
}

const order: readonly Decision[] = ["denied", "implicit", "cannot-tell", "allowed"];

function worst(answers: readonly Pick<Answer, "decision">[]): Decision {
  return order.find((decision) => answers.some((answer) => answer.decision === decision)) ?? "allowed";
}
