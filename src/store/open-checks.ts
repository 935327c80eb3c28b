/** The checks before a warehouse is written to: the writer's lock, and whether working and published file belong together. */
import { existsSync, statSync } from "node:fs";
import { access, chmod, constants, utimes } from "node:fs/promises";
import { SpillwayError, messageOf } from "../errors.ts";
import { makeWay, sideFileError } from "../make-way.ts";
import { type Duck, attach, detach, isDamage, isDenied, lockHolder, rowsOf, warehouseError } from "./duck.ts";
import { lockError, takeFileLock } from "./file-lock.ts";
import { checkVersion, readMeta } from "./meta.ts";
import { lockFile, logsOf, removeDatabase, removeLogs, workFile } from "./side-files.ts";

/** Takes the lock, which the operating system releases when the instance is closed or the process dies. */
export async function takeLock(duck: Duck, file: string): Promise<void> {
  const lock = lockFile(file);
  try {
    await takeFileLock(duck, lock, "run_lock");
  } catch (error) {
    const holder = lockHolder(error);
    if (holder === null) throw lockError(error, file, lock);
    throw new SpillwayError("run-locked", `Another run is writing to ${file} (PID ${holder})`, {
      next: "Wait until it is done",
      cause: error,
    });
  }
}

/**
 * Makes sure that the working file, if there is one, can be continued. One damaged by a crash, a full disk or a restore is removed:
 * it is made again from the published file, and what that lacks is read again, because the ledger lacks it too.
 */
export async function settleWorkingFile(
  duck: Duck,
  file: string,
  notice: (message: string) => void,
): Promise<"same" | "ahead"> {
  const work = workFile(file);
  makeWay(work);
  if (!existsSync(work)) {
    // a log without its file belongs to nothing
    await removeLogs(work);
    return "same";
  }
  await makeWritable(work);
  const damage = await damageOf(duck, file);
  if (damage === null) {
    const position = await compareWithPublished(duck, file);
    if (position !== "stale") return position;
  } else notice(`${work} was damaged and is made again; what was not published is read again (${damage})`);
  await removeDatabase(work);
  return "same";
}

async function makeWritable(work: string): Promise<void> {
  try {
    await access(work, constants.R_OK | constants.W_OK).catch(async () => await chmod(work, 0o644));
  } catch (cause) {
    throw sideFileError(work, "cannot be written", cause);
  }
}

/** The damage of the working file, or null. It is read through only if it was touched since it was properly closed. */
async function damageOf(duck: Duck, file: string): Promise<string | null> {
  const work = workFile(file);
  try {
    await attach(duck, work, "probe", "read");
  } catch (error) {
    if (lockHolder(error) !== null) return null;
    if (isDamage(error)) return firstLine(error);
    throw isDenied(error) ? sideFileError(work, "cannot be read", error) : warehouseError(error, work);
  }
  try {
    if (await isForeign(duck, "probe")) throw sideFileError(work, "is a DuckDB file, but no warehouse of Spillway's");
    if (!isSealed(file)) await readThrough(duck, "probe");
    return null;
  } catch (error) {
    if (isDamage(error)) return firstLine(error);
    throw error;
  } finally {
    await detach(duck, work, "probe").catch(() => undefined);
  }
}

const firstLine = (error: unknown): string => messageOf(error).split("\n")[0] ?? "";

async function isForeign(duck: Duck, database: string): Promise<boolean> {
  const names = await rowsOf(
    duck.connection,
    `SELECT table_name FROM duckdb_tables() WHERE database_name = '${database}'`,
  );
  return names.length > 0 && !names.some(([name]) => name === "meta");
}

/** Reads every block of every table, which DuckDB compares with its checksum. */
async function readThrough(duck: Duck, database: string): Promise<void> {
  const tables = await rowsOf(
    duck.connection,
    `SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = '${database}' ORDER BY ALL`,
  );
  for (const [schema, table] of tables)
    await duck.connection.run(`SELECT bit_xor(hash(t)) FROM ${database}."${String(schema)}"."${String(table)}" t`);
}

/** Marks both files as properly closed: their times show later whether anything touched the working file. */
export async function seal(file: string): Promise<void> {
  const work = workFile(file);
  if (!existsSync(work) || !existsSync(file)) return;
  const time = new Date(Math.floor(statSync(file).mtimeMs / 1000) * 1000);
  await utimes(work, time, time);
}

function isSealed(file: string): boolean {
  const work = workFile(file);
  if (!existsSync(file) || logsOf(work).some((log) => existsSync(log))) return false;
  return statSync(work).mtimeMs === Math.floor(statSync(file).mtimeMs / 1000) * 1000;
}

/** Refuses to replace a published file that is not a warehouse, or newer than this program. */
export async function checkPublished(duck: Duck, file: string): Promise<void> {
  const { connection } = duck;
  if (!(await attachPublished(duck, file, "published"))) return;
  await connection.run("USE published");
  try {
    await checkVersion(connection, file);
  } finally {
    await connection.run("USE memory");
    await detach(duck, file, "published");
  }
}

/** Attaches the published file; false if somebody has it open for writing. An unreadable log of a client is ignored: publishing would remove it anyway. */
async function attachPublished(duck: Duck, file: string, alias: string): Promise<boolean> {
  try {
    await attach(duck, file, alias, "read");
    return true;
  } catch (error) {
    if (lockHolder(error) !== null) return false;
    if (!isDamage(error) || !logsOf(file).some((log) => existsSync(log))) throw error;
  }
  await removeLogs(file);
  await attach(duck, file, alias, "read");
  return true;
}

/**
 * The working file continues a run that was killed, unless the published file is another one by now: removed by its owner (start
 * over), or replaced by a file that this working file neither is nor was made from.
 */
async function compareWithPublished(duck: Duck, file: string): Promise<"same" | "ahead" | "stale"> {
  const working = await metaOf(duck, workFile(file));
  if (working === null) return "ahead";
  if (!existsSync(file)) return working.get("published") === "true" ? "stale" : "ahead";
  const published = await metaOf(duck, file);
  if (published === null) return "ahead";
  const generation = published.get("generation");
  if (generation === working.get("generation")) return "same";
  return generation === working.get("base") ? "ahead" : "stale";
}

/** The meta table of a file; null if somebody has it open for writing. */
async function metaOf(duck: Duck, file: string): Promise<Map<string, string> | null> {
  if (!(await attachPublished(duck, file, "probe"))) return null;
  try {
    return await readMeta(duck.connection, "probe");
  } finally {
    await detach(duck, file, "probe");
  }
}
