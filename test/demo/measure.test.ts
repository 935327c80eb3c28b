/** The proof that the benchmarks measure and compare as they say. */
import { DuckDBInstance } from "duckdb";
import { expect, test } from "vitest";
import { type Measurement, interleave, measure, median, medianRatio } from "../../bench/measure.ts";
import { insertInvocations } from "../../bench/synthetic-invocations.ts";
import { invocationTable } from "../../src/schema/invocation.ts";

const run = (wallMs: number): Measurement => ({ wallMs, cpuMs: 0, peakMb: 0, stdout: "" });

test("median and ratio: the ratio is taken round by round", () => {
  expect(median([5, 1, 9])).toBe(5);
  expect(median([4, 1, 9, 6])).toBe(5);
  expect(medianRatio([run(10), run(100), run(30)], [run(5), run(50), run(10)])).toBe(2);
});

test("contenders take turns and each round begins with another one", async () => {
  const order: string[] = [];
  const results = await interleave(["a", "b"], 2, (name) => {
    order.push(name);
    return Promise.resolve(run(1));
  });
  expect(order).toEqual(["a", "b", "b", "a"]);
  expect([...results.values()].map((runs) => runs.length)).toEqual([2, 2]);
});

test("a measured process shows its time, memory and output; a failed one is an error", async () => {
  const script = "const b = Buffer.alloc(80e6, 1); setTimeout(() => console.log(b.length), 150)";
  const measured = await measure([process.execPath, "-e", script]);
  expect(measured.stdout).toBe("80000000\n");
  expect(measured.wallMs).toBeGreaterThan(150);
  expect(measured.peakMb).toBeGreaterThan(76);
  expect(measured.cpuMs).toBeGreaterThan(0);
  await expect(measure([process.execPath, "-e", "process.exit(3)"])).rejects.toThrow("ended with 3");
  expect((await measure([process.execPath, "-e", "process.exit(4)"], [0, 4])).wallMs).toBeGreaterThan(0);
});

test.each(["uniform", "habits"] as const)(
  "synthetic invocations (%s) fit the schema and hold every outcome",
  async (spread) => {
    const types = {
      text: "VARCHAR",
      integer: "INTEGER",
      bigint: "BIGINT",
      double: "DOUBLE",
      boolean: "BOOLEAN",
      timestamp: "TIMESTAMP",
    } as const;
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(
      `CREATE TABLE invocation (${invocationTable.columns.map((column) => `${column.name} ${types[column.type]}`).join(", ")})`,
    );
    await connection.run(insertInvocations(5000, spread));
    const result = await connection.runAndReadAll(`
    SELECT count(*)::INTEGER, count(DISTINCT invocation_key)::INTEGER, count(DISTINCT outcome)::INTEGER, count(DISTINCT account_id)::INTEGER,
      count(*) FILTER (outcome <> 'served' AND served_region IS NOT NULL)::INTEGER, count(*) FILTER (spilled)::INTEGER > 1000, count(*) FILTER (region_evidence = 'pending') > 0
    FROM invocation`);
    expect(result.getRows()[0]).toEqual([5000, 5000, 3, 60, 0, true, true]);
    connection.closeSync();
    instance.closeSync();
  },
);
