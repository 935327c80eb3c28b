/** What a page becomes in the ledger: a trail object for each day of its events, and one for each day without any. */
import { createHash } from "node:crypto";
import type { TrailObject } from "../../listing/source.ts";
import type { Scan } from "./checkpoint.ts";
import type { LookupPage, LookupRecord } from "./client.ts";
import { type Seconds, dayIn, daysBack, earlier, shiftDays } from "./times.ts";

/** Whose history it is. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly eventSource: string;
  /** Every day of the window gets an object: that nothing happened is known then, and no gap in the coverage. */
  readonly everyDay: boolean;
}

/**
 * The objects of one page, newest day first. Their names say what is in them, so a page that is read again is the same object and is not
 * loaded again, and one with other events never passes for a replaced object. No page leaves no trace: the last one has at least one object.
 */
export function pageObjects(place: Place, scan: Scan, page: LookupPage): TrailObject[] {
  const byDay = new Map<string, LookupRecord[]>();
  const broken: LookupRecord[] = [];
  let at = scan.oldest ?? scan.end;
  for (const record of page.records) {
    at = record.time ?? at;
    if (!isReadable(record)) {
      broken.push(record);
      continue;
    }
    const day = dayIn(at);
    const records = byDay.get(day);
    if (records === undefined) byDay.set(day, [record]);
    else records.push(record);
  }
  const objects = [...byDay].map(([day, records]) => objectOf(place, day, records, answerOf(records), ""));
  if (broken.length > 0) {
    // As they are: their reading fails, and says why.
    const texts = broken.map(({ text }) => text ?? "").join("\n");
    objects.push(objectOf(place, dayIn(at), broken, texts, "unreadable-"));
  }
  const empty = place.everyDay ? daysWithoutEvents(scan, page, byDay) : [];
  const isTraceless = page.token === null && scan.oldest === null && objects.length + empty.length === 0;
  if (isTraceless) empty.push(dayIn(scan.to));
  return [...objects, ...empty.map((day) => emptyObject(place, day))];
}

/** The oldest time of a page, null without any. */
export function oldestOf(page: LookupPage): Seconds | null {
  return page.records.reduce<Seconds | null>(
    (oldest, { time }) => (time === null ? oldest : oldest === null ? time : earlier(time, oldest)),
    null,
  );
}

/** Days that the listing has passed with this page: down to its oldest event, or to the start of the window with the last page. */
function daysWithoutEvents(scan: Scan, page: LookupPage, byDay: ReadonlyMap<string, unknown>): string[] {
  const oldest = oldestOf(page);
  const down = page.token === null ? scan.from : oldest;
  if (down === null) return [];
  const above = scan.oldest === null ? dayIn(scan.to) : dayIn(shiftDays(scan.oldest, -1));
  return daysBack(above, dayIn(down)).filter((day) => !byDay.has(day));
}

/** One record that is not JSON must not take the others of its page with it. */
function isReadable({ text }: LookupRecord): boolean {
  if (text === null) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** In the form of `aws cloudtrail lookup-events`, which the parser reads. */
function answerOf(records: readonly LookupRecord[]): string {
  return JSON.stringify({ Events: records.map(({ text }) => ({ CloudTrailEvent: text })) });
}

function objectOf(
  place: Place,
  day: string,
  records: readonly LookupRecord[],
  content: string,
  kind: string,
): TrailObject {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  const newest = (records[0]?.time ?? "").slice(11).replaceAll(":", "");
  return {
    ...describe(place, day, `${kind}${newest}-${hash.slice(0, 16)}`),
    etag: hash,
    size: bytes.length,
    locator: { kind: "bytes", bytes },
  };
}

function emptyObject(place: Place, day: string): TrailObject {
  const bytes = Buffer.from(`{"Events":[]}`);
  return { ...describe(place, day, "no-events"), etag: "none", size: bytes.length, locator: { kind: "bytes", bytes } };
}

function describe(
  { account, region, eventSource }: Place,
  day: string,
  name: string,
): Pick<TrailObject, "uri" | "accountId" | "region" | "day" | "skip"> {
  return {
    uri: `lookup:${account}/${region}/${eventSource}/${day}/${name}`,
    accountId: account,
    region,
    day,
    skip: null,
  };
}
