/** The making of the folder for a run's file. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { SpillwayError, messageOf } from "../errors.ts";

export async function makeFolder(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (cause) {
    throw new SpillwayError("output", `cannot make the folder of ${file}: ${messageOf(cause)}`, {
      next: "Check its parent's permissions, or name another output.",
      cause,
    });
  }
}
