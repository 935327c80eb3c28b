/** Owns how a finished working file becomes the file that analysts open: a copy, put in place by rename. */
import { constants } from "node:fs";
import { copyFile, open, rename, rm } from "node:fs/promises";

export const workFile = (file: string): string => `${file}.work`;
export const lockFile = (file: string): string => `${file}.lock`;

/**
 * Replaces `target` by a copy of `source`, whole or not at all. The bytes are on disk before the name changes.
 * A FILE.wal that a client left belongs to the file that goes: DuckDB would replay it over the new one without a warning.
 */
export async function replaceFile(source: string, target: string): Promise<void> {
  const temporary = `${target}.publishing`;
  await rm(temporary, { force: true });
  // a clone where the file system can, else a copy in the kernel
  await copyFile(source, temporary, constants.COPYFILE_FICLONE);
  await flush(temporary);
  await rm(`${target}.wal`, { force: true });
  await rename(temporary, target);
  await rm(`${target}.wal`, { force: true });
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function removeDatabase(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(`${file}.wal`, { force: true });
}
