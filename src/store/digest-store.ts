/** The door to a warehouse for a check of CloudTrail's digests: each change whole or not at all. */
import type { DuckDBConnection } from "duckdb";
import {
  type DigestContext,
  type DigestEntry,
  type KeyEntry,
  type LedgerLog,
  type LedgerPlace,
  type LogVerdict,
  type OpenRange,
  ledgerLogs,
  openSince,
  renewDigestCheck,
  writeDigests,
  writeKeys,
  writeLogVerdicts,
} from "./digests.ts";

export type { DigestEntry, KeyEntry, LedgerLog, LedgerPlace, LogVerdict } from "./digests.ts";

export interface DigestStore {
  /** Log files of the ledger of delivery days, YYYY-MM-DD, inclusive. */
  logs(place: LedgerPlace, from: string | null, to: string | null): Promise<readonly LedgerLog[]>;
  openSince(place: LedgerPlace, recent: number): Promise<OpenRange>;
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

type Transaction = <T>(action: (connection: DuckDBConnection, context: DigestContext) => Promise<T>) => Promise<T>;

export function digestStore(transaction: Transaction): DigestStore {
  let isChanged = false;
  const saved: (action: Parameters<typeof transaction<boolean>>[0]) => Promise<void> = async (action) => {
    if (await transaction(action)) isChanged = true;
  };
  return {
    logs: (...asked) => transaction((connection) => ledgerLogs(connection, ...asked)),
    openSince: (...asked) => transaction((connection) => openSince(connection, ...asked)),
    saveLogs: (verdicts) => saved((connection, context) => writeLogVerdicts(connection, verdicts, context)),
    saveArea: (place, from, verdicts, digests) =>
      saved(async (connection, context) => {
        const logs = await writeLogVerdicts(connection, verdicts, context);
        return (await writeDigests(connection, place, from, digests, context)) || logs;
      }),
    // Nothing to publish for where nothing changed.
    finish: async (keys) => {
      if (!isChanged) return;
      await transaction(async (connection) => {
        await writeKeys(connection, keys);
        await renewDigestCheck(connection);
      });
    },
  };
}
