/** The folder archive: a local copy of a bucket, as `aws s3 sync` leaves it. It lacks the signatures beside the digests. */
import { dayMs } from "../day.ts";
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";
import type { Archive, Area, DigestFile, LogFile, StoredDigest, TimeRange, Unread } from "./archive.ts";
import { parseDigestName, parseLogName, tailOf } from "./digest-name.ts";
import { selectDigests } from "./select-digests.ts";
import { unreadOf } from "./unread.ts";

const filesInPage = 2048;
/** `.../AWSLogs/[o-id/]ACCOUNT/CloudTrail[-Digest]/REGION`. */
const areaFolder =
  /^((.*\/|)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/)(CloudTrail|CloudTrail-Digest)\/([a-z]{2,}(?:-[a-z]+)+-\d+)(?:\/|$)/;

interface Folders {
  readonly base: string;
  readonly accountId: string;
  readonly region: string;
  readonly digests: Set<string>;
  readonly logs: Set<string>;
}

/** Opens a folder. @throws SpillwayError `source-not-found`, `source-denied` when the folder itself cannot be read */
export function folderArchive(name: string): Archive {
  const root = asKey(resolve(name));
  const gaps: string[] = [];
  return {
    name,
    gaps,
    areas: () => {
      checkRoot(name, root);
      const found = new Map<string, Folders>();
      findAreas(root, found, gaps, new Set());
      return Promise.resolve([...found.values()].map(areaOf));
    },
  };
}

/** The path with forward slashes. */
function asKey(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

function checkRoot(name: string, root: string): void {
  try {
    if (statSync(root).isDirectory()) {
      entriesOf(root);
      return;
    }
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw thrown;
  }
  throw new SpillwayError("source-not-found", `there is no folder ${name}`, {
    next: "Name a folder that holds AWSLogs/, for example the copy made by: aws s3 sync s3://BUCKET/AWSLogs ./AWSLogs",
  });
}

/** Searches down to the folders of the layout, following links but no folder twice. */
function findAreas(folder: string, found: Map<string, Folders>, gaps: string[], seen: Set<string>): void {
  const match = areaFolder.exec(folder);
  if (match !== null) {
    const [, , base = "", accountId = "", kind, region = ""] = match;
    const key = `${base} ${accountId} ${region}`;
    const known = found.get(key) ?? { base, accountId, region, digests: new Set(), logs: new Set() };
    found.set(key, known);
    // A folder within its days stands for the whole Region.
    (kind === "CloudTrail" ? known.logs : known.digests).add(match[0].replace(/\/$/, ""));
    return;
  }
  const real = realpathSync.native(folder);
  if (seen.has(real)) return;
  seen.add(real);
  for (const entry of searched(folder, gaps)) {
    if (isFolder(entry, folder)) findAreas(`${folder === "/" ? "" : folder}/${entry.name}`, found, gaps, seen);
  }
}

/** The entries of a folder; one that cannot be read is noted and left out. */
function searched(folder: string, gaps: string[]): readonly Dirent[] {
  try {
    return entriesOf(folder);
  } catch (thrown) {
    gaps.push(messageOf(thrown));
    return [];
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return [];
    throw new SpillwayError("source-denied", `cannot read ${folder}: ${messageOf(cause)}`, {
      next: "Give this user read permission on the folder and everything below it.",
      cause,
    });
  }
}

/** A link that leads nowhere is not a folder. */
function isFolder(entry: Dirent, folder: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(`${folder}/${entry.name}`).isDirectory();
  } catch {
    return false;
  }
}

function areaOf({ base, accountId, region, digests, logs }: Folders): Area {
  const files = function* (folders: ReadonlySet<string>, range: TimeRange): Generator<string> {
    for (const folder of folders) yield* filesOfDays(folder, range);
  };
  const all = { from: null, to: null };
  return {
    base,
    accountId,
    region,
    isCopy: true,
    digests: async (range) => {
      const listed: DigestFile[] = [];
      for (const key of files(digests, all)) {
        const name = parseDigestName(key);
        if (name !== null) listed.push({ key, uri: uriOf(key), name, locator: null });
      }
      return selectDigests(listed, range);
    },
    // oxlint-disable-next-line require-await -- the listing of a bucket has to wait, that of a folder has not
    async *logs(range) {
      let page: LogFile[] = [];
      for (const key of files(logs, range)) {
        const name = parseLogName(key);
        if (name === null) continue;
        page.push({ key, uri: uriOf(key), deliveredAt: name.deliveredAt, locator: { kind: "file", path: key } });
        if (page.length < filesInPage) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    },
    readDigest: (file) => Promise.resolve(readDigest(file)),
    // Nothing here tells of which bucket this is a copy.
    keyOf: (_bucket, key) => base + tailOf(key),
    uriOf,
    keyOfUri: (uri) => asKey(fileURLToPath(uri)),
  };
}

function uriOf(key: string): string {
  return pathToFileURL(key).href;
}

/** Files below `folder/yyyy/mm/dd` of the days that the range touches. */
function* filesOfDays(folder: string, { from, to }: TimeRange): Generator<string> {
  const low = from === null ? "" : dayPath(from - dayMs);
  const high = to === null ? "9" : dayPath(to + dayMs);
  for (const year of foldersOf(folder)) {
    for (const month of foldersOf(`${folder}/${year}`)) {
      for (const date of foldersOf(`${folder}/${year}/${month}`)) {
        const path = `${year}/${month}/${date}`;
        if (path < low || path > high) continue;
        for (const entry of entriesOf(`${folder}/${path}`)) {
          if (!entry.isDirectory()) yield `${folder}/${path}/${entry.name}`;
        }
      }
    }
  }
}

function foldersOf(folder: string): readonly string[] {
  return entriesOf(folder).flatMap((entry) => (isFolder(entry, folder) ? [entry.name] : []));
}

function dayPath(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll("-", "/");
}

function readDigest(file: DigestFile): StoredDigest | Unread {
  try {
    return { bytes: readFileSync(file.key), metadata: null };
  } catch (thrown) {
    return unreadOf(thrown);
  }
}
