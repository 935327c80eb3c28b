/** The types that users of a warehouse need besides the class itself. */
export type { LogFinding } from "./findings.ts";
export type { Expectation } from "./expected-trails.ts";
export type { Listed, ListedDays } from "./listed-ranges.ts";
export type { ListedKeyRange, MissingObject } from "./missing.ts";
export type { Candidate, ObjectKind, UnknownObject } from "./ledger.ts";
export type { CommitCounts, LedgerEntry, QuarantineEntry, StagedBatch } from "./batch.ts";
export type { RunCounts, RunFinish, RunStart } from "./runs.ts";
export type { CompactSizes } from "./compact.ts";
export type { PruneCounts } from "./prune.ts";
export type { SourceState } from "./source-state.ts";
