/** The trail objects of a page: one for each day of its events, and one for each day without any. */
import { createHash } from "node:crypto";
import type { TrailObject } from "../../listing/source.ts";
import type { Scan } from "./checkpoint.ts";
import type { LookupPage, LookupRecord } from "./client.ts";
import { type Seconds, dayIn, daysBack, earlier, shiftDays } from "./times.ts";

/** The account and Region of a history. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly eventSource: string;
  /** Whether every day of the window gets an object: a day without events is then known, and not a gap in the coverage. */
  readonly everyDay: boolean;
}

/**
 * The objects of one page, newest day first. They are named after their content: a page that is read again is the same object and is not
 * loaded again, and one with other events does not pass for a replaced object. The last page has at least one object.
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
    // As they are: reading them fails with the reason.
    const texts = broken.map(({ text }) => text ?? "").join("\n");
    objects.push(objectOf(place, dayIn(at), broken, texts, "unreadable-"));
  }
  const empty = place.everyDay ? daysWithoutEvents(scan, page, byDay) : [];
  const isTraceless = page.token === null && scan.oldest === null && objects.length + empty.length === 0;
  if (isTraceless) empty.push(dayIn(scan.to));
  return [...objects, ...empty.map((day) => emptyObject(place, day))];
}

/** The oldest time of a page; null if it has none. */
export function oldestOf(page: LookupPage): Seconds | null {
  return page.records.reduce<Seconds | null>(
    (oldest, { time }) => (time === null ? oldest : oldest === null ? time : earlier(time, oldest)),
    null,
  );
}

/** Days that the listing passes with this page: down to its oldest event, or for the last page to the start of the window. */
function daysWithoutEvents(scan: Scan, page: LookupPage, byDay: ReadonlyMap<string, unknown>): string[] {
  const oldest = oldestOf(page);
  const down = page.token === null ? scan.from : oldest;
  if (down === null) return [];
  const above = scan.oldest === null ? dayIn(scan.to) : dayIn(shiftDays(scan.oldest, -1));
  return daysBack(above, dayIn(down)).filter((day) => !byDay.has(day));
}

/** Whether a record is JSON: one that is not does not spoil the others of its page. */
function isReadable({ text }: LookupRecord): boolean {
  if (text === null) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The records in the form of `aws cloudtrail lookup-events`, which the parser reads. */
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
