/** The digests of a listing for a time range, with the neighbours that their links and signatures need. Pure. */
import { hourMs } from "../day.ts";
import type { DigestFile, TimeRange } from "./archive.ts";
import { chainOf } from "./digest-name.ts";

/** The time before the range in which its first predecessor may end; a chain that ended earlier does not belong to it. */
export const lookBackMs: number = 48 * hourMs;

/**
 * The digests by chain, in order: those that cover some of the range, one before and two after it.
 * If no chain reaches the range, the last digest of each, for its end to be reported.
 */
export function selectDigests(files: readonly DigestFile[], range: TimeRange): readonly DigestFile[] {
  const chains = new Map<string, DigestFile[]>();
  for (const file of files) {
    const chain = chains.get(chainOf(file.name)) ?? [];
    chain.push(file);
    chains.set(chainOf(file.name), chain);
  }
  const all = [...chains.values()].map((chain) =>
    chain.toSorted((a, b) => a.name.endsAt - b.name.endsAt || (a.key < b.key ? -1 : 1)),
  );
  const near = range.from === null ? null : range.from - lookBackMs;
  const reaching = near === null ? all : all.filter((chain) => (chain.at(-1)?.name.endsAt ?? 0) > near);
  return (reaching.length > 0 ? reaching : all).flatMap((chain) => inRange(chain, range));
}

function inRange(chain: readonly DigestFile[], { from, to }: TimeRange): readonly DigestFile[] {
  const startOf = (index: number): number =>
    Math.max((chain[index]?.name.endsAt ?? 0) - hourMs, chain[index - 1]?.name.endsAt ?? Number.NEGATIVE_INFINITY);
  const first = from === null ? 0 : chain.findIndex(({ name }) => name.endsAt > from);
  if (first < 0) return chain.slice(-1);
  const after = to === null ? -1 : chain.findIndex((_, index) => index >= first && startOf(index) >= to);
  return chain.slice(Math.max(0, first - 1), after < 0 ? undefined : after + 2);
}
