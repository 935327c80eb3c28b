/** Owns the door to a warehouse for a check of CloudTrail's digests: each change whole or not at all. */
import type { DuckDBConnection } from "duckdb";
import {
  type DigestContext,
  type DigestEntry,
  type KeyEntry,
  type LedgerLog,
  type LogVerdict,
  type OpenStretch,
  forgetAbsent,
  ledgerLogs,
  openSince,
  renewDigestCheck,
  writeDigests,
  writeKeys,
  writeLogVerdicts,
} from "./digests.ts";

export type { DigestEntry, KeyEntry, LedgerLog, LogVerdict } from "./digests.ts";

/** An account and Region below a beginning of URIs. */
export interface LedgerPlace {
  readonly accountId: string;
  readonly region: string;
  readonly below: string;
}

export interface DigestStore {
  /** Log files of the ledger of delivery days, YYYY-MM-DD, inclusive. */
  logs(place: LedgerPlace, from: string | null, to: string | null): Promise<readonly LedgerLog[]>;
  openSince(place: LedgerPlace, recent: number): Promise<OpenStretch>;
  saveLogs(verdicts: readonly LogVerdict[]): Promise<void>;
  /** The end of an account and Region: its last log files and all of its digests. */
  saveArea(
    place: LedgerPlace,
    from: number | null,
    verdicts: readonly LogVerdict[],
    digests: readonly DigestEntry[],
  ): Promise<void>;
  /** The end of a check. */
  finish(keys: readonly KeyEntry[]): Promise<void>;
}

type Transaction = <T>(action: (connection: DuckDBConnection) => Promise<T>) => Promise<T>;

export function digestStore(transaction: Transaction, context: () => DigestContext): DigestStore {
  return {
    logs: (...asked) => transaction((connection) => ledgerLogs(connection, ...asked)),
    openSince: (...asked) => transaction((connection) => openSince(connection, ...asked)),
    saveLogs: (verdicts) => transaction((connection) => writeLogVerdicts(connection, verdicts, context())),
    saveArea: (place, from, verdicts, digests) =>
      transaction(async (connection) => {
        await forgetAbsent(connection, place, from);
        await writeLogVerdicts(connection, verdicts, context());
        await writeDigests(connection, digests, context());
      }),
    finish: (keys) =>
      transaction(async (connection) => {
        await writeKeys(connection, keys);
        await renewDigestCheck(connection);
      }),
  };
}
