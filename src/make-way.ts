/** The clearing of a path for a file of ours: leftovers of a crash, a restore or a mount are removed, somebody's files stay. */
import { lstatSync, rmdirSync } from "node:fs";
import { SpillwayError, systemCode } from "./errors.ts";

/**
 * Removes an empty folder in the place of a file.
 * @throws SpillwayError `side-file` when the folder holds something
 */
export function makeWay(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  try {
    rmdirSync(path);
  } catch (cause) {
    const full = systemCode(cause) === "ENOTEMPTY" || systemCode(cause) === "EEXIST";
    throw sideFileError(path, full ? "is a folder with something in it" : "is a folder and cannot be removed", cause);
  }
}

/** The error for a file of ours that only its owner can repair: one line that names it, and the command. */
export function sideFileError(path: string, what: string, cause?: unknown): SpillwayError {
  return new SpillwayError("side-file", `${path} ${what}`, {
    next: `Spillway keeps a file of its own by that name and makes it again: rm -r ${shellWord(path)}`,
    cause,
  });
}

/** The text quoted as one word of a shell. */
function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
