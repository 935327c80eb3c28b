/** What a commit takes: never a checkpoint before the objects that it speaks of, never anything twice, one commit at a time. */
import { expect, it } from "vitest";
import { SpillwayError } from "../../src/errors.ts";
import { CommitQueue, type StagingPool } from "../../src/ingest/commit-queue.ts";
import type { SourceState } from "../../src/ingest/listing/source.ts";
import type { Staged } from "../../src/ingest/worker-pool.ts";
import { type ReadObject, unreadObject } from "../../src/ingest/worker-protocol.ts";

const object = (name: string): ReadObject => {
  const place = { accountId: null, region: null, day: null };
  return unreadObject({ uri: `file:${name}`, etag: "1", size: 1, skip: null, ...place }, "skipped", "for the test");
};
const staged = (name: string, events: number): Staged => ({
  type: "staged",
  file: null,
  events,
  objects: [object(name)],
  flushed: false,
});
const state = (name: string): SourceState => ({ scope: "s", name, value: "1" });

/** Workers that have staged `ready`, and hold `held` until they are told to stage it. */
class Workers implements StagingPool {
  ready: Staged[] = [];
  held: Staged[] = [];
  hasAbandoned = false;
  flushes = 0;
  readonly lost = new Set<number>();

  take(): Staged[] {
    return this.ready.splice(0);
  }

  flush(): Promise<Staged[]> {
    this.flushes++;
    return Promise.resolve([...this.ready.splice(0), ...this.held.splice(0)]);
  }

  outOfReach(source: number): SpillwayError | undefined {
    return this.lost.has(source) ? new SpillwayError("source-unreachable", "gone") : undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

interface Committed {
  readonly objects: readonly string[];
  readonly states: readonly string[];
}

const limits = { events: 10, objects: 3 };
const never = 3600;

function queueOf(seconds = never): { readonly queue: CommitQueue; readonly commits: Committed[] } {
  const commits: Committed[] = [];
  const queue = new CommitQueue(
    (parts, states) => {
      const objects = parts.flatMap((part) => part.objects.map((read) => read.object.uri.slice("file:".length)));
      commits.push({ objects, states: states.map(({ name }) => name) });
      return Promise.resolve();
    },
    seconds,
    limits,
  );
  return { queue, commits };
}

it("commits when there are enough events, and not before", async () => {
  const { queue, commits } = queueOf();
  const pool = new Workers();
  queue.start();
  pool.ready = [staged("a", 9)];
  await queue.commitIfDue(pool);
  expect(commits).toEqual([]);
  pool.ready = [staged("b", 1)];
  await queue.commitIfDue(pool);
  expect([commits, pool.flushes]).toEqual([[{ objects: ["a", "b"], states: [] }], 0]);
});

it("commits when there are enough objects, though none has an event", async () => {
  const { queue, commits } = queueOf();
  const pool = new Workers();
  queue.start();
  for (const name of ["a", "b"]) queue.add(staged(name, 0));
  await queue.commitIfDue(pool);
  expect(commits).toEqual([]);
  queue.add(staged("c", 0));
  await queue.commitIfDue(pool);
  expect(commits.map(({ objects }) => objects)).toEqual([["a", "b", "c"]]);
});

it("a large commit takes a checkpoint only with all that was handed out before it", async () => {
  const { queue, commits } = queueOf();
  const pool = new Workers();
  queue.start();
  pool.ready = [staged("a", 10)];
  pool.held = [staged("held", 1)];
  queue.remember(0, [state("page 1")]);
  await queue.commitIfDue(pool);
  expect([commits, pool.flushes]).toEqual([[{ objects: ["a", "held"], states: ["page 1"] }], 1]);
});

it("a commit that is due takes what the workers still hold, and takes nothing twice", async () => {
  const { queue, commits } = queueOf(0);
  const pool = new Workers();
  queue.start();
  pool.held = [staged("held", 1)];
  queue.add(staged("a", 0));
  await queue.commitIfDue(pool);
  await queue.commitLast(pool, [staged("last", 0)]);
  expect(commits.map(({ objects }) => objects)).toEqual([["a", "held"], ["last"]]);
});

it("nothing is committed before the run's row stands", async () => {
  const { queue, commits } = queueOf(0);
  const pool = new Workers();
  queue.add(staged("a", 10));
  await queue.commitIfDue(pool);
  expect(commits).toEqual([]);
  queue.start();
  await queue.commitIfDue(pool);
  expect(commits).toHaveLength(1);
});

it("forgets the checkpoints of a source that went out of reach, and all of them where objects were given up", async () => {
  const { queue, commits } = queueOf();
  const pool = new Workers();
  queue.start();
  pool.lost.add(1);
  queue.remember(0, [state("kept")]);
  queue.remember(1, [state("lost")]);
  await queue.commitAll(pool);
  expect(commits.at(-1)?.states).toEqual(["kept"]);
  pool.hasAbandoned = true;
  queue.remember(0, [state("abandoned")]);
  await queue.commitLast(pool, []);
  expect(commits.at(-1)?.states).toEqual([]);
});

it("one commit runs at a time", async () => {
  let running = 0;
  let most = 0;
  const queue = new CommitQueue(
    async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
    },
    never,
    limits,
  );
  queue.start();
  const pool = new Workers();
  for (const name of ["a", "b", "c"]) {
    queue.add(staged(name, 10));
    await queue.commitIfDue(pool);
  }
  await queue.commitLast(pool, []);
  expect(most).toBe(1);
});
