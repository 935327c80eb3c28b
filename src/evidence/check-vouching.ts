/** The check of a pack's log files against its valid digests: files called valid are listed by one, and none that they list is left out. */
import { hourMs } from "../day.ts";
import { join } from "node:path";
import type { DigestDocument } from "../integrity/digest-document.ts";
import { tailOf } from "../integrity/digest-name.ts";
import { sameHex } from "../integrity/signature.ts";
import type { Tell } from "./check-bag.ts";
import { type CsvRow, csvRows } from "./csv-rows.ts";
import type { CoverageDay } from "./recount-coverage.ts";

export interface ValidDigest {
  readonly row: CsvRow;
  readonly document: DigestDocument;
}

export interface VouchedLogs {
  /** The number of log files checked, and of those that are valid. */
  readonly logs: number;
  readonly validLogs: number;
}

/** A log file as valid digests list it. */
interface Listed {
  readonly hashes: string[];
  isThere: boolean;
}

export async function checkVouching(
  root: string,
  valid: readonly ValidDigest[],
  coverage: readonly CoverageDay[],
  tell: Tell,
): Promise<VouchedLogs> {
  const listed = new Map<string, Listed>();
  const byDigest = new Map(valid.map(({ row, document }) => [row["uri"] ?? "", document]));
  for (const { document } of valid)
    for (const { s3Object, hashValue } of document.logs) {
      const known = listed.get(tailOf(s3Object));
      if (known === undefined) listed.set(tailOf(s3Object), { hashes: [hashValue.toLowerCase()], isThere: false });
      else known.hashes.push(hashValue.toLowerCase());
    }
  const spans = spansOf(valid);
  const count = { logs: 0, validLogs: 0 };
  for await (const row of csvRows(join(root, "data/inputs.csv"))) {
    if (row["status"] === "skipped") continue;
    count.logs++;
    const entry = listed.get(tailOf(row["uri"] ?? ""));
    if (entry !== undefined) entry.isThere = true;
    if (row["digest_verdict"] === "valid") {
      count.validLogs++;
      checkValid(row, byDigest, tell);
    } else checkOther(row, entry, spans, tell);
  }
  for await (const { uri = "" } of csvRows(join(root, "data/integrity/missing-logs.csv"))) {
    const entry = listed.get(tailOf(uri));
    if (entry !== undefined) entry.isThere = true;
  }
  const read = new Set(coverage.filter(wasRead).map(({ account, region, day }) => `${account} ${region} ${day}`));
  for (const [tail, { isThere }] of listed)
    if (!isThere && read.has(dayOfLog(tail)))
      tell(`a valid digest lists a log file that neither inputs.csv nor missing-logs.csv has: ${tail}`);
  return count;
}

/** Whether a day was read: missing files of other days are not a fault of the pack. */
function wasRead({ objects, gap }: CoverageDay): boolean {
  return objects > 0 || gap === "";
}

function checkValid(row: CsvRow, byDigest: ReadonlyMap<string, DigestDocument>, tell: Tell): void {
  const { uri = "", sha256 = "", digest_uri: digest = "" } = row;
  const hash = byDigest.get(digest)?.logs.find(({ s3Object }) => tailOf(s3Object) === tailOf(uri))?.hashValue;
  if (sha256 === "" || hash === undefined || !sameHex(hash, sha256))
    tell(`inputs.csv calls a log file valid that its digest does not list with this hash: ${uri}`);
}

function checkOther(row: CsvRow, listed: Listed | undefined, spans: Spans, tell: Tell): void {
  const { uri = "", sha256 = "", digest_verdict: verdict = "", account_id: account = "", region = "" } = row;
  if (sha256 === "") return;
  if (listed !== undefined && verdict !== "invalid" && !listed.hashes.includes(sha256.toLowerCase()))
    tell(`a valid digest lists this log file with another hash, and inputs.csv does not say so: ${uri}`);
  if (listed !== undefined || verdict !== "") return;
  const [from = Infinity, to = 0] = spans.get(`${account} ${region}`) ?? [];
  const [, delivered = ""] = /_(\d{8}T\d{4})Z_[^/]*$/.exec(uri) ?? [];
  const time = Date.parse(delivered.replace(/^(\d{4})(\d{2})(\d{2}T\d{2})(\d{2})$/, "$1-$2-$3:$4Z"));
  // the pack also has the digests after its hour
  if (time >= from && time <= to - 2 * hourMs)
    tell(`no digest lists this log file, and inputs.csv does not say so: ${uri}`);
}

/** By account and Region: the time that valid digests cover, epoch milliseconds. */
type Spans = ReadonlyMap<string, readonly [from: number, to: number]>;

function spansOf(valid: readonly ValidDigest[]): Spans {
  const spans = new Map<string, readonly [number, number]>();
  for (const { row, document } of valid) {
    if (row["kind"] === "backfill") continue;
    const pair = `${row["account_id"] ?? ""} ${row["region"] ?? ""}`;
    const [from, to] = spans.get(pair) ?? [document.startsAt, document.endsAt];
    spans.set(pair, [Math.min(from, document.startsAt), Math.max(to, document.endsAt)]);
  }
  return spans;
}

function dayOfLog(tail: string): string {
  const place = /(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d{2})\/(\d{2})\//.exec(tail);
  return place === null ? "" : `${place[1]} ${place[2]} ${place[3]}-${place[4]}-${place[5]}`;
}
