/** The user's own rows of the table `boundary`: they are what the config says now. */
import type { DuckDBConnection } from "duckdb";
import { boundaryTable } from "../schema/tables.ts";
import { fillTemporary } from "./append.ts";
import { countOf } from "./duck.ts";
import { writeMeta } from "./meta.ts";

/** Call it within a transaction. Where nothing changes, there is nothing to publish for. */
export async function replaceBoundaries(
  connection: DuckDBConnection,
  own: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const rows = [...own].flatMap(([name, regions]) => regions.map((region) => [name, region, "config"]));
  await fillTemporary(connection, "own_boundary", boundaryTable.columns, rows);
  const known = "SELECT * FROM boundary WHERE source = 'config'";
  const changed = await countOf(
    connection,
    `SELECT count(*) FROM ((${known} EXCEPT FROM temp.own_boundary) UNION ALL (FROM temp.own_boundary EXCEPT ${known}))`,
  );
  if (changed > 0) {
    await connection.run(
      "DELETE FROM boundary WHERE source = 'config'; INSERT INTO boundary SELECT * FROM temp.own_boundary;",
    );
    await writeMeta(connection, { dirty: "true" });
  }
  await connection.run("DROP TABLE temp.own_boundary");
}
