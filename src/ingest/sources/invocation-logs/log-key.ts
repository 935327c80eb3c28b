/** The reading of an invocation log's path: account, Region, day, or that it is another file, never to be opened. */
import { type TrailKey, bodyName, parseTrailKey } from "../../listing/trail-key.ts";

/** Bedrock's folder below `AWSLogs/ACCOUNT/`. */
export const logFolder = "BedrockModelInvocationLogs";

const layout = new RegExp(
  String.raw`(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/${logFolder}\/([a-z0-9-]+)\/(\d{4})\/(\d{2})\/(\d{2})\/`,
);

/** Prompts and completions too large for the record: in `data/`, or recognised by name in flattened copies. */
const bodyFolder = new RegExp(String.raw`(?:^|\/)${logFolder}\/.*\/data\/`);

const trailName = /(?:^|\/)\d{12}_CloudTrail_[^/]*$/;
const trailFolder = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/CloudTrail\//;

/** Reads a key or a path with forward slashes. Outside of Bedrock's layout only the name decides. */
export function parseLogKey(key: string, anyName = false): TrailKey {
  const match = layout.exec(key);
  const place = match
    ? { accountId: match[1] ?? null, region: match[2] ?? null, day: `${match[3]}-${match[4]}-${match[5]}` }
    : { accountId: null, region: null, day: null };
  return { ...place, skip: skipReason(key, anyName) };
}

function skipReason(key: string, anyName: boolean): string | null {
  const name = key.slice(key.lastIndexOf("/") + 1);
  if (name.startsWith("amazon-bedrock-logs-permission-check")) return "permission check";
  if (bodyFolder.test(key) || bodyName.test(key)) return "prompt or completion";
  if (trailFolder.test(key) || trailName.test(key)) return "CloudTrail log";
  const { skip } = parseTrailKey(key, anyName);
  return skip === "model invocation log" ? nameOnly(name, anyName) : skip;
}

/** The reason not to read a file by its name alone, which also applies to files of Bedrock's folder. */
function nameOnly(name: string, anyName: boolean): string | null {
  return parseTrailKey(name, anyName).skip;
}
