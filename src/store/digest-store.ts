/** The access of a digest check to a warehouse, with each change in a transaction. */
import type { DuckDBConnection } from "duckdb";
import {
  type AskedLogs,
  type CheckedPlace,
  type DigestContext,
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

export type { AskedLogs, CheckedPlace, DigestEntry, KeyEntry, LedgerLog, LedgerPlace, LogVerdict } from "./digests.ts";

export interface DigestStore {
  /** Log files of the ledger, for each question. */
  logs(asked: readonly AskedLogs[]): Promise<readonly (readonly LedgerLog[])[]>;
  openSince(places: readonly LedgerPlace[], recent: number): Promise<readonly OpenRange[]>;
  /** Saves verdicts on log files, and the digests of places whose log files are all saved by then. */
  save(verdicts: readonly LogVerdict[], places: readonly CheckedPlace[]): Promise<void>;
  /** The end of a check. */
  finish(keys: readonly KeyEntry[]): Promise<void>;
}

type Transaction = <T>(action: (connection: DuckDBConnection, context: DigestContext) => Promise<T>) => Promise<T>;

export function digestStore(transaction: Transaction): DigestStore {
  let isChanged = false;
  return {
    logs: (asked) => transaction((connection) => ledgerLogs(connection, asked)),
    openSince: (places, recent) => transaction((connection) => openSince(connection, places, recent)),
    save: async (verdicts, places) => {
      const changed = await transaction(async (connection, context) => {
        const logs = await writeLogVerdicts(connection, verdicts, context);
        return (await writeDigests(connection, places, context)) || logs;
      });
      if (changed) isChanged = true;
    },
    // Without a change there is nothing to publish.
    finish: async (keys) => {
      if (!isChanged) return;
      await transaction(async (connection) => {
        await writeKeys(connection, keys);
        await renewDigestCheck(connection);
      });
    },
  };
}
