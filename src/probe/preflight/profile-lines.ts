/** The lines on a profile: whether it can be called, where it may run by AWS's word, and what changed. */
import type { BedrockReader, ProfileDetails } from "../../aws/bedrock-readiness.ts";
import type { KnownProfile } from "../../policy/resolve-profile.ts";
import { destinationsOf, modelOf } from "../refresh-profiles.ts";
import { type Asked, type QuestionBase, ask } from "./ask.ts";
import { type Line, cannotTell, fails, passes } from "./line.ts";

export interface AskedProfile {
  readonly line: Line;
  /** The profile as AWS has it now; undefined where AWS did not tell. */
  readonly live: KnownProfile | undefined;
  /** Whether AWS says that it does not exist. */
  readonly isGone: boolean;
}

export interface ProfileQuestion {
  /** Its id or ARN, as the call names it. */
  readonly profile: string;
  readonly sourceRegion: string;
  readonly known: readonly KnownProfile[];
  readonly today: string;
}

export async function askProfile(
  reader: BedrockReader,
  base: QuestionBase,
  question: ProfileQuestion,
): Promise<AskedProfile> {
  const { profile, sourceRegion } = question;
  const what = `the profile ${profile} in ${sourceRegion}`;
  const asked = await ask({ ...base, what, permission: "bedrock:GetInferenceProfile" }, () => reader.profile(profile));
  const live = asked.kind === "answer" ? liveProfile(asked.value, question) : undefined;
  return { line: lineOf(asked, live, question), live, isGone: asked.kind === "error" };
}

function liveProfile(
  { arn, modelArns }: ProfileDetails,
  { profile, sourceRegion, today }: ProfileQuestion,
): KnownProfile | undefined {
  const name = arn === "" ? profile : arn;
  if (modelArns.length === 0) return undefined;
  return {
    profileId: name.slice(name.lastIndexOf("/") + 1),
    sourceRegion,
    destinations: destinationsOf(modelArns),
    model: modelOf(modelArns),
    asOf: today,
  };
}

function lineOf(asked: Asked<ProfileDetails>, live: KnownProfile | undefined, question: ProfileQuestion): Line {
  const { profile, sourceRegion } = question;
  const subject = `${profile} in ${sourceRegion}`;
  const known = knownAs(question);
  if (asked.kind === "refused") {
    const instead = known === undefined ? "" : `; as of ${known.asOf} it ran in ${known.destinations.join(", ")}`;
    return cannotTell("profile", subject, `${asked.why}${instead}`, asked.next);
  }
  if (asked.kind === "error")
    return fails(
      "profile",
      subject,
      `${asked.error.name}: ${asked.error.message}`,
      `Name a profile that there is: spillway profiles list --from live --source-region ${sourceRegion}`,
    );
  if (asked.value.status !== "ACTIVE")
    return fails(
      "profile",
      subject,
      `its status is ${asked.value.status}`,
      "Wait until it is ACTIVE, or name another one.",
    );
  if (live === undefined)
    return cannotTell(
      "profile",
      subject,
      "AWS names no destination of it",
      "Look at it in the Bedrock console, under Cross-Region inference.",
    );
  const runs = `may run in ${live.destinations.join(", ")}`;
  if (known === undefined) return passes("profile", subject, `${runs}; nothing was known of it before`);
  const added = live.destinations.filter((region) => !known.destinations.includes(region));
  const gone = known.destinations.filter((region) => !live.destinations.includes(region));
  if (added.length > 0)
    return fails(
      "profile",
      subject,
      `${runs}: ${added.join(", ")} ${added.length === 1 ? "is" : "are"} new since ${known.asOf}`,
      "Approve the new destinations, then keep them with spillway profiles refresh and name that --warehouse.",
    );
  const less = gone.length === 0 ? `, as on ${known.asOf}` : `; no longer, since ${known.asOf}, in ${gone.join(", ")}`;
  return passes("profile", subject, `${runs}${less}`);
}

function knownAs({ profile, sourceRegion, known }: ProfileQuestion): KnownProfile | undefined {
  const last = profile.slice(profile.lastIndexOf("/") + 1);
  return known.find((row) => row.profileId === last && row.sourceRegion === sourceRegion);
}

/** The line on the boundary: each Region where the profile may run has to be approved. */
export function boundaryLine(
  profile: string,
  destinations: readonly string[],
  sourceRegion: string,
  boundary: { readonly name: string; readonly regions: readonly string[] },
): Line {
  const outside = [...new Set([sourceRegion, ...destinations])].filter((region) => !boundary.regions.includes(region));
  const subject = `${profile} within ${boundary.name}`;
  if (outside.length === 0) return passes("boundary", subject, "every Region where it may run is within");
  const where = outside.map((region) => (region === "*" ? "any Region (a global profile)" : region)).join(", ");
  return fails(
    "boundary",
    subject,
    `it may run outside: ${where}`,
    "Take a profile whose destinations are all within: spillway profiles list.",
  );
}
