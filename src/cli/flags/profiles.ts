/** The flags of the commands about profiles. */
import type { ServiceFlags } from "./collect.ts";
import type { OutputFlags } from "./scope.ts";

export const profileSources: readonly string[] = ["snapshot", "warehouse", "live"];

export interface ProfilesFlags extends OutputFlags, ServiceFlags {
  readonly from?: "snapshot" | "warehouse" | "live";
  readonly warehouse: string;
  readonly inferenceProfile?: readonly string[];
  readonly sourceRegion?: readonly string[];
  readonly account?: readonly string[];
  readonly accountRole?: string;
}

export interface RefreshFlags extends ProfilesFlags {
  readonly failOn?: "drift";
  readonly strict?: true;
}
