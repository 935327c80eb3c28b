/** The yield of a complete listing: the folders known from now on, and their listed days. */
import type { ListedDays, SourceState } from "../../listing/source.ts";
import { dayOf } from "../../../day.ts";
import { type DayRange, type ListingHistory, reachesFirstRun } from "./days.ts";
import type { DeniedPrefix, Discovered } from "./discover.ts";
import { folderStates } from "./history.ts";
import type { S3SourceOptions } from "./options.ts";
import { placeOf } from "../../listing/trail-prefix.ts";

/** A finished listing. */
export interface S3Listing {
  /** The name of its history: see `s3ListingScope`. */
  readonly scope: string;
  readonly days: DayRange;
  /** Folders that no run had listed as far back as a first run does. */
  readonly newFolders: readonly string[];
  readonly newDays: DayRange;
  readonly found: Discovered;
  readonly objects: number;
  /** Newest listed delivery day. */
  readonly newest: string | null;
  /** Prefixes that could not be listed, which make the listing incomplete. */
  readonly denied: readonly DeniedPrefix[];
  readonly history: ListingHistory;
  readonly now: Date;
}

/** New folders that are now listed as far back as a first run does. */
export function newlyKnown({ scope, newFolders, newDays, denied, now }: S3Listing): readonly SourceState[] {
  if (!reachesFirstRun(newDays, now)) return [];
  const listed = newFolders.filter((folder) => !denied.some(({ prefix }) => prefix === folder));
  return folderStates(scope, listed, dayOf(now));
}

/** The listed days by account and Region; prefixes within days or without CloudTrail's layout say nothing about these. */
export function listedDays(options: S3SourceOptions, listing: S3Listing): readonly ListedDays[] {
  const { found, days, newFolders, newDays, denied } = listing;
  const refused = new Set(denied.map(({ prefix }) => prefix));
  const isNew = new Set(newFolders);
  const of = (range: DayRange, folders: readonly string[]): ListedDays => ({
    below: [],
    except: [],
    accounts: options.accounts ?? [],
    regions: options.regions ?? [],
    pairs: folders.filter((folder) => !refused.has(folder)).flatMap((folder) => pairOf(folder, options.layout?.folder)),
    from: range.from,
    to: range.to,
  });
  return [
    of(
      days,
      found.trailFolders.filter((folder) => !isNew.has(folder)),
    ),
    of(newDays, newFolders),
  ];
}

function pairOf(
  folder: string,
  kindFolder?: string,
): readonly { readonly accountId: string; readonly region: string }[] {
  const place = placeOf(folder, kindFolder);
  return place.at === "region" ? [{ accountId: place.accountId, region: place.region }] : [];
}
