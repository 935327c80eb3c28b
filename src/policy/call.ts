/** A call to a model: its caller, its profile, and where it may run. */
import { partitionOfRegion, profileArn } from "./arn.ts";

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
  /** Id of the project, for the interfaces that belong to one. */
  readonly project?: string | undefined;
  readonly bearerToken?: "SHORT_TERM" | "LONG_TERM" | undefined;
  readonly managementAccount?: boolean | undefined;
  readonly partition?: string | undefined;
}

export const unspecified = "unspecified";

/** The ARN that `bedrock:InferenceProfileArn` holds; undefined for a call to the model itself. */
export function calledProfileArn(call: Call): string | undefined {
  if (call.profile === null) return undefined;
  return profileArn(call.profile, call.sourceRegion, call.account, partitionOf(call));
}

export function isApplicationProfile(profile: string): boolean {
  return profile.includes(":application-inference-profile/");
}

export function partitionOf(call: Call): string {
  return call.partition ?? partitionOfRegion(call.sourceRegion);
}
