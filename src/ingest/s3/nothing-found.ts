/** Owns what is said when a listing finds nothing: what was looked for, and what the bucket has there. */
import { SpillwayError } from "../../errors.ts";
import type { Bucket } from "./bucket.ts";
import type { DayRange } from "./days.ts";
import type { Discovered, TrailFilter } from "./discover.ts";
import { mapParallel } from "./parallel.ts";
import { folderName, placeOf } from "./trail-prefix.ts";

const examples = 8;
const foldersProbed = 8;

/** No trail at all below the prefix. */
export function nothingThere(url: string, prefix: string, filter: TrailFilter, found: Discovered): SpillwayError {
  const first = found.denied[0];
  if (first !== undefined) return first;
  const lookedFor =
    placeOf(prefix).at === "above"
      ? "[prefix/]AWSLogs/[o-id/]ACCOUNT/CloudTrail/REGION/"
      : "[o-id/]ACCOUNT/CloudTrail/REGION/";
  const only = [...filter.accounts, ...filter.regions];
  const asked = only.length === 0 ? "" : ` for ${only.join(", ")}`;
  // Near misses first: an account or a service folder says more than the other folders of the bucket.
  const others = found.others.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const more = others.length - examples;
  const has =
    others.length === 0
      ? "nothing lies below this prefix"
      : `the bucket has there: ${others.slice(0, examples).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
  return new SpillwayError("source-empty", `no trail found in ${url}: looked for ${lookedFor}${asked}; ${has}`, {
    next: "Name the bucket and prefix of the trail, as in: aws cloudtrail describe-trails --query 'trailList[].[S3BucketName,S3KeyPrefix]'",
  });
}

function rank(folder: string): number {
  return folder.includes("AWSLogs/") ? 0 : 1;
}

/** Trails are there, but nothing was delivered on the days that were listed. */
export async function nothingDelivered(
  url: string,
  days: DayRange,
  found: Discovered,
  bucket: Bucket,
): Promise<SpillwayError> {
  const spans = await mapParallel(found.trailFolders.slice(0, foldersProbed), foldersProbed, (folder) =>
    spanOf(bucket, folder),
  );
  const firstDay = spans.flatMap((span) => (span === undefined ? [] : [span.first])).toSorted()[0];
  const lastDay = spans
    .flatMap((span) => (span === undefined ? [] : [span.last]))
    .toSorted()
    .at(-1);
  const has =
    firstDay === undefined
      ? "those folders hold no days at all"
      : `what is there was delivered from ${firstDay} to ${lastDay ?? firstDay}`;
  const count = found.trailFolders.length;
  const where = count === 0 ? "below it" : `in ${count} account-Region ${count === 1 ? "folder" : "folders"}`;
  const message = `no object in ${url} ${where} from ${days.from ?? "the beginning"} to ${days.to ?? "now"}; ${has}`;
  return new SpillwayError("source-empty", message, {
    next:
      firstDay === undefined
        ? "Check that the trail is logging: aws cloudtrail get-trail-status --name TRAIL"
        : `Name days, for example: --from ${firstDay}`,
  });
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
