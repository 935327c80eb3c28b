/** The reading of a published warehouse, which locks nobody out and changes nothing. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { constants, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SpillwayError, messageOf } from "../errors.ts";
import type { Protection } from "../privacy/stand-ins.ts";
import {
  type Duck,
  type DuckOptions,
  attach,
  detach,
  isDamage,
  lockHolder,
  released,
  sqlText,
  startDuck,
  stopDuck,
  warehouseError,
} from "./duck.ts";
import type { CellResult } from "../schema/result-column.ts";
import { harden, runQuery } from "./query.ts";
import { checkVersion } from "./meta.ts";
import { useWarehouse } from "./schema.ts";
import { logsOf } from "./side-files.ts";

export interface ReaderOptions extends DuckOptions {
  /** The protection under which statements see a copy of the warehouse without people in it. */
  readonly protection?: Protection | undefined;
  /** The only files that results may be written into, which have to be named on opening. */
  readonly writable?: readonly string[];
  /** No statement of a user's will be run: settings stay open to us, and memory is given back between statements. */
  readonly hasOwnStatementsOnly?: boolean;
}

/** A published warehouse, open for reading. */
export class WarehouseReader {
  readonly file: string;
  readonly #duck: Duck;
  readonly #opened: string;
  readonly #folder: string;
  readonly #writable: readonly [string, ...string[]];
  /** The limit to set again before each statement; undefined: settings are locked. */
  readonly #memoryLimit: string | undefined;

  private constructor(
    file: string,
    duck: Duck,
    opened: string,
    folder: string,
    writable: readonly [string, ...string[]],
    memoryLimit: string | undefined,
  ) {
    this.file = file;
    this.#memoryLimit = memoryLimit;
    this.#duck = duck;
    this.#opened = opened;
    this.#folder = folder;
    this.#writable = writable;
  }

  /** Opens `file`; while another process has it open for writing, a copy of its last checkpoint. */
  static async open(
    file: string,
    { writable = [], protection, hasOwnStatementsOnly = false, ...options }: ReaderOptions = {},
  ): Promise<WarehouseReader> {
    if (!existsSync(file)) {
      throw new SpillwayError("warehouse-missing", `There is no warehouse ${file}`, {
        next: "Run spillway ingest first, or name it with --warehouse",
      });
    }
    const folder = await mkdtemp(join(tmpdir(), "spillway-"));
    const duck = await startDuck({ tempDirectory: join(folder, "spill"), ...options });
    let opened = file;
    try {
      opened = await attachReadable(duck, file, folder);
      if (protection !== undefined) {
        // From here on the warehouse itself is not attached: no statement can reach it.
        await detach(duck, opened, "warehouse");
        const { writeProtectedCopy } = await import("./protected-copy.ts");
        const copy = join(folder, "protected.duckdb");
        await writeProtectedCopy(opened, copy, protection, { tempDirectory: join(folder, "copying") });
        opened = copy;
        await attach(duck, opened, "warehouse", "read");
      }
      await useWarehouse(duck.connection, "warehouse");
      // rows keep the statement's order, and times with a zone are shown in UTC
      await duck.connection.run("SET preserve_insertion_order = true; SET TimeZone = 'UTC'");
      await checkVersion(duck.connection, file);
      // the first is in a folder of this process alone
      const files = [join(folder, "result"), ...writable.map((path) => resolve(path))] as const;
      await harden(duck.connection, files);
      if (!hasOwnStatementsOnly) await duck.connection.run("SET lock_configuration = true");
      return new WarehouseReader(
        file,
        duck,
        opened,
        folder,
        files,
        hasOwnStatementsOnly ? options.memoryLimit : undefined,
      );
    } catch (error) {
      stopDuck(duck);
      released(opened);
      await rm(folder, { recursive: true, force: true });
      throw unreadable(error, file) ?? warehouseError(error, file);
    }
  }

  /** Runs one statement that reads. */
  async query(sql: string, signal?: AbortSignal): Promise<CellResult> {
    // Statements run in Node's threads in turn, and what one of them freed stays with its thread, as much again as the limit, until
    // somebody sets the limit: then DuckDB's allocator gives it all back.
    if (this.#memoryLimit !== undefined)
      await this.#duck.connection.run(`SET memory_limit = ${sqlText(this.#memoryLimit)}`);
    return await runQuery(sql, { connection: this.#duck.connection, writable: this.#writable, signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    stopDuck(this.#duck);
    released(this.#opened);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The attached file: the one named or, where it cannot be opened, a copy of it. */
async function attachReadable(duck: Duck, file: string, folder: string): Promise<string> {
  try {
    await attach(duck, file, "warehouse", "read");
    return file;
  } catch (error) {
    // the file is complete without the log that a client left beside it
    const isLog = isDamage(error) && logsOf(file).some((log) => existsSync(log));
    if (lockHolder(error) === null && !isLog) throw error;
    const copy = join(folder, "copy.duckdb");
    await copyFile(file, copy, constants.COPYFILE_FICLONE);
    await attach(duck, copy, "warehouse", "read");
    return copy;
  }
}

/** The error for a file that DuckDB "cannot open", as it says for reading and writing alike. */
function unreadable(error: unknown, file: string): SpillwayError | undefined {
  if (!/Permission denied|EACCES|EPERM/i.test(messageOf(error))) return undefined;
  return new SpillwayError("warehouse-unreadable", `${file} cannot be read`, {
    next: "Check its permissions, or name another file with --warehouse",
    cause: error,
  });
}
