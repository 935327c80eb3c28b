/** The lock of a whole run: ingest, retention and reports of one warehouse never overlap with those of another process. */
import { rm } from "node:fs/promises";
import { SpillwayError } from "../errors.ts";
import { lockHolder, released, startDuck, stopDuck } from "./duck.ts";
import { lockError, takeFileLock } from "./file-lock.ts";
import { checkFolder, runLockFile } from "./side-files.ts";

/**
 * Takes the lock, or names its holder. A file that a dead process left is not a lock.
 * @throws SpillwayError `run-locked` with the PID; `warehouse-unwritable`, `side-file`, `disk-full`
 */
export async function holdRunLock(file: string): Promise<AsyncDisposable> {
  await checkFolder(file);
  const lock = runLockFile(file);
  const duck = await startDuck({ threads: 1, memoryLimit: "16MB" });
  try {
    await takeFileLock(duck, lock, "run");
  } catch (error) {
    stopDuck(duck);
    const holder = lockHolder(error);
    if (holder === null) throw lockError(error, file, lock);
    throw new SpillwayError("run-locked", `Another spillway run has ${file} (PID ${holder})`, {
      next: "Wait until it is done; nothing was changed",
      cause: error,
    });
  }
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      // unlinked while it is held: the next process makes a new one
      await rm(lock, { force: true }).catch(() => undefined);
      stopDuck(duck);
      released(lock);
      await rm(`${lock}.wal`, { force: true }).catch(() => undefined);
    },
  };
}
