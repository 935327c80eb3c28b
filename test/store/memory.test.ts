/** A transaction that does not fit into DuckDB's memory is tried again with more, and leaves nothing of the first try. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startDuck, stopDuck } from "../../src/store/duck.ts";
import { withinMemory } from "../../src/store/memory.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { entriesOf, event, readRows, sandbox } from "./helpers.ts";

describe("a commit that does not fit", () => {
  it("is done with more memory, once", async () => {
    await using box = await sandbox();
    const rows = Array.from({ length: 12_000 }, (_, i) =>
      event({ event_id: `e${i}`, invocation_key: `eu-west-1/k${i}`, error_message: "x".repeat(900) + String(i) }),
    );
    const file = join(box.folder, "w.duckdb");
    {
      await using warehouse = await Warehouse.open(file, { threads: 1, memoryLimit: "40MB" });
      await warehouse.startRun("test", new Date(0));
      const counts = await warehouse.commit({
        files: [await box.stage(rows)],
        objects: entriesOf(rows),
        quarantine: [],
      });
      expect(counts.newEvents).toBe(12_000);
      await warehouse.publish();
    }
    expect(
      await readRows(file, "SELECT count(*)::INTEGER AS n, count(DISTINCT event_id)::INTEGER AS ids FROM event"),
    ).toEqual([{ n: 12_000, ids: 12_000 }]);
  });

  it("is a matter of memory only: another error is not tried again", async () => {
    const duck = await startDuck({ threads: 1, memoryLimit: "16MB" });
    try {
      let tries = 0;
      const large = async (): Promise<void> => {
        tries++;
        await duck.connection.run(
          // a list cannot be spilled
          "SELECT len(list(repeat('x', 20) || range)) FROM range(600000)",
        );
      };
      await withinMemory(duck.connection, large);
      expect(tries).toBeGreaterThan(1);
      tries = 0;
      const wrong = async (): Promise<void> => {
        tries++;
        await duck.connection.run("SELECT nothing");
      };
      await expect(withinMemory(duck.connection, wrong)).rejects.toThrow(/Binder Error/);
      expect(tries).toBe(1);
    } finally {
      stopDuck(duck);
    }
  });
});
