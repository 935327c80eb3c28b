/** When a run commits: what has been read waits here until there is enough of it, or enough time has passed. */
import type { Staged, WorkerPool } from "./worker-pool.ts";
import type { SourceState } from "./listing/source.ts";

/** So much waits before it is committed. */
export interface CommitLimits {
  readonly events: number;
  readonly objects: number;
}

/** A commit takes what is staged when this much waits; a crash loses at most that much work. */
const defaultLimits: CommitLimits = { events: 250_000, objects: 20_000 };
const defaultCommitSeconds = 30;
/** Sources with checkpoints are slow, and do not like to go back. */
const commitSecondsOfStates = 5;

/** Of the workers: what is staged, and what keeps them from staging all that was handed out. */
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
  /** Of chunks that are handed out: they are committed with the next batch that holds all that was handed out. */
  #states: { readonly source: number; readonly state: SourceState }[] = [];
  #lastCommit = performance.now();
  #hasStarted = false;
  #announceStart: () => void = () => undefined;
  readonly #started = new Promise<void>((resolve) => (this.#announceStart = resolve));
  /** The commit that runs while the workers read on; one at a time. */
  #committing: Promise<void> = Promise.resolve();

  constructor(commit: Commit, seconds: number | undefined, limits: CommitLimits = defaultLimits) {
    this.#commit = commit;
    this.#seconds = seconds;
    this.#limits = limits;
  }

  /** Nothing is committed before: the run's row stands first. */
  start(): void {
    this.#hasStarted = true;
    this.#announceStart();
  }

  /** Runs a commit that stands by itself, when no other one does. */
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

  /** A source that went out of reach, or whose objects were given up at a stop, may not have got all that its states speak of. */
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

  /** The last commit, with all that the workers still held; they are gone when it begins. */
  async commitLast(pool: StagingPool, flushed: readonly Staged[]): Promise<void> {
    const states = this.#takeStates(pool);
    // their memory is worth more than their threads while the last commit runs
    await pool[Symbol.asyncDispose]();
    await this.#startCommit(flushed, states, false);
    await this.#committing;
  }

  #dueSeconds(): number {
    return this.#seconds ?? (this.#states.length > 0 ? commitSecondsOfStates : defaultCommitSeconds);
  }

  /** Waits for the commit before it only. `flushed`: what the workers still held, so that nothing that was handed out is missing. */
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
    // reported by whoever waits for it next
    this.#committing.catch(() => undefined);
  }
}
