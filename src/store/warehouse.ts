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
  /** Told what was mended while opening. */
  readonly notice?: ((message: string) => void) | undefined;
  /** Events that are folded at once, 200,000 unless told. */
  readonly foldedAtOnce?: number;
}

/** The one writer of a warehouse. Everything it does happens in FILE.work until `publish`. */
export class Warehouse {
  readonly file: string;
  readonly digests: DigestStore = digestStore((action) =>
    this.#transaction((connection) => action(connection, this.#context())),
  );
  /** Where workers put their Parquet files: empty at first, gone with the warehouse. */
  readonly stageFolder: string;
  readonly #duck: Duck;
  readonly #options: WarehouseOptions;
  #runId = "";
  /** Everything on the one connection happens in turn: a question to the ledger never falls into somebody's transaction. */
  #turn: Promise<unknown> = Promise.resolve();
  /** The candidates of this run are remembered. */
  #remembers = false;
  #lateEvents: PruneCounts | null = null;
  /** Since the last publishing. */
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
      // The lock of another run stays; ours would only be litter.
      if (!(error instanceof SpillwayError && error.code === "run-locked"))
        await rm(lockFile(file), { force: true }).catch(() => undefined);
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

  /** Objects of the ledger within what was listed completely that were not among the remembered candidates. */
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

  /** Not for each commit anew: what had to be added to it for the one before stays. */
  async #limit(limits: ResourceLimits): Promise<void> {
    if (limits !== this.#limits) await this.#guard(() => setLimits(this.#duck.connection, limits, this.#options));
    this.#limits = limits;
  }

  /** Begins a run and returns its identifier. Until it is finished its row has no `finished_at`. */
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

  /** What the last runs left for a source under this scope: values by name. */
  async sourceState(scope: string): Promise<ReadonlyMap<string, string>> {
    return await this.#guard(() => readStates(this.#duck.connection, scope));
  }

  /** Remembers for the sources, by itself; what belongs to objects goes with their batch. It is nothing to publish for. */
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

  /** Makes these the accounts and Regions that are expected, in place of those that were. */
  async replaceExpected(expected: Expectation): Promise<void> {
    await this.#transaction((connection) => replaceExpected(connection, expected));
  }

  /** Makes the user's own boundaries rows of the table `boundary`, in place of those that were there. */
  async replaceBoundaries(own: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await this.#transaction((connection) => replaceBoundaries(connection, own));
  }

  /** Removes what happened before a day (YYYY-MM-DD, UTC), for good: what comes for these days later does not stay either. */
  async prune(day: string): Promise<PruneCounts> {
    return await this.#transaction((connection) => pruneBefore(connection, day));
  }

  /** What the last `publish` left out because it came for days that were pruned; null if nothing was ever pruned. */
  get lateEvents(): PruneCounts | null {
    return this.#lateEvents;
  }

  /** The share of the file that holds nothing any more, 0 to 1. */
  async wastedShare(): Promise<number> {
    return await this.#guard(() => wastedShare(this.#duck.connection));
  }

  /** Writes the working file anew without its empty parts: DuckDB never makes a file smaller. Publish afterwards. */
  async compact(): Promise<CompactSizes> {
    return await this.#guard(async () => {
      const sizes = await compactFile(this.#duck, workFile(this.file));
      if (sizes.bytesAfter < sizes.bytesBefore) await writeMeta(this.#duck.connection, { dirty: "true" });
      return sizes;
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
      this.#lateEvents = await inTransaction(connection, () => applyHorizon(connection));
      await renewStaleDays(connection);
      // the copy must say that it is clean; until the rename is done, `base` tells that the published file is an older one
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
