/** The delivery days of accounts and Regions that were listed completely: such a day without a file had none. */
import type { DuckDBConnection } from "duckdb";
import { addDays, dayOf } from "../day.ts";
import { listedRangeTable } from "../schema/coverage-tables.ts";
import { filledQuery } from "../sql/query-file.ts";
import { fillTemporary } from "./append.ts";
import { columnList } from "./ddl.ts";
import { rowsOf, sqlText } from "./duck.ts";
import type { Ledger } from "./ledger.ts";
import { among, below } from "./missing.ts";
import { writeMeta } from "./meta.ts";

const rangesBeside: Readonly<Record<Ledger, string>> = {
  trail_object: "listed_range",
  invocation_log_object: "invocation_log_range",
};

/** The extent of a complete listing. */
export interface ListedDays {
  /** Prefixes of URIs: every account and Region that the ledger has below them was listed. */
  readonly below: readonly string[];
  /** Prefixes that were not listed. */
  readonly except: readonly string[];
  /** The accounts that were listed; empty for all. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Accounts and Regions that were listed too, even if nothing was there. */
  readonly pairs: readonly { readonly accountId: string; readonly region: string }[];
  /** First delivery day, YYYY-MM-DD, like `to` included; null for the beginning, or for now. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Days without a gap; `from` is null for the beginning. */
export interface DaySpan {
  readonly first: string | null;
  readonly last: string;
}

/** The days that a source listed completely, with its name and clock. */
export interface Listed {
  readonly source: string;
  readonly days: readonly ListedDays[];
  readonly now: Date;
}

/** Adds what a source listed, within the caller's transaction. A day counts if it was over when it was listed. */
export async function writeListed(
  connection: DuckDBConnection,
  { source, days, now }: Listed,
  runId: string,
  ledger: Ledger = "trail_object",
): Promise<void> {
  const ranges = rangesBeside[ledger];
  const yesterday = addDays(dayOf(now), -1);
  const known = await rangesOf(connection, source, ranges);
  const added = new Map<string, DaySpan[]>();
  for (const listed of days) {
    const last = listed.to === null || listed.to > yesterday ? yesterday : listed.to;
    if (listed.from !== null && listed.from > last) continue;
    for (const pair of await pairsOf(connection, listed, ledger)) {
      const spans = added.get(pair) ?? [];
      spans.push({ first: listed.from, last });
      added.set(pair, spans);
    }
  }
  const changed = [...added].flatMap(([pair, spans]) => {
    const before = known.get(pair) ?? [];
    const after = joined([...before, ...spans]);
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ pair, after }];
  });
  if (changed.length === 0) return;
  const rows = changed.flatMap(({ pair, after }) => {
    const [accountId = "", region = ""] = pair.split("/");
    return after.map(({ first, last }) => ({
      source,
      account_id: accountId,
      region,
      first_day: first,
      last_day: last,
      listed_at: now.getTime(),
      run_id: runId,
    }));
  });
  await fillTemporary(connection, "listed_now", listedRangeTable.columns, rows);
  await connection.run(filledQuery("duckdb/listed-ranges.sql", { ranges, columns: columnList(listedRangeTable) }));
  await writeMeta(connection, { dirty: "true" });
}

async function rangesOf(connection: DuckDBConnection, source: string, table: string): Promise<Map<string, DaySpan[]>> {
  const rows = await rowsOf(
    connection,
    `SELECT account_id, region, first_day, last_day FROM ${table} WHERE source = ${sqlText(source)} ORDER BY first_day NULLS FIRST`,
  );
  const ranges = new Map<string, DaySpan[]>();
  for (const [accountId, region, first, last] of rows) {
    const pair = `${String(accountId)}/${String(region)}`;
    ranges.set(pair, [
      ...(ranges.get(pair) ?? []),
      { first: typeof first === "string" ? first : null, last: String(last) },
    ]);
  }
  return ranges;
}

async function pairsOf(connection: DuckDBConnection, listed: ListedDays, ledger: Ledger): Promise<ReadonlySet<string>> {
  const conditions = [
    "account_id IS NOT NULL",
    "region IS NOT NULL",
    ...among("account_id", listed.accounts),
    ...among("region", listed.regions),
  ];
  const rows =
    listed.below.length === 0
      ? []
      : await rowsOf(
          connection,
          filledQuery("duckdb/listed-pairs.sql", {
            ledger,
            below: below(listed.below),
            except: below(listed.except),
            conditions: conditions.join("\n  AND "),
          }),
        );
  return new Set([
    ...listed.pairs.map(({ accountId, region }) => `${accountId}/${region}`),
    ...rows.map(([accountId, region]) => `${String(accountId)}/${String(region)}`),
  ]);
}

/** The spans in order, with those that overlap or touch joined. */
function joined(spans: readonly DaySpan[]): DaySpan[] {
  const order = (span: DaySpan): string => span.first ?? "";
  const result: DaySpan[] = [];
  for (const span of spans.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
    const before = result.at(-1);
    if (before === undefined || order(span) > addDays(before.last, 1)) result.push(span);
    else if (span.last > before.last) result[result.length - 1] = { first: before.first, last: span.last };
  }
  return result;
}
