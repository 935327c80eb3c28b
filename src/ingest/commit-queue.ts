/** The queue of results to commit: they wait until there are enough of them, or enough time has passed. */
import type { Staged, WorkerPool } from "./worker-pool.ts";
import type { SourceState } from "./listing/source.ts";

/** The amount that waits before it is committed. */
export interface CommitLimits {
  readonly events: number;
  readonly objects: number;
}

/** The amount of staged work that starts a commit; a crash loses at most that much. */
const defaultLimits: CommitLimits = { events: 250_000, objects: 20_000 };
const defaultCommitSeconds = 30;
/** Seconds between commits for sources with checkpoints, which are slow and expensive to repeat. */
const commitSecondsOfStates = 5;

/** The part of the worker pool that staging needs. */
export type StagingPool = Pick<
  WorkerPool,
  "take" | "flush" | "hasAbandoned" | "outOfReach" | typeof Symbol.asyncDispose
>;

type Commit = (staged: readonly Staged[], states: readonly SourceState[], besideReaders: boolean) => Promise<void>;

export class CommitQueue {
  readonly #commit: Commit;
  readonly #seconds: number | undefined;
  readonly #limits: CommitLimits;
  #waiting: Staged[] = [];
  /** States of chunks that were handed out, for the next batch that holds all their objects. */
  #states: { readonly source: number; readonly state: SourceState }[] = [];
  #lastCommit = performance.now();
  #hasStarted = false;
  #announceStart: () => void = () => undefined;
  readonly #started = new Promise<void>((resolve) => (this.#announceStart = resolve));
  /** The commit that runs while the workers read on; there is one at a time. */
  #committing: Promise<void> = Promise.resolve();

  constructor(commit: Commit, seconds: number | undefined, limits: CommitLimits = defaultLimits) {
    this.#commit = commit;
    this.#seconds = seconds;
    this.#limits = limits;
  }

  /** Allows commits: the run's row is written first. */
  start(): void {
    this.#hasStarted = true;
    this.#announceStart();
  }

  /** Runs a separate commit when no other one is running. */
  async alone<T>(commit: () => Promise<T>): Promise<T> {
    await this.#started;
    await this.#committing;
    return await commit();
  }

  add(staged: Staged): void {
    this.#waiting.push(staged);
  }

  remember(source: number, states: readonly SourceState[]): void {
    for (const state of states) this.#states.push({ source, state });
  }

  async commitIfDue(pool: StagingPool): Promise<void> {
    this.#waiting.push(...pool.take());
    if (!this.#hasStarted) return;
    const events = this.#waiting.reduce((sum, staged) => sum + staged.events, 0);
    const objects = this.#waiting.reduce((sum, staged) => sum + staged.objects.length, 0);
    const seconds = (performance.now() - this.#lastCommit) / 1000;
    const isLarge = events >= this.#limits.events || objects >= this.#limits.objects;
    if (isLarge && this.#states.length === 0) await this.#startCommit([], []);
    else if (isLarge || seconds >= this.#dueSeconds()) {
      const flushed = await pool.flush();
      await this.#startCommit(flushed, this.#takeStates(pool));
    }
  }

  /** The states to commit, without those of sources whose objects were not all read: out of reach, or given up at a stop. */
  #takeStates(pool: StagingPool): readonly SourceState[] {
    return this.#states
      .splice(0)
      .flatMap(({ source, state }) => (pool.hasAbandoned || pool.outOfReach(source) !== undefined ? [] : [state]));
  }

  /** Commits all that was handed out, and waits for it. */
  async commitAll(pool: StagingPool): Promise<void> {
    await this.#started;
    const flushed = await pool.flush();
    await this.#startCommit(flushed, this.#takeStates(pool));
    await this.#committing;
  }

  /** The last commit, with all that the workers still held; they have ended when it begins. */
  async commitLast(pool: StagingPool, flushed: readonly Staged[]): Promise<void> {
    const states = this.#takeStates(pool);
    // the last commit needs their memory more than their threads
    await pool[Symbol.asyncDispose]();
    await this.#startCommit(flushed, states, false);
    await this.#committing;
  }

  #dueSeconds(): number {
    return this.#seconds ?? (this.#states.length > 0 ? commitSecondsOfStates : defaultCommitSeconds);
  }

  /** Starts a commit after waiting for the one before. `flushed` is what the workers still held: nothing handed out is missing then. */
  async #startCommit(
    flushed: readonly Staged[],
    states: readonly SourceState[],
    besideReaders: boolean = true,
  ): Promise<void> {
    await this.#committing;
    const staged = [...this.#waiting, ...flushed];
    this.#waiting = [];
    this.#lastCommit = performance.now();
    this.#committing = this.#commit(staged, states, besideReaders);
    // reported to the next one who waits for it
    this.#committing.catch(() => undefined);
  }
}
