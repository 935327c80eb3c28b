/** A call to a model, and what AWS asks the policies about it. */
import { foundationModelArn, partitionOfRegion, profileArn } from "./arn.ts";

export interface Call {
  /** Id of a system-defined profile, ARN of an application profile, or null for a call to the model itself. */
  readonly profile: string | null;
  readonly model: string;
  readonly sourceRegion: string;
  /** `*` is the model without a Region of a global profile. */
  readonly destinations: readonly string[];
  readonly account: string;
  readonly principal: string;
  readonly action: string;
  readonly bearerToken?: "SHORT_TERM" | "LONG_TERM" | undefined;
  readonly managementAccount?: boolean | undefined;
  readonly partition?: string | undefined;
}

/** One resource that has to be allowed for the call to pass. */
export interface Check {
  readonly action: string;
  readonly resource: string;
  readonly requestedRegion: string;
  readonly what: "profile" | "model" | "bearer-token";
  /** Where this model may run; null for the profile and the token. */
  readonly destination: string | null;
}

export const bearerAction = "bedrock:CallWithBearerToken";
export const unspecified = "unspecified";

/** The profile, the model in the source, the model in each destination; and the token of an API key. */
export function checksOf(call: Call): Check[] {
  const { action, sourceRegion } = call;
  const model = (region: string): Check => ({
    action,
    resource: foundationModelArn(call.model, region === "*" ? "" : region, partitionOf(call)),
    requestedRegion: region === "*" ? unspecified : region,
    what: "model",
    destination: region,
  });
  const arn = calledProfileArn(call);
  const profile: Check[] =
    arn === undefined
      ? []
      : [{ action, resource: arn, requestedRegion: regionOfArn(arn), what: "profile", destination: null }];
  const regions = new Set([sourceRegion, ...(arn === undefined ? [] : call.destinations)]);
  const token: Check[] =
    call.bearerToken === undefined
      ? []
      : [
          {
            action: bearerAction,
            resource: "*",
            requestedRegion: sourceRegion,
            what: "bearer-token",
            destination: null,
          },
        ];
  return [...profile, ...Array.from(regions, model), ...token];
}

/** The ARN that `bedrock:InferenceProfileArn` holds; undefined for a call to the model itself. */
export function calledProfileArn(call: Call): string | undefined {
  if (call.profile === null) return undefined;
  return profileArn(call.profile, call.sourceRegion, call.account, partitionOf(call));
}

export function isApplicationProfile(profile: string): boolean {
  return profile.includes(":application-inference-profile/");
}

function regionOfArn(arn: string): string {
  const region = arn.split(":")[3] ?? "";
  return region === "" ? unspecified : region;
}

export function partitionOf(call: Call): string {
  return call.partition ?? partitionOfRegion(call.sourceRegion);
}
