/** The comparison of warehouses: what the tables hold, without what names a run or a moment. */
import { queryRows } from "./run-cli.ts";

const parts: Readonly<Record<string, string>> = {
  event: "select * from event order by all",
  event_variant: "select * from event_variant order by all",
  invocation: "select * from invocation order by all",
  invocation_day: "select * from invocation_day order by all",
  first_completion: "select * from first_completion order by all",
  quarantine: "select * exclude (run_id) from quarantine order by all",
  trail_object: "select * exclude (run_id, loaded_at) from trail_object order by all",
};

export async function contentsOf(warehouse: string): Promise<Record<string, readonly Record<string, unknown>[]>> {
  const contents: Record<string, readonly Record<string, unknown>[]> = {};
  for (const [table, sql] of Object.entries(parts)) contents[table] = await queryRows(warehouse, sql);
  return contents;
}

/** A digest of the same, for warehouses too large to be compared row by row in a test's output. */
export async function digestOf(warehouse: string): Promise<Record<string, unknown>> {
  const digest: Record<string, unknown> = {};
  for (const [table, sql] of Object.entries(parts)) {
    const [row] = await queryRows(
      warehouse,
      `select count(*) as n, cast(bit_xor(hash(t)) as varchar) as xor, cast(sum(hash(t)) as varchar) as sum from (${sql}) as t`,
    );
    digest[table] = row;
  }
  return digest;
}

/** The same in one statement, for many small warehouses. */
export async function oneDigestOf(warehouse: string): Promise<unknown> {
  const each = Object.entries(parts).map(
    ([table, sql]) =>
      `select '${table}' as t, count(*) as n, cast(bit_xor(hash(t)) as varchar) as x, cast(sum(hash(t)) as varchar) as s from (${sql}) as t`,
  );
  return await queryRows(warehouse, `${each.join(" union all ")} order by 1`);
}
