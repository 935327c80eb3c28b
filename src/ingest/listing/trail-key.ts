/** Owns what the path of a trail object says: account, Region, delivery day, or that it is no log file. */

export interface TrailKey {
  readonly accountId: string | null;
  readonly region: string | null;
  readonly day: string | null;
  readonly skip: string | null;
}

/** CloudTrail User Guide, "Getting and viewing your CloudTrail log files"; the `o-...` folder is there for organization trails. */
const layout =
  /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/(CloudTrail[A-Za-z-]*)\/([a-z0-9-]+)\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]+$/;

const otherFolders: readonly (readonly [needle: string, reason: string])[] = [
  ["CloudTrail-Digest", "digest file"],
  ["CloudTrail-Insight", "Insight file"],
  ["CloudTrail-NetworkActivity", "network activity file"],
  ["CloudTrail-Aggregated", "aggregated file"],
  ["BedrockModelInvocationLogs", "model invocation log"],
];

const logName = /\.(?:json|jsonl|ndjson|log)(?:\.gz)?$|\.gz$/i;

/**
 * Reads a key or a path with forward slashes. Any folder may stand before `AWSLogs/`;
 * without that layout the name alone decides, and account, Region and day stay unknown.
 */
export function parseTrailKey(key: string): TrailKey {
  const match = layout.exec(key);
  const place = match
    ? { accountId: match[1] ?? null, region: match[3] ?? null, day: `${match[4]}-${match[5]}-${match[6]}` }
    : { accountId: null, region: null, day: null };
  return { ...place, skip: skipReason(key) };
}

function skipReason(key: string): string | null {
  for (const [needle, reason] of otherFolders) {
    if (key.includes(`/${needle}/`) || key.includes(`_${needle}_`) || key.startsWith(`${needle}/`)) return reason;
  }
  const name = key.slice(key.lastIndexOf("/") + 1);
  if (name === "" || name.startsWith(".")) return "hidden file";
  return logName.test(name) ? null : "not the name of a log file";
}
