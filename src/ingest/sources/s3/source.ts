/** The S3 source: from `s3://bucket/prefix` to trail objects. It lists in this thread; workers fetch. */
import { setMaxListeners } from "node:events";
import { SpillwayError } from "../../../errors.ts";
import { type Logger, silentLogger } from "../../../log.ts";
import type { ListedChunk, ObjectSource, SourceMemory, TrailObject } from "../../listing/source.ts";
import { type Layout, trailLayout } from "../../listing/layout.ts";
import type { S3Access } from "../../../aws/access.ts";
import { accessOf } from "../../../aws/options.ts";
import { type Bucket, type ListedObject, openBucket } from "../../../aws/s3/bucket.ts";
import { dayOf, firstRunDays } from "../../../day.ts";
import { type DayRange, type ListingHistory, daysOfNewFolder, daysToList } from "./days.ts";
import { type DeniedPrefix, type Discovered, depthGap, discoverTrails } from "./discover.ts";
import { finishListing } from "./finish-listing.ts";
import { historyOf, knownFolders } from "./history.ts";
import type { S3Listing } from "./listed-days.ts";
import { locateBucket } from "../../../aws/s3/locate-bucket.ts";
import { nothingDelivered, nothingThere } from "./nothing-found.ts";
import { type S3SourceOptions, checkS3Options, defaultReaders } from "./options.ts";
import { mergeParallel } from "../../listing/parallel.ts";
import { type ListingTask, planListing } from "./plan-listing.ts";
import { asFolder, placeOf } from "../../listing/trail-prefix.ts";
import { parseS3Url } from "../../../aws/s3/url.ts";

export interface S3Source extends ObjectSource {
  /** The last finished `list()`; undefined before. */
  readonly listed: S3Listing | undefined;
}

/** The name of a source's history: two sources with the same name list the same objects. */
export function s3ListingScope(
  url: string,
  options: Pick<S3SourceOptions, "accounts" | "regions" | "endpoint" | "layout">,
): string {
  const { bucket, prefix } = parseS3Url(url);
  const only = [...(options.accounts ?? []), ...(options.regions ?? [])].toSorted();
  const kind = options.layout === undefined || options.layout === trailLayout ? "" : `${options.layout.kind} `;
  const scope = `${kind}s3://${bucket}/${prefix.replace(/\/+$/, "")}`;
  return [scope, ...(options.endpoint === undefined ? [] : [options.endpoint]), ...only].join(" ");
}

/**
 * Opens a source of the trail objects below `url` that were delivered on the days asked for, else on those of the look-back.
 * @throws SpillwayError `usage` here; from `list()` also `source-not-found`, `source-empty`, `source-denied`,
 *   `source-unreachable`, `credentials`
 */
export function s3Source(url: string, options: S3SourceOptions = {}): S3Source {
  const { bucket, prefix } = parseS3Url(url);
  checkS3Options(options);
  const access = accessOf(bucket, options, process.env);
  // Each listing under way listens to it.
  if (options.signal !== undefined) setMaxListeners(0, options.signal);
  let listed: S3Listing | undefined;
  return {
    name: url,
    kind: (options.layout ?? trailLayout).kind,
    get listed(): S3Listing | undefined {
      return listed;
    },
    async *list(memory: SourceMemory): AsyncIterable<ListedChunk> {
      listed = undefined;
      try {
        listed = yield* listTrails(url, prefix, access, options, memory);
      } catch (thrown) {
        // On a stop the listing ends here, incomplete; what it gave is still read and committed.
        if (options.signal?.aborted !== true) throw thrown;
        // An empty chunk: the run sees that it was stopped before everything was listed.
        yield { objects: [] };
      }
    },
    finished: (outcome) => finishListing(url, options, listed, outcome),
  };
}

async function* listTrails(
  url: string,
  prefix: string,
  unlocated: S3Access,
  options: S3SourceOptions,
  memory: SourceMemory,
): AsyncGenerator<ListedChunk, S3Listing> {
  const log = options.log ?? silentLogger;
  // A policy that allows `AWSLogs/o-id/*` refuses the same prefix without the slash.
  const layout = options.layout ?? trailLayout;
  const probe = placeOf(prefix, layout.folder).at === "below" ? prefix : asFolder(prefix);
  const located = await locateBucket(unlocated, probe, options.signal);
  const now = clockOf(options, located.clockOffsetMs, log);
  const bucket = openBucket(located.access, options.signal);
  const filter = { accounts: options.accounts ?? [], regions: options.regions ?? [] };
  const found = await discoverTrails(bucket, prefix, filter, layout.folder);
  warnAbout(found, url, log);
  if (found.trailFolders.length + found.wholePrefixes.length === 0)
    throw await nothingThere(url, prefix, filter, found, bucket, layout);

  const scope = s3ListingScope(url, options);
  const remembered = await memory.read(scope);
  const history = historyOf(remembered);
  warnAboutClock(history, now, log);
  const days = daysToList(options, history, now);
  const known = knownFolders(remembered);
  const newFolders = found.trailFolders.filter((folder) => !known.has(folder));
  const newDays = daysOfNewFolder(days, now);
  sayDays(url, days, found, log);
  if (newDays.from !== days.from && newFolders.length > 0) sayNewFolders(url, newFolders, newDays, log);
  const readers = options.readers ?? defaultReaders;
  const denied: DeniedPrefix[] = [...found.denied];
  const old = { ...found, trailFolders: found.trailFolders.filter((folder) => known.has(folder)) };
  const added = { trailFolders: newFolders, wholePrefixes: [] };
  const tasks = [...planListing(old, days, dayOf(now), readers), ...planListing(added, newDays, dayOf(now), readers)];
  const streams = tasks.map(
    (task) => (): AsyncGenerator<readonly ListedObject[]> => readTask(bucket, task, denied, log),
  );
  let objects = 0;
  let newest: string | null = null;
  for await (const page of mergeParallel(streams, readers)) {
    const listed = page
      .map((object) => describe(object, located.access, layout, options.anyName))
      .filter((object) => isAsked(object, days));
    objects += listed.length;
    for (const { day } of listed) if (day !== null && (newest === null || day > newest)) newest = day;
    if (listed.length > 0) yield { objects: listed };
  }
  const first = denied[0]?.error;
  if (objects === 0 && first !== undefined) throw first;
  if (objects === 0 && days.why !== "look-back" && days.why !== "daily")
    throw await nothingDelivered(url, prefix, days, found, bucket, layout);
  return { scope, days, newFolders, newDays, found, objects, newest, denied, history, now };
}

/** The objects of a task; a prefix whose listing is refused is a gap to report, not the end of the run. */
async function* readTask(
  bucket: Bucket,
  task: ListingTask,
  denied: DeniedPrefix[],
  log: Logger,
): AsyncGenerator<readonly ListedObject[]> {
  try {
    yield* bucket.keys(task);
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError) || thrown.code !== "source-denied") throw thrown;
    const isNew = !denied.some(({ error }) => error.message === thrown.message);
    denied.push({ prefix: task.prefix, error: thrown });
    if (!isNew) return;
    log.warn(`${thrown.message}; the rest is read`, { next: thrown.next });
  }
}

function describe(
  { key, etag, size, version }: ListedObject,
  access: S3Access,
  { kind, parseKey }: Layout,
  anyName?: boolean,
): TrailObject {
  return {
    uri: `s3://${access.bucket}/${key}`,
    etag: version,
    size: size ?? 0,
    ...parseKey(key, anyName),
    kind,
    locator: { kind: "s3", key, etag, size, access },
  };
}

/** Whether an object's day was asked for: whole prefixes are listed without bounds. */
function isAsked({ day }: TrailObject, { why, from, to }: DayRange): boolean {
  if (why !== "asked" || day === null) return true;
  return (from === null || day >= from) && (to === null || day <= to);
}

/** The store's clock: a wrong one on this machine would look back on the wrong days. */
function clockOf(options: S3SourceOptions, offsetMs: number, log: Logger): Date {
  const now = (options.now ?? ((): Date => new Date()))();
  // The SDK's offset includes the seconds that an answer takes.
  if (Math.abs(offsetMs) < 60_000) return now;
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  log.warn(
    `the clock of this machine is ${minutes} minutes ${offsetMs > 0 ? "behind" : "ahead of"} the one of S3; the latter is used`,
  );
  return new Date(now.getTime() + offsetMs);
}

/** Warns about a clock that is behind a delivery: objects are in the folder of the day AWS delivered them. */
function warnAboutClock({ lastComplete }: ListingHistory, now: Date, log: Logger): void {
  if (lastComplete === null || dayOf(now) >= lastComplete.reached) return;
  log.warn(
    `the clock says ${dayOf(now)}, but objects delivered on ${lastComplete.reached} were listed already; looking back from there`,
    { next: "Set the clock, for example through NTP." },
  );
}

function warnAbout(found: Discovered, url: string, log: Logger): void {
  for (const { error } of found.denied) log.warn(`${error.message}; the rest is read`, { next: error.next });
  const deep = depthGap(url, found);
  if (deep !== undefined) log.warn(`${deep}; name the prefix of the trail if it lies there`);
  if (found.gaveUpAfter !== null) {
    log.warn(
      `looked for AWSLogs/ in the first ${found.gaveUpAfter} folders of ${url} only; name the prefix of the trail to be sure`,
    );
  }
}

/** Reports folders that are new in a known source: their files of the last weeks may not be loaded. */
function sayNewFolders(url: string, folders: readonly string[], { from }: DayRange, log: Logger): void {
  const some = folders.slice(0, 3).join(", ");
  const more = folders.length > 3 ? ` and ${folders.length - 3} more` : "";
  log.info(`${url}: new here, and listed from ${from ?? "the beginning"} on: ${some}${more}`);
}

function sayDays(url: string, { why, from, to }: DayRange, found: Discovered, log: Logger): void {
  const folders = found.trailFolders.length;
  if (folders === 0) {
    log.info(`${url}: listing everything below it`);
    return;
  }
  const days = `${from ?? "the beginning"} to ${to ?? "now"}`;
  log.info(`${url}: listing ${days} in ${folders} account-Region ${folders === 1 ? "folder" : "folders"}`);
  if (why === "first-run") {
    log.info(`first run: it goes ${firstRunDays} days back; for older logs: spillway ingest ${url} --from YYYY-MM-DD`);
  }
}
