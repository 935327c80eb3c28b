/** The conversion of read objects into rows of the ledger and the quarantine. */
import type { AggregatedEntry, LedgerEntry, QuarantineEntry, StagedBatch } from "../store/batch.ts";
import { type ReadObject, isQuarantined } from "./worker-protocol.ts";

type LedgerRows = Required<Pick<StagedBatch, "objects" | "logObjects" | "quarantine" | "aggregated">>;

/** The rows of read objects; trail objects and invocation logs have separate ledgers. */
export function ledgerRows(reads: readonly ReadObject[]): LedgerRows {
  const isLog = ({ object }: ReadObject): boolean => object.kind === "invocation-log";
  return {
    objects: reads.filter((read) => !isLog(read)).map(ledgerEntry),
    logObjects: reads.filter(isLog).map(ledgerEntry),
    quarantine: reads.flatMap(quarantineEntries),
    aggregated: reads.flatMap(aggregatedEntries),
  };
}

export function ledgerEntry(read: ReadObject): LedgerEntry {
  const { uri, etag, size, accountId, region, day } = read.object;
  const { status, reason, records, bedrock, other } = read;
  return {
    uri,
    etag,
    size,
    status,
    reason,
    accountId,
    region,
    day,
    records,
    bedrock,
    rejected: read.rejected.length,
    other,
    versionId: read.versionId ?? null,
    hashes: read.seal,
  };
}

export function quarantineEntries(read: ReadObject): QuarantineEntry[] {
  const { uri, etag } = read.object;
  const whole = isQuarantined(read)
    ? [{ uri, etag, recordIndex: null, reason: read.reason ?? "unknown", eventId: null }]
    : [];
  return [
    ...whole,
    ...read.rejected.map(({ index, reason, eventId }) => ({ uri, etag, recordIndex: index, reason, eventId })),
  ];
}

function aggregatedEntries({ aggregated, object }: ReadObject): AggregatedEntry[] {
  return aggregated.map((calls) => ({ ...calls, uri: object.uri }));
}
