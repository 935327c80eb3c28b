/** The table `expected_trail`: the accounts and Regions whose logs are expected, as the config says now. */
import type { DuckDBConnection } from "duckdb";
import { expectedTrailTable } from "../schema/coverage-tables.ts";
import { replaceRows } from "./replace-rows.ts";

export interface ExpectedTrail {
  readonly accountId: string;
  readonly region: string;
  /** First day, YYYY-MM-DD; null: always. */
  readonly since: string | null;
  readonly namedBy: "config" | "organizations";
}

/** Call it within a transaction. */
export async function replaceExpected(connection: DuckDBConnection, expected: readonly ExpectedTrail[]): Promise<void> {
  const rows = expected.map(({ accountId, region, since, namedBy }) => ({
    account_id: accountId,
    region,
    since,
    named_by: namedBy,
  }));
  await replaceRows(connection, expectedTrailTable, "true", rows);
}
