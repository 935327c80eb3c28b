/** Owns the sources of model invocation logs: a bucket or a folder, as for trails, with Bedrock's layout and a ledger of its own. */
import type { ObjectSource } from "../../listing/source.ts";
import { folderSource } from "../folder.ts";
import type { S3SourceOptions } from "../s3/options.ts";
import { invocationLogLayout } from "./layout.ts";
import { parseLogsFolder, placeOfLogs } from "./name.ts";

export async function bucketOfLogs(name: string, options: S3SourceOptions): Promise<ObjectSource> {
  const { s3Source } = await import("../s3/source.ts");
  return named(name, s3Source(placeOfLogs(name), { ...options, layout: invocationLogLayout }));
}

export function folderOfLogs(name: string, options: { readonly anyName?: boolean | undefined }): ObjectSource {
  return named(name, folderSource(parseLogsFolder(name), { ...options, layout: invocationLogLayout }));
}

/** The user's own words in messages and the run's row. */
function named(name: string, source: ObjectSource): ObjectSource {
  return { ...source, name };
}
