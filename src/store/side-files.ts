/** The files beside a warehouse: their names, and the removal of those that an earlier process left. */
import { access, constants, mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { SpillwayError, systemCode } from "../errors.ts";
import { makeWay, sideFileError } from "../make-way.ts";

export const workFile = (file: string): string => `${file}.work`;
export const lockFile = (file: string): string => `${file}.lock`;
export const runLockFile = (file: string): string => `${file}.run`;
export const publishingFile = (file: string): string => `${file}.publishing`;
export const compactFileOf = (work: string): string => `${work}.compact`;
/** The folder where workers stage for a warehouse, even before it is open. */
export const stageFolder = (file: string): string => `${workFile(file)}.stage`;
/** The folder where DuckDB spills what exceeds its memory. */
export const spillFolder = (file: string): string => `${workFile(file)}.tmp`;

/** DuckDB's logs of a database file. The last two exist only during a checkpoint. */
export const logsOf = (file: string): readonly string[] => [`${file}.wal`, `${file}.wal.checkpoint`, recoveryLog(file)];

/** The log that is made from the two others whenever they are read. */
const recoveryLog = (file: string): string => `${file}.wal.recovery`;

/** Removes a file of ours, or an empty folder of its name. */
export async function removeSide(path: string): Promise<void> {
  makeWay(path);
  try {
    await rm(path, { force: true });
  } catch (cause) {
    throw sideFileError(path, "cannot be removed", cause);
  }
}

export async function removeLogs(file: string): Promise<void> {
  for (const log of logsOf(file)) await removeSide(log);
}

export async function removeDatabase(file: string): Promise<void> {
  await removeSide(file);
  await removeLogs(file);
}

/** Removes, under the warehouse's lock, what an earlier process left unfinished, and empties the stage. */
export async function clearLeftovers(file: string): Promise<void> {
  const work = workFile(file);
  for (const left of [publishingFile(file), publishingFile(work)]) await removeSide(left);
  await removeDatabase(compactFileOf(work));
  await removeSide(recoveryLog(work));
  for (const log of [...logsOf(file), ...logsOf(work)]) makeWay(log);
  for (const folder of [stageFolder(file), spillFolder(file)]) {
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (cause) {
      throw sideFileError(folder, "cannot be removed", cause);
    }
  }
  await mkdir(stageFolder(file));
}

/** Checks that the folder can be written to. @throws SpillwayError `warehouse-unwritable` */
export async function checkFolder(file: string): Promise<void> {
  try {
    const folder = dirname(file);
    await access(folder, constants.W_OK);
    if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is not a folder`);
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") throw missingFolder(file, cause);
    throw new SpillwayError("warehouse-unwritable", `${file} cannot be written`, {
      next: "Check its permissions, or name another file with --warehouse",
      cause,
    });
  }
}

function missingFolder(file: string, cause: unknown): SpillwayError {
  return new SpillwayError("warehouse-unwritable", `The folder of ${file} does not exist`, {
    next: "Make the folder, or name another file with --warehouse",
    cause,
  });
}
