/** The publishing of a finished working file: a copy, renamed into the place of the file that analysts open. */
import { constants } from "node:fs";
import { copyFile, open, rename } from "node:fs/promises";
import { publishingFile, removeLogs, removeSide } from "./side-files.ts";

/**
 * Replaces `target` by a copy of `source`, whole or not at all. The bytes are on disk before the name changes.
 * A FILE.wal that a client left belongs to the old file: DuckDB would replay it over the new one without a warning.
 */
export async function replaceFile(source: string, target: string): Promise<void> {
  const temporary = publishingFile(target);
  await removeSide(temporary);
  // a clone where the file system can, else a copy in the kernel
  await copyFile(source, temporary, constants.COPYFILE_FICLONE);
  await flush(temporary);
  await removeLogs(target);
  await rename(temporary, target);
  await removeLogs(target);
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
