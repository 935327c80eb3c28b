/** The state of a chain over time: vouched for, broken, switched off, still to come. Pure. */
import { hourMs } from "../day.ts";
import type { Reason } from "./verdict.ts";

/** The reason why no valid digest lists a log file that was delivered in a span. */
export type ChainState = Extract<
  Reason,
  | "unlisted"
  | "digest-invalid"
  | "digest-missing"
  | "digest-unreadable"
  | "scope"
  | "validation-off"
  | "cut-end"
  | "recent"
  | "no-digests"
>;

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly state: ChainState;
}

/** One trail's standard chain over the time that was checked. */
export interface Timeline {
  /** The spans in order, without holes between the first and the last. */
  readonly spans: readonly Span[];
  readonly before: ChainState;
  readonly after: ChainState;
}

/** The tolerance at a border, since logs are delivered minutes after the time in their name. */
const deliveryMs = 5 * 60_000;

/** The states from the mildest on: with several trails it is not known whose file it is. */
const mildest: readonly ChainState[] = [
  "digest-invalid",
  "digest-missing",
  "digest-unreadable",
  "scope",
  "validation-off",
  "recent",
  "cut-end",
  "unlisted",
];

/** The reason why no digest lists a log file delivered at `time`, by all chains of its account and Region. */
export function stateAt(timelines: readonly Timeline[], time: number): ChainState {
  if (timelines.length === 0) return "no-digests";
  const found = new Set<ChainState>();
  for (const timeline of timelines) for (const state of statesOf(timeline, time, timelines)) found.add(state);
  return mildest.find((state) => found.has(state)) ?? "unlisted";
}

function statesOf({ spans, before, after }: Timeline, time: number, all: readonly Timeline[]): readonly ChainState[] {
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return [after];
  const until = time + deliveryMs;
  const found = spans.filter(({ from, to }) => from < until && time <= to).map(({ state }) => state);
  // A trail that began later explains nothing where another one was already active.
  if (time <= first.from && (before !== "validation-off" || !all.some((other) => covers(other, time))))
    found.push(before);
  if (until > last.to) found.push(after);
  return found;
}

function covers({ spans }: Timeline, time: number): boolean {
  return spans.some(({ from, to, state }) => state === "unlisted" && from < time && time <= to);
}

/** A collector of spans in order of time; the time between two of them has the state `between`. */
export class TimelineBuilder {
  readonly #spans: Span[] = [];
  #before: ChainState = "digest-missing";

  get end(): number | null {
    return this.#spans.at(-1)?.to ?? null;
  }

  startsWith(before: ChainState): void {
    if (this.#spans.length === 0) this.#before = before;
  }

  /** Adds a span; `from` is null to continue the last one. */
  add(from: number | null, to: number, state: ChainState, between: ChainState): void {
    const end = this.end;
    if (end !== null && from !== null && from > end) this.#spans.push({ from: end, to: from, state: between });
    const start = Math.max(from ?? end ?? to - hourMs, end ?? Number.NEGATIVE_INFINITY);
    if (to > start) this.#spans.push({ from: start, to, state });
  }

  build(after: ChainState): Timeline {
    return { spans: this.#spans, before: this.#before, after };
  }
}
