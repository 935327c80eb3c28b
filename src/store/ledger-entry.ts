/** The parts of ledger entries common to both ledgers, for cells and for statements. */
import type { Column } from "../schema/column.ts";
import type { LedgerEntry } from "./batch.ts";
import { sqlText } from "./duck.ts";

/** The cells by column name; each ledger has its own name for the kept records. */
export function ledgerCells(entry: LedgerEntry) {
  return {
    uri: entry.uri,
    etag: entry.etag,
    size: entry.size,
    status: entry.status,
    reason: entry.reason,
    account_id: entry.accountId,
    region: entry.region,
    day: entry.day,
    records: entry.records,
    rejected: entry.rejected,
    other: entry.other,
  };
}

/** The texts that fill the statements which move entries into a ledger; `columns` are those of the entries. */
export function ledgerValues(
  columns: readonly Column[],
  { runId, now }: { readonly runId: string; readonly now: Date },
): Readonly<Record<"entry_columns" | "entry_values" | "run_id" | "loaded_at", string>> {
  return {
    entry_columns: columns.map(({ name }) => `"${name}"`).join(", "),
    entry_values: columns.map(({ name }) => `e."${name}"`).join(", "),
    run_id: sqlText(runId),
    loaded_at: `epoch_ms(${now.getTime()})`,
  };
}
