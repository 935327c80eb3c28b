/** What logs are expected: the tables `expected_trail`, as the config and the organization say now, and `unread_expectation`. */
import type { DuckDBConnection } from "duckdb";
import type { Table } from "../schema/column.ts";
import { expectedTrailTable, unreadExpectationTable } from "../schema/coverage-tables.ts";
import { type Cell, fillTemporary } from "./append.ts";
import { countOf } from "./duck.ts";
import { writeMeta } from "./meta.ts";

export interface ExpectedTrail {
  readonly accountId: string;
  readonly region: string;
  /** First day, YYYY-MM-DD; null: always. */
  readonly since: string | null;
  readonly namedBy: "config" | "organizations";
}

export interface Expectation {
  readonly trails: readonly ExpectedTrail[];
  /** Lists that could not be read: what stands there of them stays. */
  readonly unread: readonly { readonly namedBy: ExpectedTrail["namedBy"]; readonly reason: string }[];
}

/** Call it within a transaction. Where nothing changes, there is nothing to publish for. */
export async function replaceExpected(connection: DuckDBConnection, { trails, unread }: Expectation): Promise<void> {
  const rows = trails.map(({ accountId, region, since, namedBy }) => [accountId, region, since, namedBy]);
  const reasons = unread.map(({ namedBy, reason }) => [namedBy, reason]);
  const kept = `SELECT * FROM expected_trail o
WHERE named_by IN (SELECT named_by FROM temp.unread_expectation_now)
  AND NOT EXISTS (SELECT 1 FROM temp.expected_trail_now n WHERE n.account_id = o.account_id AND n.region = o.region)`;
  await replaceRows(connection, unreadExpectationTable, reasons);
  await replaceRows(connection, expectedTrailTable, rows, kept);
  await connection.run("DROP TABLE temp.expected_trail_now; DROP TABLE temp.unread_expectation_now");
}

/** `kept`: rows that stay besides the new ones. Leaves the new ones in temp. */
async function replaceRows(
  connection: DuckDBConnection,
  table: Table,
  rows: readonly (readonly Cell[])[],
  kept?: string,
): Promise<void> {
  const now = `temp.${table.name}_now`;
  await fillTemporary(connection, `${table.name}_now`, table.columns, rows);
  if (kept !== undefined) await connection.run(`INSERT INTO ${now} ${kept}`);
  const changed = await countOf(
    connection,
    `SELECT count(*) FROM ((FROM ${table.name} EXCEPT FROM ${now}) UNION ALL (FROM ${now} EXCEPT FROM ${table.name}))`,
  );
  if (changed === 0) return;
  await connection.run(`DELETE FROM ${table.name}; INSERT INTO ${table.name} SELECT DISTINCT * FROM ${now};`);
  await writeMeta(connection, { dirty: "true" });
}
