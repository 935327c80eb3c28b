/** The messages when a listing finds nothing: what was looked for, and what the bucket has there. */
import { SpillwayError } from "../../../errors.ts";
import type { Bucket } from "../../../aws/s3/bucket.ts";
import type { DayRange } from "./days.ts";
import type { Discovered, TrailFilter } from "./discover.ts";
import { mapParallel } from "../../listing/parallel.ts";
import type { Layout } from "../../listing/layout.ts";
import { folderName, placeOf } from "../../listing/trail-prefix.ts";

const examples = 8;
const foldersProbed = 8;

/** The error when there is no trail below the prefix. */
export async function nothingThere(
  url: string,
  prefix: string,
  filter: TrailFilter,
  found: Discovered,
  bucket: Bucket,
  layout: Layout,
): Promise<SpillwayError> {
  const first = found.denied[0]?.error;
  if (first !== undefined) return first;
  const place = placeOf(prefix, layout.folder).at;
  const lookedFor =
    place === "above"
      ? `[prefix/]AWSLogs/[o-id/]ACCOUNT/${layout.folder}/REGION/`
      : `[o-id/]ACCOUNT/${layout.folder}/REGION/`;
  const only = [...filter.accounts, ...filter.regions];
  const asked = only.length === 0 ? "" : ` for ${only.join(", ")}`;
  // Near misses first: an account or service folder explains more than the other folders of the bucket.
  const others = found.others.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const has = others.length === 0 ? await whatIsThere(bucket, prefix) : `the bucket has there: ${some(others)}`;
  const looked = place === "below" ? "" : `: looked for ${lookedFor}${asked}`;
  return new SpillwayError("source-empty", `no ${layout.sought} found in ${url}${looked}; ${has}`, {
    next: layout.next,
  });
}

/** The error when trails exist, but nothing was delivered on the listed days. */
export async function nothingDelivered(
  url: string,
  prefix: string,
  days: DayRange,
  found: Discovered,
  bucket: Bucket,
  layout: Layout,
): Promise<SpillwayError> {
  const count = found.trailFolders.length;
  const during = `from ${days.from ?? "the beginning"} to ${days.to ?? "now"}`;
  if (count === 0) {
    const when = days.why === "asked" ? ` ${during}` : "";
    return new SpillwayError("source-empty", `no object below ${url}${when}; ${await whatIsThere(bucket, prefix)}`, {
      next: `Name a folder of the ${layout.sought}, or a whole key.`,
    });
  }
  const spans = await mapParallel(found.trailFolders.slice(0, foldersProbed), foldersProbed, (folder) =>
    spanOf(bucket, folder),
  );
  const known = spans.filter((span) => span !== undefined);
  const firstDay = known.map(({ first }) => first).toSorted()[0];
  const lastDay = known
    .map(({ last }) => last)
    .toSorted()
    .at(-1);
  const has =
    firstDay === undefined
      ? await whatIsThere(bucket, found.trailFolders[0] ?? prefix)
      : `what is there was delivered from ${firstDay} to ${lastDay ?? firstDay}`;
  const where = `in ${count} account-Region ${count === 1 ? "folder" : "folders"}`;
  return new SpillwayError("source-empty", `no object in ${url} ${where} ${during}; ${has}`, {
    next: firstDay === undefined ? layout.nextIfSilent : `Name days, for example: --from ${firstDay}`,
  });
}

/** The nearest folder at or above the prefix that is not empty, with its content. */
async function whatIsThere(bucket: Bucket, prefix: string): Promise<string> {
  for (let folder = parentOf(`${prefix}x`); ; folder = parentOf(folder)) {
    try {
      const { folders, keys } = await bucket.folders(folder);
      const names = [...folders.map((name) => `${folderName(name)}/`), ...keys.map((key) => key.slice(folder.length))];
      if (names.length > 0) return `s3://${bucket.access.bucket}/${folder} has: ${some(names)}`;
    } catch {
      // Listing it is refused: nothing can be said about it, and the first finding stays.
      return "nothing lies below this prefix";
    }
    if (folder === "") return "the bucket is empty";
  }
}

/** The parent of a path: `a/` for `a/b/` and `a/b`, the whole bucket for `a`. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/", path.length - 2) + 1);
}

function some(names: readonly string[]): string {
  const more = names.length - examples;
  return `${names.slice(0, examples).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

function rank(folder: string): number {
  return folder.includes("AWSLogs/") ? 0 : 1;
}

/** First and last day folder of a trail folder: six small listings. */
async function spanOf(bucket: Bucket, folder: string): Promise<{ first: string; last: string } | undefined> {
  const first = await edge(bucket, folder, 0);
  const last = await edge(bucket, folder, -1);
  return first === undefined || last === undefined ? undefined : { first, last };
}

async function edge(bucket: Bucket, folder: string, at: 0 | -1): Promise<string | undefined> {
  let below = folder;
  const parts: string[] = [];
  for (let level = 0; level < 3; level++) {
    const next = (await bucket.folders(below)).folders.filter((name) => /^\d+$/.test(folderName(name))).at(at);
    if (next === undefined) return undefined;
    parts.push(folderName(next));
    below = next;
  }
  return parts.join("-");
}
