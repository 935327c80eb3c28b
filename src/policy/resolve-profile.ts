/** What a profile means for a call: its model and its destinations, from a table of profiles with a date. */

export interface KnownProfile {
  readonly profileId: string;
  readonly sourceRegion: string;
  readonly destinations: readonly string[];
  readonly model: string | null;
  readonly asOf: string;
  /** Of an application profile, as far as it is known. */
  readonly account?: string | undefined;
}

/** System-defined profiles are named after their scope and model, application profiles by letters and digits alone. */
export function isApplicationId(profileId: string): boolean {
  return !profileId.includes(".");
}

export interface ProfileRequest {
  /** Id or ARN; null calls the model itself. */
  readonly profile: string | null;
  readonly sourceRegion: string;
  readonly model?: string | undefined;
  readonly destinations?: readonly string[] | undefined;
}

export type ResolvedProfile =
  | { readonly model: string; readonly destinations: readonly string[]; readonly asOf: string | null }
  /** What is missing, in words. */
  | { readonly problem: string; readonly next: string };

/** What was given goes first; a system profile's ARN is looked up by its id. */
export function resolveProfile(request: ProfileRequest, known: readonly KnownProfile[]): ResolvedProfile {
  const { profile, model, destinations } = request;
  if (profile === null) {
    if (model === undefined) return { problem: "neither a profile nor a model is named", next: "Name one of the two." };
    return { model, destinations: [], asOf: null };
  }
  const id = systemProfileId(profile);
  // an application profile is known by the last part of its ARN
  const last = profile.slice(profile.lastIndexOf("/") + 1);
  const rows = known.filter(({ profileId }) => profileId === id || profileId === last);
  const row = rows.find(({ sourceRegion }) => sourceRegion === request.sourceRegion);
  const foundModel = model ?? row?.model ?? rows.find((other) => other.model !== null)?.model ?? modelOfId(id);
  const foundDestinations = destinations ?? row?.destinations;
  if (foundModel !== null && foundModel !== undefined && foundDestinations !== undefined)
    return {
      model: foundModel,
      destinations: foundDestinations,
      asOf: destinations === undefined ? (row?.asOf ?? null) : null,
    };
  return unresolved(request, rows, foundModel ?? null);
}

function unresolved(request: ProfileRequest, rows: readonly KnownProfile[], model: string | null): ResolvedProfile {
  const asOf = rows[0]?.asOf;
  if (rows.length > 0) {
    const sources = rows.map(({ sourceRegion }) => sourceRegion).join(", ");
    return {
      problem: `${request.profile} is not known with the source Region ${request.sourceRegion} (as of ${asOf}: ${sources})`,
      next: "Name another source Region, or its destinations with --destination.",
    };
  }
  const needs =
    model === null
      ? "its model with --model and its destinations with --destination"
      : "its destinations with --destination";
  return {
    problem: `the profile ${request.profile} is not known`,
    next: `Give ${needs}, or run: spillway profiles refresh`,
  };
}

/** The id behind `inference-profile/`, which system-defined profiles have in every account. */
function systemProfileId(profile: string): string {
  return /^arn:[^:]*:bedrock:[^:]*:[^:]*:inference-profile\/(.+)$/.exec(profile)?.[1] ?? profile;
}

/** `eu.amazon.nova-pro-v1:0` names its model; an ARN does not. */
function modelOfId(id: string): string | null {
  if (id.startsWith("arn:")) return null;
  return /^[a-z-]+\.([a-z0-9-]+\..+)$/.exec(id)?.[1] ?? null;
}
