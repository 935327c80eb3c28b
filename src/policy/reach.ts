/** Who can reach what: every principal of a bundle, through every profile, to every destination. */
import { accountOf } from "./arn.ts";
import type { Bundle } from "./bundle.ts";
import { principalPolicies } from "./bundle-layers.ts";
import { type Call, checksOf } from "./call.ts";
import type { Answer, Decision } from "./decide.ts";
import { evaluateCall } from "./evaluate.ts";
import type { GivenKeys } from "./keys.ts";
import type { KnownProfile } from "./resolve-profile.ts";

export interface ReachRow {
  readonly account: string;
  readonly principal: string;
  readonly profile: string;
  readonly sourceRegion: string;
  /** `*` is any Region: a global profile. */
  readonly destination: string;
  readonly decision: Decision;
}

/** A destination is reached when the profile, the model in the source Region and the model there are allowed. */
export function reachOf(bundle: Bundle, profiles: readonly KnownProfile[], given: GivenKeys): ReachRow[] {
  return Object.keys(bundle.principals).flatMap((principal) => {
    const policies = principalPolicies(bundle, principal);
    if (policies === undefined) return [];
    const account = accountOf(principal) ?? "";
    const keys = { ...given, context: { ...policies.context, ...given.context } };
    return profiles.flatMap((profile) => {
      const call: Call = {
        profile: profile.profileId,
        model: profile.model ?? "",
        sourceRegion: profile.sourceRegion,
        destinations: profile.destinations,
        account,
        principal,
        action: "bedrock:InvokeModel",
        managementAccount: policies.managementAccount,
      };
      const { resources } = evaluateCall(call, policies.layers, keys);
      const common = resources.slice(0, checksOf({ ...call, destinations: [] }).length);
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

const order: readonly Decision[] = ["denied", "implicit", "cannot-tell", "allowed"];

function worst(answers: readonly Pick<Answer, "decision">[]): Decision {
  return order.find((decision) => answers.some((answer) => answer.decision === decision)) ?? "allowed";
}
