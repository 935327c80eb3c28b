/** The names of sources of model invocation logs. */
import { parseS3Url } from "../../../aws/s3/url.ts";
import { usageError } from "../../../errors.ts";

export const logsPrefix = "invocation-logs:";

/** The place after the prefix. */
export function placeOfLogs(name: string): string {
  return name.slice(logsPrefix.length);
}

/** The bucket in the name. @throws SpillwayError `usage` */
export function parseLogsUrl(name: string): unknown {
  return parseS3Url(placeOfLogs(name));
}

/** The folder in the name. @throws SpillwayError `usage` */
export function parseLogsFolder(name: string): string {
  const folder = placeOfLogs(name);
  if (folder !== "") return folder;
  throw usageError(`${logsPrefix} names nothing`, `Write ${logsPrefix}s3://BUCKET/PREFIX or ${logsPrefix}./folder.`);
}
