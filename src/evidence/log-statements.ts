/** The statements behind what a pack says of model invocation logs, which no digest covers: the objects, and the calls that rest on them. */
import type { Qualify } from "../sql/scope.ts";

/** A log may be a moment older or younger than its call: so the range holds for the calls alone. */
const calls = (qualify: Qualify): string => `FROM invocation AS i
JOIN ${qualify("invocation_log")} AS l
  ON l.invocation_key = i.invocation_key
  AND l.account_id = i.account_id
WHERE i.region_evidence = 'invocation-log'`;

/** Of each call whose served Region a log alone states: which record of which object. */
export function callsByLog(qualify: Qualify): string {
  return `SELECT i.invocation_key, i.account_id, l.inference_region, l.object_uri, l.record_index
${calls(qualify)}
ORDER BY i.event_time, i.invocation_key`;
}

/** Objects of the days of the range and those that a call rests on; not the files of prompts beside them, which are skipped by their name. */
export function logInputs(qualify: Qualify): string {
  const columns = "uri, etag, size, status, reason, account_id, region, day, records, kept, other, rejected";
  return `SELECT ${columns}
FROM invocation_log_object
WHERE status <> 'skipped'
UNION
SELECT ${columns}
FROM ${qualify("invocation_log_object")}
WHERE status <> 'skipped'
  AND uri IN (
    SELECT l.object_uri
    ${calls(qualify).replaceAll("\n", "\n    ")}
  )
ORDER BY ALL`;
}
