/** The start of DuckDB, and the translation of its errors. Nothing outside src/store imports DuckDB. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "duckdb";
import { SpillwayError, messageOf } from "../errors.ts";
import { textLiteral as sqlText } from "../sql/literal.ts";

export { sqlText };

export interface DuckOptions {
  /** The limit of DuckDB's memory, not of the process's. */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** The folder where queries larger than memory spill. */
  readonly tempDirectory?: string;
}

/** An in-memory DuckDB; warehouse files are attached to it. */
export interface Duck {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

type DuckDb = typeof import("duckdb");

const require = createRequire(import.meta.url);

/**
 * The package, which takes 60 ms and is loaded on use. With require, since an import would first read all its CommonJS files
 * to find their exports.
 */
export function loadDuckDb(): DuckDb {
  // The types describe what the package's main file exports, however it is loaded.
  return require("duckdb") as DuckDb;
}

/** Starts DuckDB without extensions from the network: a stray `s3://` would otherwise make it download some. */
export async function startDuck(options: DuckOptions = {}): Promise<Duck> {
  const { DuckDBInstance } = loadDuckDb();
  const settings: Record<string, string> = {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    memory_limit: options.memoryLimit ?? "256MB",
    preserve_insertion_order: "false",
  };
  if (options.threads !== undefined) settings["threads"] = String(options.threads);
  if (options.tempDirectory !== undefined) settings["temp_directory"] = options.tempDirectory;
  const instance = await DuckDBInstance.create(":memory:", settings);
  const duck = { instance, connection: await instance.connect() };
  running.add(duck);
  return duck;
}

const running = new Set<Duck>();

/** Interrupts the statements of every instance: a process that exits would wait for them. */
export function interruptStatements(): void {
  for (const { connection } of running) connection.interrupt();
}

export function stopDuck(duck: Duck): void {
  running.delete(duck);
  duck.connection.closeSync();
  duck.instance.closeSync();
}

const attached = new Set<string>();

/**
 * The format that DuckDB 1.4 and later read and older clients refuse. Under 1.3's number, 1.3.0 to 1.3.2 read every nullable text that is
 * compressed as DICT_FSST as NULL, without an error. A file of that number gets this one with the first write. Row groups are a quarter
 * as large as usual: a thread that fills its own writes it at once, where the rows of one that is not full are copied into the next.
 */
const storage = "STORAGE_VERSION 'v1.4.0', ROW_GROUP_SIZE 30720";

/** The block size of a new file: half the default, since each of a hundred columns holds an open block in memory. An existing file keeps its own. */
const blocks = "BLOCK_SIZE 131072";

/** Attaches a file. A second time in one process is refused: DuckDB would not notice, and silently lose rows. */
export async function attach(duck: Duck, file: string, alias: string, mode: "read" | "write"): Promise<void> {
  const path = resolve(file);
  if (attached.has(path)) throw new Error(`${file} is already open in this process`);
  attached.add(path);
  try {
    const options = mode === "read" ? "READ_ONLY" : existsSync(path) ? storage : `${storage}, ${blocks}`;
    await duck.connection.run(`ATTACH ${sqlText(path)} AS ${alias} (TYPE duckdb, ${options})`);
  } catch (error) {
    attached.delete(path);
    throw error;
  }
}

export async function detach(duck: Duck, file: string, alias: string): Promise<void> {
  await duck.connection.run(`DETACH ${alias}`);
  released(file);
}

/** Marks a file as no longer open, after its instance was closed. */
export function released(file: string): void {
  attached.delete(resolve(file));
}

/** Rows of a small result as plain values. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowsJS();
}

/** A count: the first value of the first row. */
export async function countOf(connection: DuckDBConnection, sql: string): Promise<number> {
  const rows = await rowsOf(connection, sql);
  return Number(rows[0]?.[0] ?? 0);
}

/** PID of the process that holds a lock, from DuckDB's message; null if the error is not a lock. */
export function lockHolder(error: unknown): string | null {
  const message = messageOf(error);
  if (!message.includes("Could not set lock")) return null;
  return /\(PID (\d+)\)/.exec(message)?.[1] ?? "unknown";
}

export const isFull = (error: unknown): boolean =>
  /No space left|ENOSPC|disk is full|Disk quota|EDQUOT/i.test(messageOf(error));

export const isDenied = (error: unknown): boolean =>
  /Permission denied|EACCES|EPERM|EROFS|Read-only file system/i.test(messageOf(error));

/** Whether DuckDB found a database file damaged. */
export function isDamage(error: unknown): boolean {
  return /not a valid DuckDB database|Corrupt database|computed checksum|Could not read enough bytes|Could not read from file|Failure while replaying WAL|Failed to deserialize|SerializationException|Corrupt WAL|WAL file/i.test(
    messageOf(error),
  );
}

/** The one-line error for what DuckDB or Node threw about a warehouse file. */
export function warehouseError(error: unknown, file: string): Error {
  if (error instanceof SpillwayError) return error;
  const message = messageOf(error);
  const holder = lockHolder(error);
  if (holder !== null) {
    return new SpillwayError("warehouse-locked", `${file} is open in another process (PID ${holder})`, {
      next: "Close it there, or wait until it is done",
      cause: error,
    });
  }
  if (isFull(error)) {
    return new SpillwayError("disk-full", `No space left while writing ${file}`, {
      next: "Free some space and run it again: what was committed is kept",
      cause: error,
    });
  }
  if (/not a valid DuckDB database|Is a directory/i.test(message)) {
    return new SpillwayError("warehouse-incompatible", `${file} is not a DuckDB file`, {
      next: "Name another file with --warehouse",
      cause: error,
    });
  }
  if (isDamage(error)) {
    return new SpillwayError("warehouse-damaged", `${file} is damaged: ${message.split("\n")[0]}`, {
      next: file.endsWith(".work")
        ? `Remove it and run again; it is made again from the published file: rm ${file}`
        : `Put a copy of it back, or remove it and its .work file and load the logs again: rm ${file} ${file}.work`,
      cause: error,
    });
  }
  if (/newer version|older version|storage version|database file with version/i.test(message)) {
    return new SpillwayError("warehouse-incompatible", `${file} was written by another version of DuckDB`, {
      next: "Update Spillway, or name another file with --warehouse",
      cause: error,
    });
  }
  if (/does not exist/i.test(message)) {
    return new SpillwayError("warehouse-missing", `There is no warehouse ${file}`, {
      next: "Run spillway ingest first, or name it with --warehouse",
      cause: error,
    });
  }
  if (/No such file or directory|ENOENT/i.test(message)) {
    return new SpillwayError("warehouse-unwritable", `The folder of ${file} does not exist`, {
      next: "Make the folder, or name another file with --warehouse",
      cause: error,
    });
  }
  if (isDenied(error) || message.includes("Cannot open file")) {
    return new SpillwayError("warehouse-unwritable", `${file} cannot be written`, {
      next: "Check its permissions, or name another file with --warehouse",
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error(message);
}
