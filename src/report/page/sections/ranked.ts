/** The order of Regions in a chart: by their calls. */
import type { Stream } from "../data/flow.ts";

/** Names by their calls, most first; `place` comes before that. */
export function ranked(
  streams: readonly Stream[],
  name: (stream: Stream) => string,
  place: (stream: Stream) => number = () => 0,
): string[] {
  const sums = new Map<string, { calls: number; place: number }>();
  for (const stream of streams) {
    const sum = sums.get(name(stream)) ?? { calls: 0, place: place(stream) };
    sum.calls += stream.calls;
    sums.set(name(stream), sum);
  }
  return [...sums]
    .toSorted(([a, x], [b, y]) => x.place - y.place || y.calls - x.calls || (a < b ? -1 : 1))
    .map(([key]) => key);
}
