/** The walk along one chain, from its oldest digest to its newest: verdicts, links to predecessors, and gaps. */
import { hourMs } from "../day.ts";
import type { Area, DigestFile, TimeRange } from "./archive.ts";
import { expectedDigest, parseDigestName } from "./digest-name.ts";
import { type JudgeContext, type Judgement, type OpenedDigest, judgeDigest, openDigest } from "./judge-digest.ts";
import { readAhead } from "./read-ahead.ts";
import { sameHex } from "./signature.ts";
import { type ChainState, type Timeline, TimelineBuilder } from "./timeline.ts";
import type { Reason, Verdict } from "./verdict.ts";

export interface ChainContext extends JudgeContext {
  readonly range: TimeRange;
  /** The time that a complete chain reaches. */
  readonly reach: number;
  /** Whether the listing has a log file that was delivered before this time. */
  readonly hasLogsBefore: (time: number) => boolean;
}

/** A digest with its final verdict; one known only from others has no `opened`. */
export interface CheckedDigest extends Judgement {
  readonly uri: string;
  readonly opened: OpenedDigest | null;
  readonly endsAt: number;
  readonly isBackfill: boolean;
  /** A neighbour of the range: read for its links, not part of the answer. */
  readonly isOutside: boolean;
}

/** The tolerance of half an hour: digests are made roughly on the hour. */
const slack = hourMs / 2;
const digestsAhead = 12;

/** All digests of one chain in order; returns its timeline. `files` are in order and of one chain. */
export async function* checkChain(
  files: readonly DigestFile[],
  context: ChainContext,
): AsyncGenerator<CheckedDigest, Timeline> {
  const walk = new ChainWalk(files, context);
  const opened = readAhead(files, digestsAhead, (file) => openDigest(context.area, file));
  for (const index of files.keys()) {
    const here = await opened(index);
    if (here === undefined) break;
    yield* walk.step(index, here, [await opened(index + 1), await opened(index + 2)]);
  }
  return yield* walk.end();
}

/** The part of earlier digests that the links of the next ones need. */
interface Behind {
  readonly key: string;
  readonly endsAt: number;
  readonly checked: CheckedDigest;
}

class ChainWalk {
  readonly #files: readonly DigestFile[];
  readonly #context: ChainContext;
  readonly #area: Area;
  readonly #known: ReadonlyMap<string, number>;
  readonly #timeline = new TimelineBuilder();
  /** The last few digests: one may have been inserted between two that belong together. */
  readonly #behind: Behind[] = [];

  constructor(files: readonly DigestFile[], context: ChainContext) {
    this.#files = files;
    this.#context = context;
    this.#area = context.area;
    this.#known = new Map(files.map(({ key }, index) => [key, index]));
  }

  *step(
    index: number,
    opened: OpenedDigest,
    successors: readonly (OpenedDigest | undefined)[],
  ): Generator<CheckedDigest> {
    const { file, document } = opened;
    const own = judgeDigest(opened, successors, this.#context);
    // An invalid digest's word on its predecessor does not count.
    const previous = own.verdict === "invalid" ? undefined : document?.previous;
    yield* this.#missingBefore(index, previous, document?.startsAt ?? null);
    const reason = own.verdict === "valid" && document !== null ? this.#brokenLink(index, opened, successors) : null;
    const judged = reason === null ? own : { ...own, verdict: "invalid" as const, reason };
    const { endsAt, isBackfill } = file.name;
    const checked = { ...judged, uri: file.uri, opened, endsAt, isBackfill, isOutside: this.#isOutside(index) };
    const isSound = judged.verdict === "valid" && document !== null;
    const restarts = document !== null && own.verdict !== "invalid" && document.previous === null;
    if (restarts) {
      this.#timeline.startsWith("validation-off");
      yield* this.#offBefore(document.startsAt);
    }
    this.#timeline.add(
      isSound ? document.startsAt : null,
      isSound ? document.endsAt : endsAt,
      stateOf(judged.verdict),
      restarts ? "validation-off" : "digest-missing",
    );
    this.#behind.push({ key: file.key, endsAt: document?.endsAt ?? endsAt, checked });
    if (this.#behind.length > 8) this.#behind.shift();
    yield checked;
  }

  /** The end of the walk; the chain is cut off if it ends too early. */
  *end(): Generator<CheckedDigest, Timeline> {
    const last = this.#files.at(-1);
    if (last === undefined || last.name.isBackfill) return this.#timeline.build("unlisted");
    const isCut = last.name.endsAt < this.#context.reach;
    if (isCut)
      yield this.#absent(expectedDigest(last.key, last.name.endsAt + hourMs), last.name.endsAt + hourMs, "cut-end");
    return this.#timeline.build(isCut ? "cut-end" : "recent");
  }

  /** Missing predecessors: named by this digest, or for hours that nothing covers. */
  *#missingBefore(
    index: number,
    previous: { readonly bucket: string; readonly key: string } | null | undefined,
    startsAt: number | null,
  ): Generator<CheckedDigest> {
    const file = this.#files[index];
    if (previous == null || file === undefined) return;
    const key = this.#area.keyOf(previous.bucket, previous.key);
    if (key !== null && this.#known.has(key)) return;
    const last = this.#behind.at(-1);
    const name = parseDigestName(previous.key);
    const endsAt = name?.endsAt ?? startsAt ?? file.name.endsAt - hourMs;
    if (!this.#isMissed(endsAt, startsAt)) return;
    if (key === null) {
      // Another bucket, which was not named as a source.
      const uri = `s3://${previous.bucket}/${previous.key}`;
      yield { ...this.#absent(previous.key, endsAt, "scope"), uri, verdict: "unreadable" };
      this.#timeline.startsWith("scope");
      this.#timeline.add(null, endsAt, "scope", "scope");
      return;
    }
    if (!file.name.isBackfill) {
      const floor = last === undefined ? (this.#context.range.from ?? endsAt) : last.endsAt + slack;
      const ends: number[] = [];
      for (let end = endsAt - hourMs; end > floor; end -= hourMs) ends.unshift(end);
      for (const end of ends) yield this.#absent(expectedDigest(key, end), end, "gap");
    }
    yield this.#absent(key, endsAt, "not-found");
    this.#timeline.add(null, endsAt, "digest-missing", "digest-missing");
  }

  /** Whether a predecessor is missed: at the beginning a lifecycle may have removed it, unless logs of that time exist or it was asked for. */
  #isMissed(endsAt: number, startsAt: number | null): boolean {
    const { from } = this.#context.range;
    if (from !== null) return endsAt > from;
    return this.#behind.length > 0 || this.#context.hasLogsBefore(startsAt ?? endsAt);
  }

  #brokenLink(index: number, opened: OpenedDigest, successors: readonly (OpenedDigest | undefined)[]): Reason | null {
    const { document, file } = opened;
    const previous = document?.previous;
    if (document === null) return null;
    if (this.#isSkipped(index, successors)) return "link";
    if (previous == null) return null;
    const key = this.#area.keyOf(previous.bucket, previous.key);
    if (key === null) return null;
    if ((this.#known.get(key) ?? -1) >= index) return "link";
    const before = this.#behind.find((behind) => behind.key === key);
    const predecessor = before?.checked.opened;
    // A predecessor that is itself wrong is reported on its own.
    if (predecessor?.document == null || before?.checked.verdict === "invalid") return null;
    const signature = predecessor.metadata?.signature ?? null;
    if (signature !== null && !sameHex(signature, previous.signature)) return "link";
    if (previous.hash !== null && previous.hash !== predecessor.document.sha256) return "link";
    return !file.name.isBackfill && document.startsAt !== predecessor.document.endsAt ? "continuity" : null;
  }

  /** Whether the next digest continues an older one: this one was inserted between them. */
  #isSkipped(index: number, [successor, ...afterwards]: readonly (OpenedDigest | undefined)[]): boolean {
    const previous = successor?.document?.previous;
    if (previous == null || successor === undefined) return false;
    const key = this.#area.keyOf(previous.bucket, previous.key);
    const at = key === null ? undefined : this.#known.get(key);
    if (at === undefined || at >= index) return false;
    return judgeDigest(successor, afterwards, this.#context).verdict !== "invalid";
  }

  /** The hours between two parts of a chain without digests. */
  *#offBefore(startsAt: number): Generator<CheckedDigest> {
    const last = this.#behind.at(-1);
    if (last === undefined || startsAt - last.endsAt < slack) return;
    const off = this.#absent(expectedDigest(last.key, last.endsAt + hourMs), last.endsAt + hourMs, "validation-off");
    const { from } = this.#context.range;
    yield { ...off, verdict: "undigested", isOutside: off.isOutside || (from !== null && startsAt <= from) };
  }

  #isOutside(index: number): boolean {
    const { from, to } = this.#context.range;
    const name = this.#files[index]?.name;
    if (name === undefined) return true;
    const startsAt = Math.max(name.endsAt - hourMs, this.#files[index - 1]?.name.endsAt ?? Number.NEGATIVE_INFINITY);
    return (from !== null && name.endsAt <= from) || (to !== null && startsAt >= to);
  }

  #absent(key: string, endsAt: number, reason: Reason): CheckedDigest {
    const { to } = this.#context.range;
    return {
      uri: this.#area.uriOf(key),
      opened: null,
      verdict: "missing",
      reason,
      signatureSource: null,
      signature: null,
      endsAt,
      isBackfill: this.#files[0]?.name.isBackfill ?? false,
      isOutside: to !== null && endsAt - hourMs >= to,
    };
  }
}

function stateOf(verdict: Verdict): ChainState {
  if (verdict === "valid") return "unlisted";
  if (verdict === "invalid") return "digest-invalid";
  return verdict === "missing" ? "digest-missing" : "digest-unreadable";
}
