/** What a chain says of every moment: vouched for, broken, switched off, still to come. Pure. */
import { hourMs } from "../day.ts";
import type { Reason } from "./verdict.ts";

/** What it means for a log file, delivered in that time, that no valid digest lists it. */
export type Standing = Extract<
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
  readonly standing: Standing;
}

/** One trail's standard chain over the time that was looked at. */
export interface Timeline {
  /** In order, without holes between the first and the last. */
  readonly spans: readonly Span[];
  readonly before: Standing;
  readonly after: Standing;
}

/** Logs are delivered minutes after the time in their name, so that a moment near a border belongs to both sides. */
const deliveryMs = 5 * 60_000;

/** The mildest explanation first: with several trails nobody can tell whose file it is. */
const mildest: readonly Standing[] = [
  "digest-invalid",
  "digest-missing",
  "digest-unreadable",
  "scope",
  "validation-off",
  "recent",
  "cut-end",
  "unlisted",
];

/** Why no digest lists a log file that was delivered at `time`, by all chains of its account and Region. */
export function standingAt(timelines: readonly Timeline[], time: number): Standing {
  if (timelines.length === 0) return "no-digests";
  const found = new Set<Standing>();
  for (const timeline of timelines) for (const standing of standingsOf(timeline, time, timelines)) found.add(standing);
  return mildest.find((standing) => found.has(standing)) ?? "unlisted";
}

function standingsOf({ spans, before, after }: Timeline, time: number, all: readonly Timeline[]): readonly Standing[] {
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return [after];
  const until = time + deliveryMs;
  const found = spans.filter(({ from, to }) => from < until && time <= to).map(({ standing }) => standing);
  // A trail that began later explains nothing where another one was at work already.
  if (time <= first.from && (before !== "validation-off" || !all.some((other) => covers(other, time))))
    found.push(before);
  if (until > last.to) found.push(after);
  return found;
}

function covers({ spans }: Timeline, time: number): boolean {
  return spans.some(({ from, to, standing }) => standing === "unlisted" && from < time && time <= to);
}

/** Collects spans in order of time; what lies between two of them has the standing of `between`. */
export class TimelineBuilder {
  readonly #spans: Span[] = [];
  #before: Standing = "digest-missing";

  get end(): number | null {
    return this.#spans.at(-1)?.to ?? null;
  }

  startsWith(before: Standing): void {
    if (this.#spans.length === 0) this.#before = before;
  }

  /** `from` null: where the last span ended. */
  add(from: number | null, to: number, standing: Standing, between: Standing): void {
    const end = this.end;
    if (end !== null && from !== null && from > end) this.#spans.push({ from: end, to: from, standing: between });
    const start = Math.max(from ?? end ?? to - hourMs, end ?? Number.NEGATIVE_INFINITY);
    if (to > start) this.#spans.push({ from: start, to, standing });
  }

  build(after: Standing): Timeline {
    return { spans: this.#spans, before: this.#before, after };
  }
}
