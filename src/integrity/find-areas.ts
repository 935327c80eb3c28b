/** The search for digests in a bucket: from a prefix to the folders of each account and Region, by listing folders only. */
import type { Bucket } from "../aws/s3/bucket.ts";
import { SpillwayError } from "../errors.ts";
import { mapAtOnce } from "./map-at-once.ts";

export interface AreaFolders {
  /** The part of the key before `AWSLogs/`. */
  readonly base: string;
  readonly accountId: string;
  readonly region: string;
  /** `.../CloudTrail-Digest/REGION/`; more than one when the trail became an organization's. */
  readonly digests: Set<string>;
  /** `.../CloudTrail/REGION/`. */
  readonly logs: Set<string>;
}

export interface FoundAreas {
  readonly areas: readonly AreaFolders[];
  /** Folders whose listing was refused, each in a sentence. */
  readonly refused: readonly string[];
}

export interface AreaFilter {
  /** The accounts to look for; empty for all. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
}

/** The depth of the search: CloudTrail allows 200 characters before `AWSLogs/`; in practice there are one or two folders. */
const maxDepth = 6;
const maxFolders = 1000;
const listingsAtOnce = 16;
const regionName = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;
const kinds = ["CloudTrail", "CloudTrail-Digest"] as const;

export async function findAreas(bucket: Bucket, prefix: string, filter: AreaFilter): Promise<FoundAreas> {
  const search = new Search(bucket, filter);
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  // The last one: Control Tower nests them.
  const at = `/${folder}`.lastIndexOf("/AWSLogs/");
  if (at < 0) await search.above(folder);
  else
    await search.within(
      folder.slice(0, at),
      folder
        .slice(at + "AWSLogs/".length)
        .split("/")
        .slice(0, -1),
    );
  return { areas: [...search.areas.values()], refused: [...search.refused] };
}

class Search {
  readonly areas = new Map<string, AreaFolders>();
  readonly refused = new Set<string>();
  readonly #bucket: Bucket;
  readonly #filter: AreaFilter;

  constructor(bucket: Bucket, filter: AreaFilter) {
    this.#bucket = bucket;
    this.#filter = filter;
  }

  /** Finds every `AWSLogs/` below `folder`, level by level. */
  async above(folder: string): Promise<void> {
    let level = [folder];
    let searched = 0;
    for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
      if (searched + level.length > maxFolders) {
        this.refused.add(
          `only the first ${maxFolders} folders were searched for AWSLogs/: name the prefix of the trail`,
        );
        return;
      }
      searched += level.length;
      const below = (await mapAtOnce(level, listingsAtOnce, (each) => this.#folders(each, depth === 0))).flat();
      const roots = below.filter((each) => nameOf(each) === "AWSLogs");
      await mapAtOnce(roots, listingsAtOnce, (root) => this.within(root.slice(0, -"AWSLogs/".length), []));
      level = below.filter((each) => nameOf(each) !== "AWSLogs");
    }
  }

  /** Searches an `AWSLogs/`; `rest` is the prefix's part after it. */
  async within(base: string, rest: readonly string[]): Promise<void> {
    const [first, ...others] = rest;
    const root = `${base}AWSLogs/`;
    if (first === undefined) {
      const folders = await this.#folders(root, true);
      const organizations = folders.filter((folder) => /^o-[a-z0-9]+$/.test(nameOf(folder)));
      await mapAtOnce(organizations, listingsAtOnce, (folder) => this.#accounts(base, folder));
      await this.#accountFolders(base, folders);
    } else if (/^o-[a-z0-9]+$/.test(first)) {
      if (others[0] === undefined) await this.#accounts(base, `${root}${first}/`);
      else await this.#account(base, `${root}${first}/${others[0]}/`, others[2]);
    } else await this.#account(base, `${root}${first}/`, others[1]);
  }

  async #accounts(base: string, folder: string): Promise<void> {
    await this.#accountFolders(base, await this.#folders(folder, true));
  }

  async #accountFolders(base: string, folders: readonly string[]): Promise<void> {
    const accounts = folders.filter((folder) => this.#isWanted(this.#filter.accounts, nameOf(folder)));
    await mapAtOnce(accounts, listingsAtOnce, (folder) => this.#account(base, folder, undefined));
  }

  /** Logs and digests belong together, whichever of them the prefix names. */
  async #account(base: string, folder: string, only: string | undefined): Promise<void> {
    const accountId = nameOf(folder);
    if (!/^\d{12}$/.test(accountId) || !this.#isWanted(this.#filter.accounts, accountId)) return;
    for (const kind of kinds) {
      const regions =
        only === undefined ? await this.#folders(`${folder}${kind}/`, false) : [`${folder}${kind}/${only}/`];
      for (const each of regions) {
        const region = nameOf(each);
        if (!regionName.test(region) || !this.#isWanted(this.#filter.regions, region)) continue;
        const key = `${base} ${accountId} ${region}`;
        const area = this.areas.get(key) ?? { base, accountId, region, digests: new Set(), logs: new Set() };
        this.areas.set(key, area);
        (kind === "CloudTrail" ? area.logs : area.digests).add(each);
      }
    }
  }

  #isWanted(wanted: readonly string[], name: string): boolean {
    return wanted.length === 0 || wanted.includes(name);
  }

  /** The sub-folders; a refusal is noted, and ends the search only for the folder that the user named. */
  async #folders(folder: string, isRequired: boolean): Promise<readonly string[]> {
    try {
      return (await this.#bucket.folders(folder)).folders;
    } catch (thrown) {
      if (isRequired || !(thrown instanceof SpillwayError) || thrown.code !== "source-denied") throw thrown;
      this.refused.add(thrown.message);
      return [];
    }
  }
}

/** The last part of a folder: `b` for `a/b/`. */
function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf("/", folder.length - 2) + 1, -1);
}
