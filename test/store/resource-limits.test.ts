/** DuckDB's share of the machine: what is asked for holds, and what does not fit is not a failure. */
import { describe, expect, it } from "vitest";
import { type Duck, countOf, rowsOf, startDuck, stopDuck } from "../../src/store/duck.ts";
import { alone, besideReaders, setLimits } from "../../src/store/resource-limits.ts";

async function withDuck(memoryLimit: string, action: (duck: Duck) => Promise<void>): Promise<void> {
  const duck = await startDuck({ threads: 2, memoryLimit, tempDirectory: "" });
  try {
    await action(duck);
  } finally {
    stopDuck(duck);
  }
}

async function threadsAndBytes({ connection }: Duck): Promise<readonly [threads: number, bytes: number]> {
  const [row] = await rowsOf(
    connection,
    "SELECT current_setting('threads')::INTEGER, parse_formatted_bytes(current_setting('memory_limit'))::BIGINT",
  );
  return [Number(row?.[0]), Number(row?.[1])];
}

describe("the room of a commit", () => {
  it("is small beside the readers and larger alone", async () => {
    await withDuck("100MB", async (duck) => {
      await setLimits(duck.connection, besideReaders, {});
      const [threads, small] = await threadsAndBytes(duck);
      expect(threads).toBe(1);
      await setLimits(duck.connection, alone, {});
      const [more, large] = await threadsAndBytes(duck);
      expect(more).toBe(alone.threads);
      expect(large).toBeGreaterThan(alone.threads > 1 ? small : 0);
    });
  });

  it("is what somebody asked for, where they did", async () => {
    await withDuck("100MB", async (duck) => {
      await setLimits(duck.connection, besideReaders, { threads: 2, memoryLimit: "64MB" });
      const [threads, bytes] = await threadsAndBytes(duck);
      expect(threads).toBe(2);
      expect(bytes / 1e6).toBeCloseTo(64, 0);
    });
  });

  it("stays as it is while more than that is in use", async () => {
    await withDuck("400MB", async (duck) => {
      await duck.connection.run(
        "CREATE TEMP TABLE large AS SELECT range, repeat('x', 100) AS text FROM range(1000000)",
      );
      const [, before] = await threadsAndBytes(duck);
      await setLimits(duck.connection, { threads: 1, memoryLimit: "10MB" }, {});
      const [threads, after] = await threadsAndBytes(duck);
      expect(threads).toBe(1);
      expect(after / before).toBeCloseTo(1, 2);
      // far above the new limit, had it come into force
      await duck.connection.run("CREATE TEMP TABLE more AS FROM large");
      expect(await countOf(duck.connection, "SELECT count(*) FROM temp.more")).toBe(1_000_000);
    });
  });
});
