/** Owns the words in which others speak with the warehouse: plain data, each defined where it is used. */
import type { DuckOptions } from "./duck.ts";

export type { Finding } from "./findings.ts";
export type { ExpectedTrail } from "./expected-trails.ts";
export type { Listed, ListedDays } from "./listed-ranges.ts";
export type { ListedStretch, MissingObject } from "./missing.ts";
export type { Candidate, UnknownObject } from "./ledger.ts";
export type { CommitCounts, LedgerEntry, QuarantineEntry, StagedBatch } from "./batch.ts";
export type { RunCounts, RunFinish, RunStart } from "./runs.ts";
export type { CompactSizes } from "./compact.ts";
export type { PruneCounts } from "./prune.ts";
export type { SourceState } from "./source-state.ts";

export interface WarehouseOptions extends DuckOptions {
  readonly now?: () => Date;
  /** Told what was mended while opening. */
  readonly notice?: ((message: string) => void) | undefined;
  /** Events that are folded at once, 200,000 unless told. */
  readonly foldedAtOnce?: number;
}
