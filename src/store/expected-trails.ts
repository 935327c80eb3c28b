/** The expected logs: the table `expected_trail`, by the config and the organization, and `unread_expectation`. */
import type { DuckDBConnection } from "duckdb";
import { expectedTrailTable, unreadExpectationTable } from "../schema/coverage-tables.ts";
import { sqlText } from "./duck.ts";
import { replaceRows } from "./replace-rows.ts";

export interface ExpectedTrail {
  readonly accountId: string;
  readonly region: string;
  /** First day, YYYY-MM-DD; null: always. */
  readonly since: string | null;
  readonly namedBy: "config" | "organizations";
}

export interface Expectation {
  readonly trails: readonly ExpectedTrail[];
  /** Lists that could not be read, whose rows stay. */
  readonly unread: readonly { readonly namedBy: ExpectedTrail["namedBy"]; readonly reason: string }[];
}

/** Replaces the expectations, within the caller's transaction. */
export async function replaceExpected(connection: DuckDBConnection, { trails, unread }: Expectation): Promise<void> {
  const reasons = unread.map(({ namedBy, reason }) => ({ named_by: namedBy, reason }));
  await replaceRows(connection, unreadExpectationTable, "true", reasons);
  const rows = trails.map(({ accountId, region, since, namedBy }) => ({
    account_id: accountId,
    region,
    since,
    named_by: namedBy,
  }));
  const kept = unread.map(({ namedBy }) => sqlText(namedBy)).join(", ");
  const named = "(account_id, region) IN (SELECT (account_id, region) FROM temp.replacement)";
  await replaceRows(
    connection,
    expectedTrailTable,
    kept === "" ? "true" : `(named_by NOT IN (${kept}) OR ${named})`,
    rows,
  );
}
