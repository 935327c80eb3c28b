/** The warehouse that a batch writes to: the working file, its lock, and publishing. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { DuckDBConnection } from "duckdb";
import { SpillwayError } from "../errors.ts";
import type { InferenceProfileRow } from "../reference/inference-profiles.ts";
import { replaceBoundaries } from "./boundaries.ts";
import { type Expectation, replaceExpected } from "./expected-trails.ts";
import { checkpointAfter } from "./checkpoint.ts";
import { type DigestStore, digestStore } from "./digest-store.ts";
import {
  type Duck,
  type DuckOptions,
  attach,
  detach,
  isDamage,
  released,
  startDuck,
  stopDuck,
  warehouseError,
} from "./duck.ts";
import { type LogFinding, writeFindings } from "./findings.ts";
import { type Listed, writeListed } from "./listed-ranges.ts";
import { renewStaleDays } from "./invocation-day.ts";
import { type Candidate, type ObjectKind, type UnknownObject, findUnknown, ledgerOf } from "./ledger.ts";
import { type CompactSizes, compactFile, wastedShare } from "./compact.ts";
import type { CommitCounts, StagedBatch } from "./batch.ts";
import { type CommitContext, loadBatch } from "./load.ts";
import {
  type ListedKeyRange,
  type MissingObject,
  findMissing,
  oldestUnread,
  rememberListed,
  startListed,
} from "./missing.ts";
import { replaceProfiles } from "./profiles.ts";
import { type PruneCounts, applyHorizon, pruneBefore } from "./prune.ts";
import { replaceFile } from "./publish.ts";
import { type ResourceLimits, alone, asking, besideReaders, setLimits } from "./resource-limits.ts";
import { type RunCounts, completeRun, insertRun } from "./runs.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { useWarehouse } from "./schema.ts";
import { type SourceState, readStates, writeStates } from "./source-state.ts";
import { seal } from "./open-checks.ts";
import { openWorkingFile } from "./open-working-file.ts";
import { checkFolder, lockFile, spillFolder, stageFolder, workFile } from "./side-files.ts";
import { inTransaction } from "./transaction.ts";
import { version } from "../version.ts";

export type * from "./warehouse-types.ts";

export interface WarehouseOptions extends DuckOptions {
  readonly now?: () => Date;
  /** Called with what was repaired while opening. */
  readonly notice?: ((message: string) => void) | undefined;
  /** Events that are folded at once; default: 200,000. */
  readonly foldedAtOnce?: number;
}

/** The one writer of a warehouse. Everything it does happens in FILE.work until `publish`. */
export class Warehouse {
  readonly file: string;
  readonly digests: DigestStore = digestStore((action) =>
    this.#transaction((connection) => action(connection, this.#context())),
  );
  /** The folder for the workers' Parquet files, removed on closing. */
  readonly stageFolder: string;
  readonly #duck: Duck;
  readonly #options: WarehouseOptions;
  #runId = "";
  /** The turn of the single connection, which keeps queries to the ledger out of other transactions. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Whether the candidates of this run are remembered. */
  #remembers = false;
  #lateEvents: PruneCounts | null = null;
  /** New events since the last publishing. */
  #newEvents = 0;
  #limits: ResourceLimits = alone;

  private constructor(file: string, duck: Duck, options: WarehouseOptions) {
    this.file = file;
    this.stageFolder = stageFolder(file);
    this.#duck = duck;
    this.#options = options;
  }

  /** Opens the working file of `file`, or makes it from the published one, or makes it new. */
  static async open(file: string, options: WarehouseOptions = {}): Promise<Warehouse> {
    const work = workFile(file);
    await checkFolder(file);
    const duck = await startDuck({ tempDirectory: spillFolder(file), ...alone, ...options });
    try {
      await openWorkingFile(duck, file, options.notice ?? (() => undefined));
      return new Warehouse(file, duck, options);
    } catch (error) {
      stopDuck(duck);
      // The lock of another run stays; ours is removed.
      if (!(error instanceof SpillwayError && error.code === "run-locked"))
        await rm(lockFile(file), { force: true }).catch(() => undefined);
      released(work);
      released(file);
      released(lockFile(file));
      throw warehouseError(error, file);
    }
  }

  /**
   * The candidates that have to be read. Chunks of some thousands are best, in the order of the listing.
   * `remember` keeps them for `missingObjects`, which asks for objects that were never among the candidates.
   */
  async unknownObjects(
    candidates: readonly Candidate[],
    remember = false,
    kind: ObjectKind = "trail",
  ): Promise<UnknownObject[]> {
    if (this.#limits === alone) await this.#limit(asking);
    return await this.#guard(async () => {
      const unknown = await findUnknown(this.#duck.connection, candidates, ledgerOf(kind));
      if (remember && candidates.length > 0) {
        if (!this.#remembers) await startListed(this.#duck.connection);
        this.#remembers = true;
        await rememberListed(this.#duck.connection);
      }
      return unknown;
    });
  }

  /** Objects of the ledger within completely listed ranges that were not among the remembered candidates. */
  async missingObjects(keys: ListedKeyRange, kind: ObjectKind = "trail"): Promise<readonly MissingObject[]> {
    return await this.#guard(async () => {
      if (!this.#remembers) await startListed(this.#duck.connection);
      this.#remembers = true;
      return await findMissing(this.#duck.connection, keys, ledgerOf(kind));
    });
  }

  /** First delivery day below the URI prefixes with an object that no run could read yet. Ask `missingObjects` before. */
  async oldestUnread(prefixes: readonly string[], kind: ObjectKind = "trail"): Promise<string | null> {
    return await this.#guard(() => oldestUnread(this.#duck.connection, prefixes, ledgerOf(kind)));
  }

  /** Stores findings and returns those that are new. */
  async saveFindings(findings: readonly LogFinding[]): Promise<readonly LogFinding[]> {
    return await this.#transaction((connection) => writeFindings(connection, findings, this.#context()));
  }

  /** Commits a batch: its events, their fold and the ledger in one transaction. */
  async commit(batch: StagedBatch): Promise<CommitCounts> {
    await this.#limit(batch.besideReaders === true ? besideReaders : alone);
    const counts = await this.#transaction((connection) => loadBatch(connection, batch, this.#context()));
    this.#newEvents += counts.newEvents;
    return counts;
  }

  /** Sets the limits only when they change: memory added for an earlier commit stays. */
  async #limit(limits: ResourceLimits): Promise<void> {
    if (limits !== this.#limits) await this.#guard(() => setLimits(this.#duck.connection, limits, this.#options));
    this.#limits = limits;
  }

  /** Begins a run and returns its identifier; its row has no `finished_at` until it is finished. */
  async startRun(source: string, startedAt: Date): Promise<string> {
    this.#runId = randomUUID();
    const run = { runId: this.#runId, startedAt, source, version };
    await this.#guard(() => insertRun(this.#duck.connection, run));
    return run.runId;
  }

  /** Checks the identities of R8 and completes the run's row. */
  async finishRun(runId: string, counts: RunCounts, finishedAt: Date): Promise<void> {
    await this.#guard(() => completeRun(this.#duck.connection, { ...counts, runId, finishedAt }));
  }

  /** The values by name that earlier runs left for a source under this scope. */
  async sourceState(scope: string): Promise<ReadonlyMap<string, string>> {
    return await this.#guard(() => readStates(this.#duck.connection, scope));
  }

  /** Saves states of sources apart from a batch, without a need to publish. */
  async saveSourceState(states: readonly SourceState[]): Promise<void> {
    await this.#transaction((connection) => writeStates(connection, states, this.#context()));
  }

  /** Remembers which days a source listed to their end. `now` is the clock of the listing. */
  async saveListed(listed: Listed, kind: ObjectKind = "trail"): Promise<void> {
    await this.#transaction((connection) => writeListed(connection, listed, this.#runId, ledgerOf(kind)));
  }

  /** Replaces what is known of the profiles in `rows` and judges again the invocations that went through an application profile. */
  async replaceProfiles(rows: readonly InferenceProfileRow[]): Promise<void> {
    await this.#transaction((connection) => replaceProfiles(connection, rows));
  }

  /** Replaces the expected accounts and Regions. */
  async replaceExpected(expected: Expectation): Promise<void> {
    await this.#transaction((connection) => replaceExpected(connection, expected));
  }

  /** Replaces the user's own boundaries in the table `boundary`. */
  async replaceBoundaries(own: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await this.#transaction((connection) => replaceBoundaries(connection, own));
  }

  /** Removes what happened before a day (YYYY-MM-DD, UTC) for good, even what comes for these days later. */
  async prune(day: string): Promise<PruneCounts> {
    return await this.#transaction((connection) => pruneBefore(connection, day));
  }

  /** The events that the last `publish` left out for being of pruned days; null if nothing was ever pruned. */
  get lateEvents(): PruneCounts | null {
    return this.#lateEvents;
  }

  /** The unused share of the file, 0 to 1. */
  async wastedShare(): Promise<number> {
    return await this.#guard(() => wastedShare(this.#duck.connection));
  }

  /** Rewrites the working file without its unused parts, which DuckDB itself never does. Publish afterwards. */
  async compact(): Promise<CompactSizes> {
    return await this.#guard(async () => {
      const sizes = await compactFile(this.#duck, workFile(this.file));
      if (sizes.bytesAfter < sizes.bytesBefore) await writeMeta(this.#duck.connection, { dirty: "true" });
      return sizes;
    });
  }

  /** Replaces the published file by a copy of the working file; false if there is nothing new. */
  async publish(): Promise<boolean> {
    return await this.#guard(async () => {
      const { connection } = this.#duck;
      const meta = await readMeta(connection);
      const work = workFile(this.file);
      const fresh = existsSync(this.file) && meta.get("dirty") !== "true";
      if (fresh) return false;
      this.#lateEvents = await inTransaction(connection, () => applyHorizon(connection));
      await renewStaleDays(connection);
      // the copy has to be marked as clean; until the rename is done, `base` shows that the published file is older
      const base = meta.get("published") === "true" ? { base: meta.get("generation") ?? "" } : {};
      const clean = { generation: randomUUID(), dirty: "false", ...base };
      await checkpointAfter(this.#duck, this.#newEvents, () => writeMeta(connection, clean));
      this.#newEvents = 0;
      await connection.run("USE memory");
      // Closing any descriptor of a file drops the process's locks on it, hence the lock on a file of its own
      await detach(this.#duck, work, "warehouse");
      try {
        await replaceFile(work, this.file);
      } finally {
        await attach(this.#duck, work, "warehouse", "write");
        await useWarehouse(connection, "warehouse");
      }
      // an old generation cannot be the base again: it may be a backup that the owner restored
      await writeMeta(connection, { published: "true", base: "" });
      return true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // closing under a running statement would take the process down
    await this.#turn;
    // unlinked while it is held: the next process makes a new one
    await rm(lockFile(this.file), { force: true }).catch(() => undefined);
    await rm(this.stageFolder, { recursive: true, force: true }).catch(() => undefined);
    stopDuck(this.#duck);
    await seal(this.file).catch(() => undefined);
    released(workFile(this.file));
    released(lockFile(this.file));
    await rm(`${lockFile(this.file)}.wal`, { force: true }).catch(() => undefined);
  }

  #context(): CommitContext {
    const { now, foldedAtOnce = 200_000 } = this.#options;
    return { runId: this.#runId, now: now?.() ?? new Date(), foldedAtOnce };
  }

  async #transaction<T>(action: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const { connection } = this.#duck;
    return await this.#guard(() => inTransaction(connection, () => action(connection)));
  }

  async #guard<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(action);
    this.#turn = done.catch(() => undefined);
    try {
      return await done;
    } catch (error) {
      throw warehouseError(error, isDamage(error) ? workFile(this.file) : this.file);
    }
  }
}
