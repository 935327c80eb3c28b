/** Owns the warehouse that a batch writes to: the working file, its lock, and publishing. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import type { DuckDBConnection } from "duckdb";
import { availableParallelism } from "node:os";
import { SpillwayError } from "../errors.ts";
import type { InferenceProfileRow } from "../reference/inference-profiles.ts";
import { inferenceProfileTable } from "../schema/tables.ts";
import { fillTemporary } from "./append.ts";
import {
  type Duck,
  type DuckOptions,
  attach,
  detach,
  lockHolder,
  released,
  startDuck,
  stopDuck,
  warehouseError,
} from "./duck.ts";
import { type Finding, writeFindings } from "./findings.ts";
import { foldTouched } from "./fold.ts";
import { renewStaleDays } from "./invocation-day.ts";
import { withinMemory } from "./memory.ts";
import { type Candidate, type UnknownObject, findUnknown } from "./ledger.ts";
import { type CommitCounts, type StagedBatch, commitBatch } from "./load.ts";
import {
  type ListedStretch,
  type MissingObject,
  findMissing,
  oldestUnread,
  rememberListed,
  startListed,
} from "./missing.ts";
import { lockFile, removeDatabase, replaceFile, workFile } from "./publish.ts";
import { type RunCounts, completeRun, insertRun } from "./runs.ts";
import { checkVersion, ensureSchema, readMeta, writeMeta } from "./schema.ts";
import { type SourceState, readStates, writeStates } from "./source-state.ts";

export type { Finding } from "./findings.ts";
export type { ListedStretch, MissingObject } from "./missing.ts";
export type { Candidate, UnknownObject } from "./ledger.ts";
export type { CommitCounts, LedgerEntry, QuarantineEntry, StagedBatch } from "./load.ts";
export type { RunCounts, RunFinish, RunStart } from "./runs.ts";
export type { SourceState } from "./source-state.ts";

export interface WarehouseOptions extends DuckOptions {
  readonly now?: () => Date;
}

/** The one writer of a warehouse. Everything it does happens in FILE.work until `publish`. */
export class Warehouse {
  readonly file: string;
  /** Where workers put their Parquet files: empty at first, gone with the warehouse. */
  readonly stageFolder: string;
  readonly #duck: Duck;
  readonly #now: () => Date;
  #runId = "";
  /** The candidates of this run are remembered. */
  #remembers = false;
  /** Everything on the one connection happens in turn: a question to the ledger never falls into somebody's transaction. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(file: string, duck: Duck, now: () => Date) {
    this.file = file;
    this.stageFolder = stageFolder(file);
    this.#duck = duck;
    this.#now = now;
  }

  /** Opens the working file of `file`, or makes it from the published one, or makes it new. */
  static async open(file: string, options: WarehouseOptions = {}): Promise<Warehouse> {
    const work = workFile(file);
    const duck = await startDuck({
      tempDirectory: `${work}.tmp`,
      threads: writerThreads(),
      memoryLimit: loadingMemory(),
      ...options,
    });
    try {
      await takeLock(duck, file);
      const standing = await compareWithPublished(duck, file);
      if (standing === "stale") await removeDatabase(work);
      if (!existsSync(work) && existsSync(file)) {
        await checkPublished(duck, file);
        await replaceFile(file, work);
      }
      const isNew = !existsSync(work);
      await attach(duck, work, "warehouse", "write");
      await duck.connection.run("USE warehouse");
      await ensureSchema(duck.connection, file, isNew);
      if (existsSync(file))
        await writeMeta(
          duck.connection,
          standing === "ahead" ? { published: "true", dirty: "true" } : { published: "true" },
        );
      // only now: the lock is held, so nobody else stages there
      await rm(stageFolder(file), { recursive: true, force: true });
      await mkdir(stageFolder(file));
      return new Warehouse(file, duck, options.now ?? ((): Date => new Date()));
    } catch (error) {
      stopDuck(duck);
      // The lock of another run stays; ours would only be litter.
      if (!(error instanceof SpillwayError && error.code === "run-locked")) await rm(lockFile(file), { force: true });
      released(work);
      released(file);
      released(lockFile(file));
      throw warehouseError(error, file);
    }
  }

  /**
   * Which of the candidates have to be read. Chunks of some thousands are best, in the order of the listing.
   * `remember`: `missingObjects` is going to be asked for what was never among the candidates.
   */
  async unknownObjects(candidates: readonly Candidate[], remember = false): Promise<UnknownObject[]> {
    return await this.#guard(async () => {
      const unknown = await findUnknown(this.#duck.connection, candidates);
      if (remember && candidates.length > 0) {
        if (!this.#remembers) await startListed(this.#duck.connection);
        this.#remembers = true;
        await rememberListed(this.#duck.connection);
      }
      return unknown;
    });
  }

  /** Objects of the ledger within what was listed completely that were not among the remembered candidates. */
  async missingObjects(stretch: ListedStretch): Promise<readonly MissingObject[]> {
    return await this.#guard(async () => {
      if (!this.#remembers) await startListed(this.#duck.connection);
      this.#remembers = true;
      return await findMissing(this.#duck.connection, stretch);
    });
  }

  /** First delivery day below the URI prefixes with an object that no run could read yet. Ask `missingObjects` before. */
  async oldestUnread(prefixes: readonly string[]): Promise<string | null> {
    return await this.#guard(() => oldestUnread(this.#duck.connection, prefixes));
  }

  /** Stores findings and returns those that are new. */
  async saveFindings(findings: readonly Finding[]): Promise<readonly Finding[]> {
    return await this.#transaction((connection) => writeFindings(connection, findings, this.#context()));
  }

  /** Commits a batch: its events, their fold and the ledger in one transaction. */
  async commit(batch: StagedBatch): Promise<CommitCounts> {
    return await this.#guard(() =>
      withinMemory(this.#duck.connection, () => commitBatch(this.#duck.connection, batch, this.#context())),
    );
  }

  /** Begins a run and returns its identifier. Until it is finished its row has no `finished_at`. */
  async startRun(source: string, startedAt: Date): Promise<string> {
    this.#runId = randomUUID();
    const run = { runId: this.#runId, startedAt, source, version: programVersion() };
    await this.#guard(() => insertRun(this.#duck.connection, run));
    return run.runId;
  }

  /** Checks the identities of R8 and completes the run's row. */
  async finishRun(runId: string, counts: RunCounts, finishedAt: Date): Promise<void> {
    await this.#guard(() => completeRun(this.#duck.connection, { ...counts, runId, finishedAt }));
  }

  /** What the last runs left for a source under this scope: values by name. */
  async sourceState(scope: string): Promise<ReadonlyMap<string, string>> {
    return await this.#guard(() => readStates(this.#duck.connection, scope));
  }

  /** Remembers for the sources, by itself; what belongs to objects goes with their batch. It is nothing to publish for. */
  async saveSourceState(states: readonly SourceState[]): Promise<void> {
    await this.#transaction((connection) => writeStates(connection, states, this.#context()));
  }

  /** Replaces what is known of the profiles in `rows` and judges again the invocations that went through an application profile. */
  async replaceProfiles(rows: readonly InferenceProfileRow[]): Promise<void> {
    await this.#transaction(async (connection) => {
      await fillTemporary(
        connection,
        "refreshed",
        inferenceProfileTable.columns,
        rows.map((row) => [
          row.profile_id,
          row.source_region,
          row.destination_region,
          row.model,
          row.as_of,
          row.source,
        ]),
      );
      await connection.run(`
DELETE FROM inference_profile WHERE (profile_id, source_region) IN (SELECT (profile_id, source_region) FROM temp.refreshed);
INSERT INTO inference_profile SELECT * FROM temp.refreshed;
CREATE OR REPLACE TEMP TABLE touched AS SELECT invocation_key FROM invocation WHERE model_kind = 'application-profile';`);
      await foldTouched(connection);
      await writeMeta(connection, { dirty: "true" });
    });
  }

  /** Puts the working file's content in place of the published file. Without anything new it does nothing and returns false. */
  async publish(): Promise<boolean> {
    return await this.#guard(async () => {
      const { connection } = this.#duck;
      const meta = await readMeta(connection);
      const work = workFile(this.file);
      const fresh = existsSync(this.file) && meta.get("dirty") !== "true";
      if (fresh) return false;
      await connection.run(`SET memory_limit = '${publishingMemory}'`);
      await withinMemory(connection, () => renewStaleDays(connection));
      // the copy must say that it is clean; until the rename is done, `base` tells that the published file is an older one
      const base = meta.get("published") === "true" ? { base: meta.get("generation") ?? "" } : {};
      await writeMeta(connection, { generation: randomUUID(), dirty: "false", ...base });
      await connection.run("CHECKPOINT warehouse; USE memory");
      // Closing any descriptor of a file drops the process's locks on it, hence the lock on a file of its own
      await detach(this.#duck, work, "warehouse");
      try {
        await replaceFile(work, this.file);
      } finally {
        await attach(this.#duck, work, "warehouse", "write");
        await connection.run("USE warehouse");
      }
      // an old generation must not pass for the base again: it may be a backup that the owner put back
      await writeMeta(connection, { published: "true", base: "" });
      return true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // closing under a running statement would take the process down
    await this.#turn;
    // unlinked while it is held: whoever comes next makes a new one
    await rm(lockFile(this.file), { force: true }).catch(() => undefined);
    await rm(this.stageFolder, { recursive: true, force: true }).catch(() => undefined);
    stopDuck(this.#duck);
    released(workFile(this.file));
    released(lockFile(this.file));
    await rm(`${lockFile(this.file)}.wal`, { force: true }).catch(() => undefined);
  }

  #context(): { readonly runId: string; readonly now: Date } {
    return { runId: this.#runId, now: this.#now() };
  }

  async #transaction<T>(action: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const { connection } = this.#duck;
    return await this.#guard(async () => {
      await connection.run("BEGIN");
      try {
        const result = await action(connection);
        await connection.run("COMMIT");
        return result;
      } catch (error) {
        await connection.run("ROLLBACK").catch(() => undefined);
        throw error;
      }
    });
  }

  async #guard<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(action);
    this.#turn = done.catch(() => undefined);
    try {
      return await done;
    } catch (error) {
      throw warehouseError(error, this.file);
    }
  }
}

/** Inserting wide rows takes DuckDB longer on two threads than on one (measured on two cores), and the readers want the other half. */
const writerThreads = (): number => Math.max(1, Math.floor(availableParallelism() / 2));

/** While workers hold events too; what DuckDB takes beyond its limit grows with the limit. */
const loadingMemory = (): string => `${96 + 64 * writerThreads()}MB`;
const publishingMemory = "256MB";

/** Where workers stage for a warehouse, also before it is open. */
export const stageFolder = (file: string): string => `${workFile(file)}.stage`;

function programVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : "unknown";
}

async function takeLock(duck: Duck, file: string): Promise<void> {
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
async function checkPublished(duck: Duck, file: string): Promise<void> {
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
async function compareWithPublished(duck: Duck, file: string): Promise<"same" | "ahead" | "stale"> {
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
