/** The statements behind a pack's files: all rows by a total order, so that the same warehouse gives the same bytes. */
import { dayMs } from "../day.ts";
import { jurisdictionRows } from "../reference/jurisdictions.ts";
import { textLiteral, timestampLiteral } from "../sql/literal.ts";
import type { Qualify } from "../sql/scope.ts";
import { withLocalPlaces } from "./local-places.ts";

const calls = `SELECT i.* REPLACE (coalesce(p.place, i.object_uri) AS object_uri)
FROM invocation AS i
LEFT JOIN local_place AS p ON p.uri = i.object_uri`;

/** Calls in the order of their time; the key makes it total. */
export function invocationRows(qualify: Qualify): string {
  return withLocalPlaces(
    `${calls}
ORDER BY i.event_time, i.invocation_key`,
    qualify,
  );
}

export function outsideRows(qualify: Qualify): string {
  return withLocalPlaces(
    `${calls}
WHERE i.outcome = 'served'
  AND i.served_region IS NOT NULL
  AND i.served_region NOT IN (SELECT region FROM boundary)
ORDER BY i.event_time, i.invocation_key`,
    qualify,
  );
}

export const figures = `SELECT
  count(*) AS invocations,
  count(CASE WHEN outcome = 'served' THEN 1 END) AS served,
  count(CASE WHEN outcome = 'served' AND served_region NOT IN (SELECT region FROM boundary) THEN 1 END) AS outside,
  count(CASE WHEN outcome = 'served' AND served_region IS NULL THEN 1 END) AS unknown_region,
  count(CASE WHEN outcome = 'served' AND spilled THEN 1 END) AS spilled,
  count(CASE WHEN outcome = 'denied' THEN 1 END) AS denied,
  count(CASE WHEN outcome = 'throttled' THEN 1 END) AS throttled,
  count(CASE WHEN outcome = 'failed' THEN 1 END) AS failed,
  count(CASE WHEN outcome = 'served' AND region_evidence = 'invocation-log' THEN 1 END) AS by_invocation_log
FROM invocation`;

export const months = `SELECT DISTINCT strftime(event_time, '%Y-%m') AS month
FROM invocation
ORDER BY month`;

/** Countries that inference was called in and processed in; the safeguard is for the reader to fill in. */
export function countries(): string {
  const decisions = jurisdictionRows().map(({ country, adequacy_decision: decision, adequacy_scope: scope }) => {
    const cells = [country, decision, scope].map((text) =>
      text === null ? "cast(NULL AS varchar)" : textLiteral(text),
    );
    return `(${cells.join(", ")})`;
  });
  return `WITH adequacy AS (
  SELECT country, adequacy_decision, adequacy_scope
  FROM (VALUES
${decisions.join(",\n")}) AS t (country, adequacy_decision, adequacy_scope)
)
SELECT
  source.country AS source_country,
  served.country AS served_country,
  served.country_name AS served_country_name,
  served.eu_member,
  served.eea_member,
  adequacy.adequacy_decision,
  adequacy.adequacy_scope,
  cast(sum(flow.invocations) AS bigint) AS invocations,
  min(flow.first_seen) AS first_seen,
  max(flow.last_seen) AS last_seen,
  cast(NULL AS varchar) AS safeguard,
  CASE
    WHEN flow.served_region IS NULL THEN 'the served Region is not known'
    WHEN served.region IS NULL THEN flow.served_region || ' is not in the reference data: taken as outside'
  END AS note
FROM invocation_day AS flow
LEFT JOIN region AS source ON source.region = flow.source_region
LEFT JOIN region AS served ON served.region = flow.served_region
LEFT JOIN adequacy ON adequacy.country = served.country
WHERE flow.outcome = 'served'
GROUP BY 1, 2, 3, 4, 5, 6, 7, 12
ORDER BY ALL`;
}

/** Regions that served and that the reference data does not know: whatever the boundary, they are outside. */
export const strangeRegions = `SELECT DISTINCT served_region
FROM invocation_day
WHERE served_region IS NOT NULL
  AND served_region NOT IN (SELECT region FROM region)
ORDER BY served_region`;

/** Without the runs and their clocks: who reads the same logs again gets the same file. A local file has no ETag but a time of its copy. */
export function inputs(qualify: Qualify): string {
  return withLocalPlaces(
    `SELECT
  coalesce(p.place, o.uri) AS uri,
  CASE WHEN p.place IS NULL THEN o.etag END AS etag,
  o.version_id, o.size, o.status,
  CASE WHEN p.place IS NULL THEN o.reason ELSE replace(o.reason, url_decode(substr(o.uri, 8)), p.place) END AS reason,
  o.account_id, o.region, o.day, o.records, o.bedrock_events, o.other, o.rejected,
  o.sha256, o.sha256_object, o.flaw, o.digest_verdict, o.digest_reason,
  coalesce(d.place, o.digest_uri) AS digest_uri
FROM trail_object AS o
LEFT JOIN local_place AS p ON p.uri = o.uri
LEFT JOIN local_place AS d ON d.uri = o.digest_uri
ORDER BY ALL`,
    qualify,
  );
}

/** The range that is asked about. */
export interface AskedRange {
  readonly from: Date;
  readonly to: Date;
}

/** The delivery days that a range touches: log files and digests have no finer place. */
function daysOf({ from, to }: AskedRange): { readonly first: string; readonly last: string } {
  const [first, last] = [from, new Date(to.getTime() - 1)].map((time) => time.toISOString().slice(0, 10));
  return { first: first ?? "", last: last ?? "" };
}

/** Digests of the days, and whatever else vouches for their log files: the last hour of a day is in a digest of the next. */
function rangeDigests(range: AskedRange): string {
  const { first, last } = daysOf(range);
  const end = new Date(Date.parse(last) + dayMs + 3_600_000);
  return `FROM digest
WHERE (day >= ${textLiteral(first)} AND ends_at < ${timestampLiteral(end)})
  OR uri IN (SELECT digest_uri FROM trail_object)`;
}

export function digests(range: AskedRange, qualify: Qualify): string {
  return withLocalPlaces(
    `SELECT
  coalesce(p.place, found.uri) AS uri,
  account_id, region, day, trail, kind, verdict, reason, signature, signature_source, fingerprint,
  coalesce(b.place, previous_uri) AS previous_uri,
  sha256, log_files, body
FROM (
  SELECT *
  ${rangeDigests(range).replaceAll("\n", "\n  ")}
) AS found
LEFT JOIN local_place AS p ON p.uri = found.uri
LEFT JOIN local_place AS b ON b.uri = found.previous_uri
ORDER BY account_id, region, trail, kind, ends_at, 1`,
    qualify,
  );
}

/** The keys that those digests name. */
export function publicKeys(range: AskedRange): string {
  return `SELECT region, fingerprint, value, valid_from, valid_to
FROM public_key
WHERE fingerprint IN (
  SELECT fingerprint
  ${rangeDigests(range).replaceAll("\n", "\n  ")}
)
ORDER BY ALL`;
}

export function missingLogs(range: AskedRange, qualify: Qualify): string {
  const { first, last } = daysOf(range);
  return withLocalPlaces(
    `SELECT
  coalesce(p.place, m.uri) AS uri,
  m.account_id, m.region, m.day, m.verdict, m.reason,
  coalesce(d.place, m.digest_uri) AS digest_uri,
  m.listed_hash
FROM missing_log AS m
LEFT JOIN local_place AS p ON p.uri = m.uri
LEFT JOIN local_place AS d ON d.uri = m.digest_uri
WHERE m.day IS NULL OR (m.day >= ${textLiteral(first)} AND m.day <= ${textLiteral(last)})
ORDER BY ALL`,
    qualify,
  );
}

/** As far as it says something of the range: what was listed since is not an input of it. */
export function listedWithin(range: AskedRange): string {
  const { first, last } = daysOf(range);
  return `SELECT DISTINCT
  account_id,
  region,
  greatest(coalesce(first_day, ''), ${textLiteral(first)}) AS first_day,
  least(last_day, ${textLiteral(last)}) AS last_day
FROM listed_range
WHERE last_day >= ${textLiteral(first)}
  AND (first_day IS NULL OR first_day <= ${textLiteral(last)})`;
}

export const listedRanges = `SELECT account_id, region, first_day, last_day
FROM listed_range
ORDER BY ALL`;

/** Tables copied whole into the pack. */
export const wholeTables: readonly (readonly [file: string, sql: string])[] = [
  ["reference/regions", "SELECT *\nFROM region\nORDER BY ALL"],
  ["reference/inference-profiles", "SELECT *\nFROM inference_profile\nORDER BY ALL"],
  ["reference/boundaries", "SELECT *\nFROM boundary\nORDER BY ALL"],
  ["reference/expected-trails", "SELECT *\nFROM expected_trail\nORDER BY ALL"],
];

/** A report's rows in an order that ties cannot change. */
export function inTotalOrder(sql: string): string {
  return `SELECT *\nFROM (\n${sql}\n) AS report\nORDER BY ALL`;
}
