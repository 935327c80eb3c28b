/** The counts of objects in a run, source by source. */
import type { ObjectSource, TrailObject } from "./listing/source.ts";
import { type ReadObject, isQuarantined } from "./worker-protocol.ts";

/** Counts of a source: listed = known + loaded + skipped + quarantined. An object that two sources list counts for the first. */
export interface SourceCounts {
  readonly name: string;
  listed: number;
  known: number;
  loaded: number;
  skipped: number;
  quarantined: number;
  bedrockEvents: number;
  /** Records of model invocation logs that were kept. */
  invocationLogs: number;
}

/** The name of an object with its ledger: a bucket may be listed for its trail and for its invocation logs. */
export function ledgerName({ uri, kind }: Pick<TrailObject, "uri" | "kind">): string {
  return kind === "invocation-log" ? `${kind} ${uri}` : uri;
}

export class RunTotals {
  readonly counts: readonly SourceCounts[];
  /** The first refusal to read an object of a source, and how many there were. */
  readonly #denied = new Map<SourceCounts, { readonly first: string; count: number }>();
  readonly #of: ReadonlyMap<ObjectSource, SourceCounts>;
  /** Objects on their way through the workers: as many as one commit holds, not all of a bucket. */
  readonly #underway = new Map<string, SourceCounts>();

  constructor(sources: readonly ObjectSource[]) {
    const entries = sources.map((source): [ObjectSource, SourceCounts] => [
      source,
      {
        name: source.name,
        listed: 0,
        known: 0,
        loaded: 0,
        skipped: 0,
        quarantined: 0,
        bedrockEvents: 0,
        invocationLogs: 0,
      },
    ]);
    this.#of = new Map(entries);
    this.counts = entries.map(([, counts]) => counts);
  }

  /** Counts a listed chunk, of which `unknown` is going to be read. */
  listed(source: ObjectSource, listed: number, unknown: readonly TrailObject[]): void {
    const counts = this.#of.get(source);
    if (counts === undefined) return;
    counts.listed += listed;
    counts.known += listed - unknown.length;
    for (const object of unknown) this.#underway.set(ledgerName(object), counts);
  }

  /** Uncounts objects that an interrupted run does not read after all. */
  leave(objects: readonly TrailObject[]): void {
    for (const object of objects) {
      const counts = this.#underway.get(ledgerName(object));
      if (counts !== undefined) counts.listed--;
      this.#underway.delete(ledgerName(object));
    }
  }

  /** Uncounts what a stopped run handed out and did not get back. */
  leaveRest(): void {
    for (const counts of this.#underway.values()) counts.listed--;
    this.#underway.clear();
  }

  /** Sources of which no object could be read because a permission is missing. */
  whollyDenied(): { readonly name: string; readonly count: number; readonly first: string }[] {
    return [...this.#denied].flatMap(([{ name, loaded, quarantined }, { first, count }]) =>
      count >= loaded + quarantined ? [{ name, count, first }] : [],
    );
  }

  read(read: ReadObject): void {
    const { object, status, bedrock, denied, reason } = read;
    const counts = this.#underway.get(ledgerName(object));
    if (counts === undefined) return;
    this.#underway.delete(ledgerName(object));
    if (isQuarantined(read)) counts.quarantined++;
    else if (status === "loaded") counts.loaded++;
    else counts.skipped++;
    if (object.kind === "invocation-log") counts.invocationLogs += bedrock;
    else counts.bedrockEvents += bedrock;
    if (denied !== true) return;
    const refusals = this.#denied.get(counts) ?? { first: reason ?? "", count: 0 };
    refusals.count++;
    this.#denied.set(counts, refusals);
  }
}
