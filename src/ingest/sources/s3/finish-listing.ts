/** The end of a listing, after all is committed: what is remembered, what disappeared, what was not seen. */
import type { LogFinding, ListedKeyRange, MissingObject, SourceOutcome, SourceReport } from "../../listing/source.ts";
import { dayOf, daysBetween } from "../../../day.ts";
import { advanced } from "./days.ts";
import { depthGap } from "./discover.ts";
import { statesOf } from "./history.ts";
import { type S3Listing, listedDays, newlyKnown } from "./listed-days.ts";
import { type S3SourceOptions, defaultKeptDays } from "./options.ts";
import { parseS3Url } from "../../../aws/s3/url.ts";

export async function finishListing(
  url: string,
  options: S3SourceOptions,
  listed: S3Listing | undefined,
  outcome: SourceOutcome,
): Promise<SourceReport> {
  if (listed === undefined) return {};
  const { found, denied } = listed;
  const gaps = [...new Set(denied.map(({ error }) => error.message))];
  const deep = depthGap(url, found);
  if (deep !== undefined) gaps.push(deep);
  if (found.gaveUpAfter !== null) {
    gaps.push(`only the first ${found.gaveUpAfter} folders of ${url} were searched for trails`);
  }
  if (!outcome.complete) return { gaps };
  const missing = await outcome.missing(listedKeysOf(url, options, listed));
  const { bucket, prefix } = parseS3Url(url);
  const unreadSince = await outcome.oldestUnread([`s3://${bucket}/${prefix}`]);
  const moved = denied.length === 0 ? advanced(listed.history, listed.days, listed.now, listed.newest) : listed.history;
  return {
    states: [...statesOf(listed.scope, { ...moved, unreadSince }), ...newlyKnown(listed)],
    findings: disappeared(missing, options.keptDays ?? defaultKeptDays, dayOf(listed.now)),
    gaps,
    listed: { source: listed.scope, days: listedDays(options, listed), now: listed.now },
  };
}

/** The part of a trail folder below its root `.../AWSLogs/`, where an account whose folder is gone is missed. */
const belowRoot = /(?:o-[a-z0-9]+\/)?\d{12}\/[A-Za-z]+\/[^/]+\/$/;

function listedKeysOf(url: string, options: S3SourceOptions, { days, found, denied }: S3Listing): ListedKeyRange {
  const { bucket, prefix } = parseS3Url(url);
  const uri = (path: string): string => `s3://${bucket}/${path}`;
  const roots = found.trailFolders.map((folder) => {
    const root = folder.replace(belowRoot, "");
    return root.length < prefix.length ? prefix : root;
  });
  const whole = found.wholePrefixes.map(uri);
  const asked = days.why === "asked";
  return {
    // Days asked for also apply below whole prefixes, where keys contain a day.
    roots: [...new Set(roots)].map(uri).concat(asked ? whole : []),
    whole: asked ? [] : whole,
    from: days.from,
    to: days.to,
    except: denied.map((refused) => uri(refused.prefix)),
    accounts: options.accounts ?? [],
    regions: options.regions ?? [],
  };
}

/** Findings on missing objects, except for those old enough that the bucket's lifecycle may have deleted them. */
function disappeared(missing: readonly MissingObject[], keptDays: number, today: string): readonly LogFinding[] {
  return missing
    .map((object) => ({ ...object, age: daysBetween(object.day, today) }))
    .filter(({ age }) => age < keptDays)
    .map(({ uri, etag, day, age }) => ({
      kind: "object-disappeared",
      uri,
      etag,
      detail: `delivered on ${day}, gone after ${age} days; it should be kept for ${keptDays}`,
    }));
}
