/** Owns what is checked before a warehouse is written to: the lock of the one writer, and how working and published file stand to each other. */
import { existsSync } from "node:fs";
import { SpillwayError } from "../errors.ts";
import { type Duck, attach, detach, lockHolder } from "./duck.ts";
import { lockFile, workFile } from "./publish.ts";
import { checkVersion, readMeta } from "./meta.ts";

/** Held until the instance is closed, by the operating system: a dead process holds none. */
export async function takeLock(duck: Duck, file: string): Promise<void> {
  const lock = lockFile(file);
  try {
    await attach(duck, lock, "run_lock", "write");
  } catch (error) {
    const holder = lockHolder(error);
    if (holder === null) throw error;
    throw new SpillwayError("run-locked", `Another run is writing to ${file} (PID ${holder})`, {
      next: "Wait until it is done",
      cause: error,
    });
  }
}

/** A published file that is not ours, or newer, must not be replaced. */
export async function checkPublished(duck: Duck, file: string): Promise<void> {
  const { connection } = duck;
  try {
    await attach(duck, file, "published", "read");
  } catch (error) {
    // somebody has it open for writing: the copy's schema is checked when it is attached
    if (lockHolder(error) !== null) return;
    throw error;
  }
  await connection.run("USE published");
  try {
    await checkVersion(connection, file);
  } finally {
    await connection.run("USE memory");
    await detach(duck, file, "published");
  }
}

/**
 * The working file continues a run that was killed, unless the published file is another one by now: removed by its owner (start
 * over), or replaced by a file that this working file neither is nor was made from.
 */
export async function compareWithPublished(duck: Duck, file: string): Promise<"same" | "ahead" | "stale"> {
  const work = workFile(file);
  if (!existsSync(work)) return "same";
  const working = await metaOf(duck, work);
  if (working === null) return "ahead";
  if (!existsSync(file)) return working.get("published") === "true" ? "stale" : "ahead";
  const published = await metaOf(duck, file);
  if (published === null) return "ahead";
  const generation = published.get("generation");
  if (generation === working.get("generation")) return "same";
  return generation === working.get("base") ? "ahead" : "stale";
}

/** The meta table of a file; null if somebody holds it. */
async function metaOf(duck: Duck, file: string): Promise<Map<string, string> | null> {
  try {
    await attach(duck, file, "probe", "read");
  } catch (error) {
    if (lockHolder(error) !== null) return null;
    throw error;
  }
  try {
    return await readMeta(duck.connection, "probe");
  } finally {
    await detach(duck, file, "probe");
  }
}
