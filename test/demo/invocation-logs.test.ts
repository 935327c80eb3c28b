/** The demo's invocation logs: what they settle, and that the demo's own figures come from the trail alone. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

it("settle what the trail of one account leaves open, and show a few gaps", async () => {
  const folder = temporaryFolder();
  const warehouse = join(folder, "spillway.duckdb");
  const demo = await runCli(["demo", "--folder", folder]);
  expect(demo.code).toBe(0);
  const next = /npx spillway (ingest invocation-logs:\S+ --warehouse \S+)/.exec(demo.stderr)?.[1] ?? "";
  const open = `select count(*) filter (where region_evidence in ('pending', 'unresolvable') and operation <> 'CreateModelInvocationJob') as open,
    count(*) filter (where region_evidence = 'invocation-log') as logged, count(*) filter (where region_conflict) as conflicts, count(*) as calls
    from invocation where account_id = '222233334444' and source_region = 'eu-central-1'`;
  const [before] = await queryRows(warehouse, open);
  expect(before?.["logged"]).toBe(0);
  const ingested = await runCli(next.split(" "));
  expect(ingested.code, ingested.stderr).toBe(0);
  const [after] = await queryRows(warehouse, open);
  expect(after?.["calls"]).toBe(before?.["calls"]);
  expect(after?.["conflicts"]).toBe(before?.["conflicts"]);
  expect(Number(before?.["open"])).toBeGreaterThan(0);
  expect(Number(after?.["logged"])).toBeGreaterThanOrEqual(Number(before?.["open"]) - Number(after?.["open"]));
  expect(Number(after?.["open"])).toBeLessThan(Number(before?.["open"]));
  const gaps = await queryRows(
    warehouse,
    "select kind, sum(count)::int as n from invocation_log_gaps group by 1 order by 1",
  );
  expect(gaps[1]).toEqual({ kind: "log-without-call", n: 3 });
  expect(gaps[0]).toMatchObject({ kind: "call-without-log" });
}, 120_000);
