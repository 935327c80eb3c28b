/** A lock between processes: a DuckDB file that is open for writing, released by the operating system however the process ends. */
import { chmodSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeWay, sideFileError } from "../make-way.ts";
import {
  type Duck,
  attach,
  detach,
  isDamage,
  isDenied,
  isFull,
  lockHolder,
  startDuck,
  stopDuck,
  warehouseError,
} from "./duck.ts";
import { removeLogs } from "./side-files.ts";

/** The number of attempts: a lock that vanishes this often is taken and released constantly by another process. */
const attempts = 20;

/**
 * Attaches the lock's file as `alias`. Its content does not matter, so a damaged one is repaired.
 * @throws what DuckDB says when another process holds it (`lockHolder`); SpillwayError `side-file`, `disk-full`
 */
export async function takeFileLock(duck: Duck, lock: string, alias: string): Promise<void> {
  makeWay(lock);
  await removeLogs(lock);
  for (let attempt = 1; ; attempt++) {
    const before = inodeOf(lock);
    await attachMended(duck, lock, alias);
    const after = inodeOf(lock);
    // Its last holder may have unlinked it between our opening and locking it: then we hold a file that nobody else can find.
    const isTheOne = after !== undefined && (before === undefined || before === after);
    if (isTheOne || attempt === attempts) return;
    await detach(duck, lock, alias);
  }
}

/** The error of a failed lock; if the lock's file could not be made, the folder is to blame. */
export function lockError(error: unknown, file: string, lock: string): Error {
  return warehouseError(error, isFull(error) || inodeOf(lock) !== undefined ? lock : file);
}

async function attachMended(duck: Duck, lock: string, alias: string): Promise<void> {
  try {
    await attach(duck, lock, alias, "write");
  } catch (error) {
    if (lockHolder(error) !== null) throw error;
    if (isFull(error)) throw error;
    if (!isDamage(error) && !isDenied(error)) throw error;
    await mend(lock);
    try {
      await attach(duck, lock, alias, "write");
    } catch (second) {
      if (lockHolder(second) !== null || isFull(second)) throw second;
      throw sideFileError(lock, "cannot be opened", second);
    }
  }
}

/**
 * Overwrites the bytes in place with those of an empty database. A new file will not do: two processes that repair at once would each lock
 * their own. In place, the first to lock it has it, and the bytes are the same.
 */
async function mend(lock: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "spillway-lock-"));
  try {
    const sound = join(folder, "lock");
    const duck = await startDuck({ threads: 1, memoryLimit: "16MB" });
    try {
      await attach(duck, sound, "sound", "write");
      await detach(duck, sound, "sound");
    } finally {
      stopDuck(duck);
    }
    if ((lstatSync(lock).mode & 0o200) === 0) chmodSync(lock, 0o644);
    writeFileSync(lock, readFileSync(sound), { flag: "r+" });
  } catch (cause) {
    if (isFull(cause)) throw cause;
    throw sideFileError(lock, "cannot be written", cause);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}
