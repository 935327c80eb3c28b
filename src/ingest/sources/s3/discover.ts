/** The search for trails in a bucket: from a prefix to the folders `.../CloudTrail/REGION/`, by listing folders only. */
import { SpillwayError } from "../../../errors.ts";
import type { Bucket } from "../../../aws/s3/bucket.ts";
import { mapParallel } from "../../listing/parallel.ts";
import type { ListingScope } from "./plan-listing.ts";
import {
  accountFolder,
  asFolder,
  folderName,
  organizationFolder,
  placeOf,
  regionFolder,
} from "../../listing/trail-prefix.ts";

export interface TrailFilter {
  /** The accounts to look for; empty for all in the bucket. */
  readonly accounts: readonly string[];
  /** The Regions to take, without a search; empty for all in the bucket. */
  readonly regions: readonly string[];
}

export interface DeniedPrefix {
  readonly prefix: string;
  readonly error: SpillwayError;
}

export interface Discovered extends ListingScope {
  /** Folders without a trail that were seen on the way, for the message when nothing is found. */
  readonly others: readonly string[];
  /** Folders whose listing was refused; the rest goes on. */
  readonly denied: readonly DeniedPrefix[];
  /** The number of folders after which the search for `AWSLogs/` ended, if it did. */
  readonly gaveUpAfter: number | null;
  /** Folders deeper than the search for `AWSLogs/` goes, with an example. */
  readonly tooDeep: { readonly count: number; readonly example: string } | null;
}

/** The depth of the search: CloudTrail allows 200 characters before `AWSLogs/`; in practice there are one or two folders. */
const maxDepth = 6;
const maxFoldersSearched = 1000;
const parallelListings = 16;

/** Searches a prefix; `kindFolder` is the folder below an account that holds the Regions. */
export async function discoverTrails(
  bucket: Bucket,
  prefix: string,
  filter: TrailFilter,
  kindFolder = "CloudTrail",
): Promise<Discovered> {
  const search = new Search(bucket, filter, kindFolder);
  const place = placeOf(prefix, kindFolder);
  switch (place.at) {
    case "below":
      search.wholePrefixes.push(place.prefix);
      break;
    case "region":
      search.addRegions(`${place.folder.slice(0, -place.region.length - 1)}`, place.accountId, [place.folder]);
      break;
    case "trail":
      await search.regions(place.folder, place.accountId);
      break;
    case "account":
      await search.regions(`${place.folder}${kindFolder}/`, place.accountId);
      break;
    case "root":
      await search.accounts([place.folder]);
      break;
    case "above":
      await search.roots(asFolder(prefix));
      break;
  }
  return search;
}

class Search implements Discovered {
  readonly trailFolders: string[] = [];
  readonly wholePrefixes: string[] = [];
  readonly others: string[] = [];
  readonly denied: DeniedPrefix[] = [];
  gaveUpAfter: number | null = null;
  tooDeep: Discovered["tooDeep"] = null;
  readonly #bucket: Bucket;
  readonly #filter: TrailFilter;
  readonly #kindFolder: string;

  constructor(bucket: Bucket, filter: TrailFilter, kindFolder: string) {
    this.#bucket = bucket;
    this.#filter = filter;
    this.#kindFolder = kindFolder;
  }

  /** Finds every `AWSLogs/` at or below `folder`, level by level. */
  async roots(folder: string): Promise<void> {
    const roots: string[] = [];
    let searched = 0;
    let level = [folder];
    for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
      const left = Math.max(0, maxFoldersSearched - searched);
      if (level.length > left) this.gaveUpAfter = maxFoldersSearched;
      const listings = await mapParallel(level.slice(0, left), parallelListings, (below) =>
        this.#folders(below, depth === 0),
      );
      searched += listings.length;
      level = [];
      for (const below of listings.flatMap((listing) => listing.folders)) {
        if (folderName(below) === "AWSLogs") roots.push(below);
        else level.push(below);
      }
      if (depth === 0) {
        this.others.push(...level);
        // A copy without the layout: files right at the user's prefix. Without a prefix they could be anything.
        const files = listings[0]?.keys.some((key) => /\.(?:json|jsonl|ndjson)(?:\.gz)?$/i.test(key)) ?? false;
        if (files && roots.length === 0 && folder !== "") this.wholePrefixes.push(folder);
      }
    }
    const [example] = level;
    if (example !== undefined) this.tooDeep = { count: level.length, example };
    if (roots.length > 0) this.wholePrefixes.length = 0;
    await this.accounts(roots);
  }

  /** Finds the accounts in `AWSLogs/` folders or in organization folders. */
  async accounts(folders: readonly string[]): Promise<void> {
    const listings = await mapParallel(folders, parallelListings, (folder) =>
      this.#folders(folder, folders.length === 1),
    );
    const organizations: string[] = [];
    const accounts: string[] = [];
    for (const folder of listings.flatMap((listing) => listing.folders)) {
      const name = folderName(folder);
      if (accountFolder.test(name)) accounts.push(folder);
      else if (organizationFolder.test(name)) organizations.push(folder);
      else this.others.push(folder);
    }
    if (organizations.length > 0) await this.accounts(organizations);
    await mapParallel(accounts, parallelListings, (folder) =>
      this.regions(`${folder}${this.#kindFolder}/`, folderName(folder)),
    );
  }

  async regions(trail: string, accountId: string): Promise<void> {
    if (this.#filter.accounts.length > 0 && !this.#filter.accounts.includes(accountId)) {
      this.others.push(trail);
      return;
    }
    if (this.#filter.regions.length > 0) {
      this.addRegions(
        trail,
        accountId,
        this.#filter.regions.map((region) => `${trail}${region}/`),
      );
      return;
    }
    const { folders } = await this.#folders(trail, false);
    // An account that only writes other logs (Config, load balancers) has no CloudTrail folder.
    if (folders.length === 0) this.others.push(trail.slice(0, -(this.#kindFolder.length + 1)));
    this.addRegions(
      trail,
      accountId,
      folders.filter((folder) => regionFolder.test(folderName(folder))),
    );
  }

  addRegions(trail: string, accountId: string, folders: readonly string[]): void {
    const { accounts, regions } = this.#filter;
    const wanted =
      accounts.length > 0 && !accounts.includes(accountId)
        ? []
        : folders.filter((folder) => regions.length === 0 || regions.includes(folderName(folder)));
    this.trailFolders.push(...wanted);
    if (wanted.length === 0) this.others.push(trail);
  }

  /** The sub-folders; a refusal is noted, and ends the search only for the folder that the user named. */
  async #folders(prefix: string, required: boolean): Promise<{ folders: readonly string[]; keys: readonly string[] }> {
    try {
      return await this.#bucket.folders(prefix);
    } catch (thrown) {
      if (required || !(thrown instanceof SpillwayError) || thrown.code !== "source-denied") throw thrown;
      this.denied.push({ prefix, error: thrown });
      return { folders: [], keys: [] };
    }
  }
}

/** The gap that a search of limited depth leaves, if any. */
export function depthGap(url: string, { tooDeep }: Discovered): string | undefined {
  if (tooDeep === null) return undefined;
  const what = tooDeep.count === 1 ? "one folder" : `${tooDeep.count} folders`;
  return `${url} was searched for trails ${maxDepth} levels deep: ${what} below that, such as ${tooDeep.example}, had no look`;
}
