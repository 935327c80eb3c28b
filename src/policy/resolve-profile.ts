/** The resolution of a profile: its model and destinations, from a dated table of profiles. */

export interface KnownProfile {
  readonly profileId: string;
  readonly sourceRegion: string;
  readonly destinations: readonly string[];
  readonly model: string | null;
  readonly asOf: string;
  /** The account of an application profile, if known. */
  readonly account?: string | undefined;
}

/** Whether the id is an application profile's: only letters and digits, where system-defined ones have scope and model. */
export function isApplicationId(profileId: string): boolean {
  return !profileId.includes(".");
}

export interface ProfileRequest {
  /** Id or ARN; null for a call to the model itself. */
  readonly profile: string | null;
  readonly sourceRegion: string;
  readonly model?: string | undefined;
  readonly destinations?: readonly string[] | undefined;
}

export type ResolvedProfile =
  | { readonly model: string; readonly destinations: readonly string[]; readonly asOf: string | null }
  /** What is missing, in words, and what to do next. */
  | { readonly problem: string; readonly next: string };

/** The profile's model and destinations; those given take precedence. A system profile's ARN is looked up by its id. */
export function resolveProfile(request: ProfileRequest, known: readonly KnownProfile[]): ResolvedProfile {
  const { profile, model, destinations } = request;
  if (profile === null) {
    if (model === undefined) return { problem: "neither a profile nor a model is named", next: "Name one of the two." };
    return { model, destinations: [], asOf: null };
  }
  const id = systemProfileId(profile);
  // the table has an application profile by the last part of its ARN
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

/** The id after `inference-profile/`, the same for a system-defined profile in every account. */
function systemProfileId(profile: string): string {
  return /^arn:[^:]*:bedrock:[^:]*:[^:]*:inference-profile\/(.+)$/.exec(profile)?.[1] ?? profile;
}

/** The model in an id such as `eu.amazon.nova-pro-v1:0`; an ARN names none. */
function modelOfId(id: string): string | null {
  if (id.startsWith("arn:")) return null;
  return /^[a-z-]+\.([a-z0-9-]+\..+)$/.exec(id)?.[1] ?? null;
}
