/** Ledger entries made up for tests: loaded, without records and without a place in a trail. */
import type { LedgerEntry } from "../../src/store/batch.ts";

export function entryOf(over: Partial<LedgerEntry>): LedgerEntry {
  return {
    uri: "file:a",
    etag: "1",
    size: 1,
    status: "loaded",
    reason: null,
    accountId: null,
    region: null,
    day: null,
    records: 0,
    bedrock: 0,
    rejected: 0,
    other: 0,
    ...over,
  };
}
