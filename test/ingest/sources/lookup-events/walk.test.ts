/** The way through an event history: whatever is refused and wherever it is stopped, every event is given and the checkpoint is true. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AskedWindow,
  type Checkpoint,
  type Scan,
  firstTask,
  nextWindow,
  nothingRead,
  parseCheckpoint,
} from "../../../../src/ingest/sources/lookup-events/checkpoint.ts";
import {
  type LookupPage,
  type LookupRequest,
  TokenRefused,
} from "../../../../src/ingest/sources/lookup-events/client.ts";
import type { Place } from "../../../../src/ingest/sources/lookup-events/page-objects.ts";
import { type Seconds, secondsOf, shift } from "../../../../src/ingest/sources/lookup-events/times.ts";
import { walk } from "../../../../src/ingest/sources/lookup-events/walk.ts";
import type { TrailObject } from "../../../../src/ingest/listing/source.ts";

const at = "2026-09-14T12:00:00Z";
const place: Place = {
  account: "111122223333",
  region: "eu-west-1",
  eventSource: "bedrock.amazonaws.com",
  everyDay: true,
};
const everything: AskedWindow = { from: null, to: null };

interface Event {
  readonly id: number;
  readonly time: Seconds;
}

/** A service whose every answer may be the last that its token is good for. */
class History {
  readonly events: readonly Event[];
  readonly #pageSize: number;
  readonly #refusals: readonly boolean[];
  #calls = 0;

  constructor(ages: readonly number[], pageSize: number, refusals: readonly boolean[]) {
    this.events = ages
      .map((age, id) => ({ id, time: shift(at, -age) }))
      .toSorted((a, b) => (a.time > b.time ? -1 : a.time < b.time ? 1 : a.id - b.id));
    this.#pageSize = pageSize;
    this.#refusals = refusals;
  }

  clockOffsetMs = (): Promise<number> => Promise.resolve(0);

  page = ({ from, end, token }: LookupRequest): Promise<LookupPage> => {
    const refused = token !== null && this.#refusals[this.#calls++ % this.#refusals.length] === true;
    if (refused) return Promise.reject(new TokenRefused());
    const [of, offset] = token === null ? [`${from}${end}`, 0] : (JSON.parse(token) as [string, number]);
    expect(of).toBe(`${from}${end}`);
    const found = this.events.filter(({ time }) => time >= from && time <= end);
    const next = offset + this.#pageSize;
    return Promise.resolve({
      records: found.slice(offset, next).map(({ id, time }) => ({ time, text: JSON.stringify({ id }) })),
      token: next < found.length ? JSON.stringify([of, next]) : null,
    });
  };
}

interface Result {
  readonly objects: readonly TrailObject[];
  readonly checkpoint: Checkpoint;
  readonly finished: boolean;
}

/** Takes at most so many steps, as a run that is killed after their commit. */
async function take(history: History, checkpoint: Checkpoint, steps: number, now = at): Promise<Result> {
  const objects: TrailObject[] = [];
  let reached = checkpoint;
  const walked = walk({
    client: history,
    place,
    checkpoint,
    asked: everything,
    now: () => new Date(now),
    onTask: () => undefined,
    onPage: () => undefined,
    onClock: () => undefined,
  });
  let taken = 0;
  for await (const step of walked) {
    objects.push(...step.objects);
    reached = parseCheckpoint(JSON.stringify(step.checkpoint)) ?? nothingRead;
    if (++taken >= steps) return { objects, checkpoint: reached, finished: false };
  }
  return { objects, checkpoint: reached, finished: true };
}

function idsIn(objects: readonly TrailObject[]): ReadonlySet<number> {
  const ids = objects.flatMap(({ locator }) => {
    if (locator.kind !== "bytes") throw new Error("a page is handed over as bytes");
    // What pageObjects wrote: our own records in the form of an answer.
    const answer = JSON.parse(Buffer.from(locator.bytes).toString("utf8")) as { Events: { CloudTrailEvent: string }[] };
    return answer.Events.map(({ CloudTrailEvent: text }) => (JSON.parse(text) as { id: number }).id);
  });
  return new Set(ids);
}

describe("walking", () => {
  it("gives every event, whatever tokens are refused and wherever runs are killed", async () => {
    const day = 86_400;
    await fc.assert(
      fc.asyncProperty(
        // Crowded seconds and days without anything.
        fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 89 * day })), { maxLength: 60 }),
        fc.integer({ min: 2, max: 7 }),
        // Never so often that a crowded second cannot be passed.
        fc
          .array(fc.boolean(), { minLength: 0, maxLength: 6 })
          .map((some) => [...some.flatMap((one) => [one, ...calm]), ...calm]),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 }),
        async (ages, pageSize, refusals, kills) => {
          const history = new History(ages, pageSize, refusals);
          const objects: TrailObject[] = [];
          let checkpoint = nothingRead;
          let finished = false;
          for (const steps of [...kills, Number.POSITIVE_INFINITY]) {
            const run = await take(history, checkpoint, steps);
            objects.push(...run.objects);
            ({ checkpoint, finished } = run);
            if (checkpoint.scan === null) break;
          }
          expect(idsIn(objects)).toEqual(new Set(history.events.map(({ id }) => id)));
          expect(finished || checkpoint.complete === at).toBe(true);
          expect(checkpoint).toMatchObject({ complete: at, deep: at, scan: null, asked: null });
          // Every day of the window has an object: none is a gap.
          expect(new Set(objects.map((object) => object.day)).size).toBe(91);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("gives up on a service that refuses every token it gives", async () => {
    const history = new History([10, 10, 10, 10, 10, 10], 2, [true]);
    await expect(take(history, nothingRead, Number.POSITIVE_INFINITY)).rejects.toThrow(/refuses every token/);
  });

  it("goes on as long as each listing comes a step forward, however many tokens are refused", async () => {
    const history = new History(
      Array.from({ length: 12 }, (_, n) => 10 * n),
      2,
      [true],
    );
    const { objects, finished } = await take(history, nothingRead, Number.POSITIVE_INFINITY);
    expect([idsIn(objects).size, finished]).toEqual([12, true]);
  });

  it("after a long stop reads on to now in the same run, after a short one not", async () => {
    const history = new History([60, 3600, 7200, 86_400], 2, [false]);
    const stopped = await take(history, nothingRead, 1);
    const soon = await take(history, stopped.checkpoint, Number.POSITIVE_INFINITY, shift(at, 60));
    expect(soon.checkpoint.complete).toBe(at);
    const later = await take(history, stopped.checkpoint, Number.POSITIVE_INFINITY, shift(at, 7200));
    expect(later.checkpoint).toMatchObject({ complete: shift(at, 7200), scan: null });
  });
});

/** Answers enough to pass any crowd of the test above. */
const calm: readonly boolean[] = Array.from({ length: 40 }, () => false);

describe("what is read next", () => {
  const complete = "2026-09-14T06:00:00Z";
  const done = { ...nothingRead, complete, deep: complete };
  const scan: Scan = { from: "2026-09-01T00:00:00Z", to: complete, end: complete, token: "t", oldest: complete };

  it("90 days at first, two hours back later, two days back once a day", () => {
    expect(nextWindow(nothingRead, at)).toEqual({ from: "2026-06-16T12:00:00Z", to: at });
    expect(nextWindow(done, at)).toEqual({ from: "2026-09-14T04:00:00Z", to: at });
    expect(nextWindow({ ...done, deep: "2026-09-13T23:00:00Z" }, at).from).toBe("2026-09-12T06:00:00Z");
    expect(nextWindow({ ...done, complete: "2026-01-01T00:00:00Z", deep: null }, at).from).toBe("2026-06-16T12:00:00Z");
    // A clock that was ahead of time once.
    expect(nextWindow({ ...done, complete: "2027-01-01T00:00:00Z" }, at).from).toBe("2026-09-14T10:00:00Z");
  });

  it("the days that are asked for, whatever was read; they join the rest only without a gap", () => {
    const from = "2026-09-10T00:00:00Z";
    const to = "2026-09-11T23:59:59Z";
    expect(firstTask(done, { from, to }, at)).toMatchObject({ kind: "asked", scan: { from, to }, resumed: false });
    expect(firstTask(done, { from, to: null }, at)).toMatchObject({ kind: "scan", scan: { from, to: at } });
    const gap = { ...done, complete: "2026-09-01T00:00:00Z" };
    expect(firstTask(gap, { from, to: null }, at)).toMatchObject({ kind: "asked", scan: { from, to: at } });
    expect(firstTask(nothingRead, { from: "2020-01-01T00:00:00Z", to: null }, at).scan.from).toBe(
      "2026-06-16T12:00:00Z",
    );
    expect(firstTask(done, { from: null, to: "2026-12-31T23:59:59Z" }, at).scan.to).toBe(at);
  });

  it("a stopped window goes on, also one that was asked for", () => {
    const stopped = { ...done, scan };
    expect(firstTask(stopped, everything, at)).toEqual({ kind: "scan", scan, resumed: true });
    expect(firstTask(stopped, { from: scan.from, to: null }, at)).toEqual({ kind: "scan", scan, resumed: true });
    const asked = { ...done, asked: scan };
    expect(firstTask(asked, { from: scan.from, to: scan.to }, at)).toEqual({ kind: "asked", scan, resumed: true });
    expect(firstTask(asked, { from: scan.from, to: at }, at).resumed).toBe(false);
    expect(firstTask(stopped, { from: "2026-09-10T00:00:00Z", to: null }, at)).toMatchObject({ kind: "asked" });
  });

  it("a checkpoint that nobody wrote so is none", () => {
    expect(parseCheckpoint("{")).toBeUndefined();
    expect(parseCheckpoint(`{"complete":"yesterday","deep":null,"scan":null,"asked":null}`)).toBeUndefined();
    expect(parseCheckpoint(JSON.stringify({ ...done, scan }))).toEqual({ ...done, scan });
    expect(secondsOf(new Date("2026-09-14T12:00:00.999Z"))).toBe(at);
  });
});
