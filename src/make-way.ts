/** Making a path free for a file of our own: what a crash, a restore or a mount left there goes, what holds somebody's files stays. */
import { lstatSync, rmdirSync } from "node:fs";
import { SpillwayError, systemCode } from "./errors.ts";

/**
 * Removes an empty folder that stands where a file belongs.
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

/** A file of ours that only its owner can put right: one line that names it, and the command. */
export function sideFileError(path: string, what: string, cause?: unknown): SpillwayError {
  return new SpillwayError("side-file", `${path} ${what}`, {
    next: `Spillway keeps a file of its own by that name and makes it again: rm -r ${shellWord(path)}`,
    cause,
  });
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
