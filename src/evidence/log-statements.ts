/** The statements behind what a pack says of model invocation logs, which no digest covers: the objects, and the calls that rest on them. */
import type { Qualify } from "../sql/scope.ts";
import { withLocalPlaces } from "./local-places.ts";

/** A log may be a moment older or younger than its call: so the range holds for the calls alone. */
const calls = (qualify: Qualify): string => `FROM invocation AS i
JOIN ${qualify("invocation_log")} AS l
  ON l.invocation_key = i.invocation_key
  AND l.account_id = i.account_id`;

/** Of each call whose served Region a log alone states: which record of which object. */
export function callsByLog(qualify: Qualify): string {
  return withLocalPlaces(
    `SELECT i.invocation_key, i.account_id, i.inference_region, coalesce(p.place, i.object_uri) AS object_uri, i.record_index
FROM (
  SELECT i.event_time, i.invocation_key, i.account_id, l.inference_region, l.object_uri, l.record_index
  ${calls(qualify).replaceAll("\n", "\n  ")}
  WHERE i.region_evidence = 'invocation-log'
) AS i
LEFT JOIN local_place AS p ON p.uri = i.object_uri
ORDER BY i.event_time, i.invocation_key`,
    qualify,
  );
}

const counts = ["input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"] as const;

/** Of each call with a count of tokens that CloudTrail does not state: the counts that a log alone states, and which record of which object. */
export function tokensByLog(qualify: Qualify): string {
  const stated = (name: string): string => `CASE WHEN e.${name} IS NULL THEN i.${name} END AS ${name}`;
  return withLocalPlaces(
    `SELECT i.invocation_key, i.account_id,
  ${counts.map((name) => `i.${name}`).join(", ")},
  coalesce(p.place, i.object_uri) AS object_uri, i.record_index
FROM (
  SELECT i.event_time, i.invocation_key, i.account_id, l.object_uri, l.record_index,
    ${counts.map(stated).join(",\n    ")}
  ${calls(qualify).replaceAll("\n", "\n  ")}
  LEFT JOIN (
    SELECT invocation_key, ${counts.map((name) => `max(${name}) AS ${name}`).join(", ")}
    FROM ${qualify("event")}
    WHERE invocation_key IN (SELECT invocation_key FROM ${qualify("invocation_log")})
    GROUP BY invocation_key
  ) AS e ON e.invocation_key = i.invocation_key
) AS i
LEFT JOIN local_place AS p ON p.uri = i.object_uri
WHERE coalesce(${counts.map((name) => `i.${name}`).join(", ")}) IS NOT NULL
ORDER BY i.event_time, i.invocation_key`,
    qualify,
  );
}

/** Objects of the days of the range and those that hold the log of a call; not the files of prompts beside them, which are skipped by their name. */
export function logInputs(qualify: Qualify): string {
  const columns = "uri, etag, size, status, reason, account_id, region, day, records, kept, other, rejected";
  return withLocalPlaces(
    `SELECT found.* REPLACE (
  coalesce(p.place, found.uri) AS uri,
  CASE WHEN p.place IS NULL THEN found.etag END AS etag,
  CASE WHEN p.place IS NULL THEN found.reason ELSE replace(found.reason, url_decode(substr(found.uri, 8)), p.place) END AS reason
)
FROM (
  SELECT ${columns}
  FROM invocation_log_object
  WHERE status <> 'skipped'
  UNION
  SELECT ${columns}
  FROM ${qualify("invocation_log_object")}
  WHERE status <> 'skipped'
    AND uri IN (
      SELECT l.object_uri
      ${calls(qualify).replaceAll("\n", "\n      ")}
    )
) AS found
LEFT JOIN local_place AS p ON p.uri = found.uri
ORDER BY ALL`,
    qualify,
  );
}
