/** What a ledger entry says of its object, whatever the object holds, as cells and statements take it. */
import type { Column } from "../schema/column.ts";
import type { LedgerEntry } from "./batch.ts";
import { sqlText } from "./duck.ts";

/** Cells by column name. The records that were kept have a name of their own in each ledger. */
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

/** What the statements that move entries into a ledger are filled with; `columns`: those of the entries. */
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
