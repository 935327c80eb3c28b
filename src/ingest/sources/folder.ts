/** The folder source: a local copy of trail objects, as `aws s3 sync` leaves it, or a single file. */
import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { SpillwayError, messageOf, systemCode } from "../../errors.ts";
import type { Listed, ListedChunk, ObjectSource, SourceOutcome, SourceReport, TrailObject } from "../listing/source.ts";
import { type Layout, trailLayout } from "../listing/layout.ts";
import { placeOf } from "../listing/trail-prefix.ts";

/** The size of the first chunk: small, to start reading at once; later ones are large, which is cheaper for the ledger. */
const firstChunk = 64;
const largestChunk = 2048;

export interface FolderOptions {
  /** Whether files of any name are read, not only those named like a log. */
  readonly anyName?: boolean | undefined;
  readonly layout?: Layout | undefined;
}

/** @throws SpillwayError `source-not-found`, `source-denied` when the folder itself cannot be read */
export function folderSource(
  folder: string,
  { anyName = false, layout = trailLayout }: FolderOptions = {},
): ObjectSource {
  const root = resolve(folder);
  // Before a warehouse is made: a misspelt name should leave nothing behind.
  const isFolder = statRoot(folder, root).isDirectory();
  return {
    name: folder,
    kind: layout.kind,
    async *list(): AsyncIterable<ListedChunk> {
      let chunk: TrailObject[] = [];
      let size = firstChunk;
      for (const path of walk(root, statRoot(folder, root))) {
        const object = describe(path, anyName, layout);
        if (object === undefined) continue;
        chunk.push(object);
        if (chunk.length < size) continue;
        yield { objects: chunk };
        chunk = [];
        size = Math.min(size * 2, largestChunk);
      }
      if (chunk.length > 0) yield { objects: chunk };
    },
    ...(isFolder ? { finished: (outcome) => finishFolder(root, outcome, layout) } : {}),
  };
}

/**
 * Findings on files that were loaded from this folder and are gone, as for objects gone from a bucket. The folder is listed as
 * a whole; if it is only part of an account and Region, such as a day, it says nothing about the rest.
 */
async function finishFolder(root: string, outcome: SourceOutcome, layout: Layout): Promise<SourceReport> {
  if (!outcome.complete) return {};
  const below = pathToFileURL(`${root}${root.endsWith(sep) ? "" : sep}`).href;
  const missing = await outcome.missing({
    roots: [],
    whole: [below],
    except: [],
    from: null,
    to: null,
    accounts: [],
    regions: [],
  });
  const isPart = placeOf(sep === "/" ? root : root.replaceAll(sep, "/"), layout.folder).at === "below";
  const whole = { except: [], accounts: [], regions: [], pairs: [], from: null, to: null };
  const listed: Listed = { source: below, now: outcome.now, days: [{ ...whole, below: [below] }] };
  return {
    ...(isPart ? {} : { listed }),
    findings: missing.map(({ uri, etag, day }) => ({
      kind: "object-disappeared",
      uri,
      etag,
      detail: `a file of ${day} that was read before is no longer in the folder; what was loaded from it is kept`,
    })),
  };
}

function statRoot(folder: string, root: string): Stats {
  try {
    return statSync(root);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new SpillwayError("source-not-found", `there is no folder ${folder}`, {
        next: "Name a folder with CloudTrail logs, for example the copy made by: aws s3 sync s3://BUCKET/AWSLogs ./AWSLogs",
        cause,
      });
    }
    throw unreadable(folder, cause);
  }
}

function unreadable(folder: string, cause: unknown): SpillwayError {
  return new SpillwayError("source-denied", `cannot read ${folder}: ${messageOf(cause)}`, {
    next: "Give this user read permission on the folder and everything below it.",
    cause,
  });
}

/** The paths below a folder, depth first in name order, following links but no folder twice. */
function* walk(root: string, rootStats: Stats): Generator<string> {
  if (!rootStats.isDirectory()) {
    yield root;
    return;
  }
  const seen = new Set<string>();
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    // The native one: the other asks the file system for every part of the path.
    const real = realpathSync.native(folder);
    if (seen.has(real)) continue;
    seen.add(real);
    const folders: string[] = [];
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (isFolder(entry, path)) folders.push(path);
      else yield path;
    }
    pending.push(...folders.toReversed());
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

function isFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statsOf(path)?.isDirectory() ?? false;
}

/** The stats; undefined for a link that leads nowhere, into a circle or to a forbidden place: reading it shows which. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function describe(path: string, anyName: boolean, layout: Layout): TrailObject | undefined {
  const stats = statsOf(path);
  if (stats !== undefined && !stats.isFile()) return undefined;
  const place = layout.parseKey(sep === "/" ? path : path.replaceAll(sep, "/"), anyName);
  return {
    uri: pathToFileURL(path).href,
    // A broken link has no version: reading it fails, and every run tries again.
    etag: stats === undefined ? "missing" : `${stats.size}-${Math.round(stats.mtimeMs)}`,
    size: stats?.size ?? 0,
    ...place,
    kind: layout.kind,
    locator: { kind: "file", path },
  };
}
