/** The table `expected_trail`: the accounts and Regions whose logs are expected, as the config says now. */
import type { DuckDBConnection } from "duckdb";
import { expectedTrailTable } from "../schema/coverage-tables.ts";
import { fillTemporary } from "./append.ts";
import { countOf } from "./duck.ts";
import { writeMeta } from "./meta.ts";

export interface ExpectedTrail {
  readonly accountId: string;
  readonly region: string;
  /** First day, YYYY-MM-DD; null: always. */
  readonly since: string | null;
  readonly namedBy: "config" | "organizations";
}

/** Call it within a transaction. Where nothing changes, there is nothing to publish for. */
export async function replaceExpected(connection: DuckDBConnection, expected: readonly ExpectedTrail[]): Promise<void> {
  const rows = expected.map(({ accountId, region, since, namedBy }) => [accountId, region, since, namedBy]);
  await fillTemporary(connection, "expected_now", expectedTrailTable.columns, rows);
  const changed = await countOf(
    connection,
    "SELECT count(*) FROM ((FROM expected_trail EXCEPT FROM temp.expected_now) UNION ALL (FROM temp.expected_now EXCEPT FROM expected_trail))",
  );
  if (changed > 0) {
    await connection.run(
      "DELETE FROM expected_trail; INSERT INTO expected_trail SELECT DISTINCT * FROM temp.expected_now;",
    );
    await writeMeta(connection, { dirty: "true" });
  }
  await connection.run("DROP TABLE temp.expected_now");
}
