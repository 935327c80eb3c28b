/** What a complete listing says of its folders: which are known from now on, and which days of them were looked at. */
import type { ListedDays, SourceState } from "../../listing/source.ts";
import { dayOf } from "../../../day.ts";
import { type DayRange, type ListingHistory, reachesFirstRun } from "./days.ts";
import type { DeniedPrefix, Discovered } from "./discover.ts";
import { folderStates } from "./history.ts";
import type { S3SourceOptions } from "./options.ts";
import { placeOf } from "../../listing/trail-prefix.ts";

/** What a listing that came to its end has done. */
export interface S3Listing {
  /** Under which its history is remembered: see `s3ListingScope`. */
  readonly scope: string;
  readonly days: DayRange;
  /** Of the folders found, those that no run had gone through as far back as a first run does. */
  readonly newFolders: readonly string[];
  readonly newDays: DayRange;
  readonly found: Discovered;
  readonly objects: number;
  /** Newest delivery day that was listed. */
  readonly newest: string | null;
  /** Prefixes that could not be listed. A listing with any is not complete. */
  readonly denied: readonly DeniedPrefix[];
  readonly history: ListingHistory;
  readonly now: Date;
}

/** Folders that were new and are listed as far back as a first run goes. */
export function newlyKnown({ scope, newFolders, newDays, denied, now }: S3Listing): readonly SourceState[] {
  if (!reachesFirstRun(newDays, now)) return [];
  const listed = newFolders.filter((folder) => !denied.some(({ prefix }) => prefix === folder));
  return folderStates(scope, listed, dayOf(now));
}

/** Prefixes within days, or without CloudTrail's layout, say nothing of an account and Region as a whole. */
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
