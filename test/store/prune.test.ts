/** Retention: what goes, what stays, and that the order in which records come makes no difference. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PruneCounts, Warehouse } from "../../src/store/warehouse.ts";
import { anyEvent } from "./generate.ts";
import { type Row, completion, entriesOf, event, noon, readRows, readTables, sandbox } from "./helpers.ts";

const day = "2026-10-02";
const midnight = Date.UTC(2026, 9, 2);
const minute = 60_000;

interface Step {
  readonly file: string;
  readonly stage: (rows: readonly Row[]) => Promise<string>;
  readonly rows?: readonly Row[];
  readonly prune?: string;
  readonly compact?: boolean;
}

/** Loads, prunes and publishes, as one process would. */
async function run({ file, stage, rows = [], prune, compact = false }: Step): Promise<PruneCounts | null> {
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.startRun("test", new Date(0));
  if (rows.length > 0) await warehouse.commit({ files: [await stage(rows)], objects: entriesOf(rows), quarantine: [] });
  const counts = prune === undefined ? null : await warehouse.prune(prune);
  if (compact) await warehouse.compact();
  await warehouse.publish();
  return counts ?? warehouse.lateEvents;
}

const before = event({ event_id: "old", invocation_key: "eu-west-1/old", event_time: midnight - minute });
const after = event({
  event_id: "new",
  invocation_key: "eu-west-1/new",
  event_time: midnight + minute,
  object_uri: "file:b",
});
const streamed = {
  event_id: "call",
  invocation_key: "eu-west-1/stream",
  operation: "ConverseStream",
  streaming: true,
  event_time: midnight - minute,
};
const itsEnd = completion({ event_id: "end", invocation_key: "eu-west-1/stream", event_time: midnight + minute });

describe("prune", () => {
  it("removes what happened before the day: events, invocations, their days", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    const other = event({ event_id: "list", invocation_key: null, outcome: null, event_time: midnight - 1 });
    await run({ ...box, file, rows: [before, after, other] });
    const counts = await run({ ...box, file, prune: day });
    expect(counts).toEqual({ invocations: 1, events: 2, variants: 0, quarantined: 0, logs: 0 });
    expect(await readRows(file, "SELECT event_id FROM event")).toEqual([{ event_id: "new" }]);
    expect(await readRows(file, "SELECT invocation_key FROM invocation")).toEqual([
      { invocation_key: "eu-west-1/new" },
    ]);
    expect(
      await readRows(file, "SELECT sum(invocations)::INT AS n, count(DISTINCT day)::INT AS d FROM invocation_day"),
    ).toEqual([{ n: 1, d: 1 }]);
  });

  it("takes an invocation as a whole, by the time of its call", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await run({ ...box, file, rows: [event(streamed), itsEnd, after] });
    const counts = await run({ ...box, file, prune: day });
    expect(counts).toMatchObject({ invocations: 1, events: 2 });
    expect(await readRows(file, "SELECT event_id FROM event")).toEqual([{ event_id: "new" }]);
  });

  it("keeps the pruned days empty, whatever comes late, and counts it", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await run({ ...box, file, rows: [event(streamed), after], prune: day });
    // the completion alone would be half of a call that is gone
    const late = await run({ ...box, file, rows: [itsEnd, before] });
    expect(late).toMatchObject({ invocations: 2, events: 2 });
    expect(await readRows(file, "SELECT event_id FROM event")).toEqual([{ event_id: "new" }]);
    expect(await readRows(file, "SELECT invocation_key FROM invocation")).toEqual([
      { invocation_key: "eu-west-1/new" },
    ]);
  });

  it("still knows since when completions came: later calls are judged as before", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    const first = completion({ event_id: "first", invocation_key: "eu-west-1/first", event_time: midnight - minute });
    const waiting = event({ ...streamed, event_time: midnight + minute, inference_region: null });
    await run({ ...box, file, rows: [first, waiting], prune: day });
    const evidence = "SELECT region_evidence FROM invocation WHERE invocation_key = 'eu-west-1/stream'";
    expect(await readRows(file, evidence)).toEqual([{ region_evidence: "pending" }]);
    // the same eventID with another content makes the store look at all completions again
    const next = completion({ event_id: "next", invocation_key: "eu-west-1/next", event_time: midnight + 5 * minute });
    await run({ ...box, file, rows: [next] });
    await run({ ...box, file, rows: [{ ...next, input_tokens: 7, object_uri: "file:z" }] });
    expect(await readRows(file, evidence)).toEqual([{ region_evidence: "pending" }]);
    expect(await readRows(file, "SELECT epoch_ms(first_time)::DOUBLE AS t FROM first_completion")).toEqual([
      { t: midnight - minute },
    ]);
  });

  it("keeps the ledger, so that nothing is loaded again; the coverage of the days says pruned", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    const objects = entriesOf([before]).map((entry) => ({
      ...entry,
      accountId: "111122223333",
      region: "eu-west-1",
      day: "2026-10-01",
    }));
    const broken = {
      ...(objects[0] ?? entriesOf([before])[0]),
      uri: "file:broken",
      etag: "1",
      size: 1,
      records: 0,
      bedrock: 0,
      rejected: 0,
      other: 0,
      accountId: "111122223333",
      region: "eu-west-1",
      day: "2026-10-01",
      status: "quarantined" as const,
      reason: "gzip stream is truncated",
    };
    {
      await using warehouse = await Warehouse.open(file, { threads: 1 });
      await warehouse.startRun("test", new Date(0));
      const quarantine = [
        { uri: "file:broken", etag: "1", recordIndex: null, reason: "gzip stream is truncated", eventId: null },
      ];
      await warehouse.commit({ files: [await box.stage([before])], objects: [...objects, broken], quarantine });
      expect(await warehouse.prune(day)).toMatchObject({ invocations: 1, quarantined: 1 });
      await warehouse.publish();
      const candidates = ["file:a", "file:broken"].map((uri) => ({ uri, etag: "1", size: 1 }));
      expect(await warehouse.unknownObjects(candidates)).toEqual([]);
    }
    expect(await readRows(file, "SELECT uri, status, reason FROM trail_object ORDER BY uri")).toEqual([
      { uri: "file:a", status: "pruned", reason: null },
      { uri: "file:broken", status: "pruned", reason: "gzip stream is truncated" },
    ]);
    expect(await readRows(file, "SELECT day, gap FROM coverage")).toEqual([{ day: "2026-10-01", gap: "pruned" }]);
    expect(await readRows(file, "FROM quarantine")).toEqual([]);
  });

  it("never goes back: an earlier day later removes nothing and does not open the days again", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await run({ ...box, file, rows: [before, after], prune: day });
    expect(await run({ ...box, file, prune: "2026-01-01" })).toMatchObject({ invocations: 0, events: 0 });
    await run({ ...box, file, rows: [{ ...before, event_id: "again", object_uri: "file:c" }] });
    expect(await readRows(file, "SELECT event_id FROM event")).toEqual([{ event_id: "new" }]);
  });

  it("makes the file smaller, with every row, view and macro that stays", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    const old = Array.from({ length: 12_000 }, (_, n) =>
      event({
        event_id: `${n}-${(n * 7919) % 104_729}`,
        invocation_key: `eu-west-1/k${n}`,
        request_id: `r${(n * 104_729) % 1_299_709}`,
        // text that does not compress
        user_agent: createHash("sha512").update(String(n)).digest("hex").repeat(2),
        event_time: midnight - 1000 - n,
      }),
    );
    await run({ ...box, file, rows: [...old, after] });
    const full = statSync(file).size;
    await run({ ...box, file, prune: day });
    const emptied = statSync(file).size;
    const tables = await readTables(file);
    await run({ ...box, file, compact: true });
    expect(statSync(file).size).toBeLessThan(full / 2);
    expect(statSync(file).size).toBeLessThanOrEqual(emptied);
    expect(await readTables(file)).toEqual(tables);
    expect(await readRows(file, "SELECT count(*)::INT AS n FROM spillover_by_region")).toEqual([{ n: 1 }]);
    expect(await readRows(file, "SELECT json_extract_scalar('{\"a\": 1}', '$.a') AS n")).toEqual([{ n: "1" }]);
  });

  it("ends in the same tables whether records come before or after it", async () => {
    await using box = await sandbox();
    let files = 0;
    // All records of a call lie within seconds of each other, and the day ends among them. A record may come twice with other contents.
    const world = fc
      .tuple(
        fc.array(anyEvent, { minLength: 1, maxLength: 30 }),
        fc.array(
          fc.record({ of: fc.nat(29), tokens: fc.constantFrom(3, 4), object: fc.constantFrom("file:d", "file:e") }),
          { maxLength: 6 },
        ),
      )
      .map(([generated, copies]) => {
        const placed = generated.map((row, index): Row => {
          const seconds = (Number(row["event_time"]) - noon) / 1000 - 10;
          const call = row["record_kind"] === "other" ? 0 : (Number(String(row["request_id"]).slice(1)) - 3) * 4;
          return { ...row, event_id: `e${index}`, event_time: midnight + (call + seconds) * 1000 };
        });
        const again = copies.flatMap(({ of, tokens, object }): Row[] => {
          const row = placed[of];
          return row === undefined ? [] : [{ ...row, input_tokens: tokens, object_uri: object }];
        });
        return [...placed, ...again];
      });
    // Worlds that do not meet share a warehouse: most of the time goes into making one.
    const rows = fc.array(world, { minLength: 1, maxLength: 12 }).map((worlds) =>
      worlds.flatMap((each, index) =>
        each.map((row): Row => ({
          ...row,
          event_id: `w${index}-${row["event_id"]}`,
          original_event_id: row["original_event_id"] == null ? null : `w${index}-${row["original_event_id"]}`,
          invocation_key: row["invocation_key"] == null ? null : `${row["invocation_key"]}-${index}`,
          account_id: `${row["account_id"]}-${index}`,
        })),
      ),
    );
    const cases = rows.chain((all) =>
      fc.record({ all: fc.constant(all), late: fc.subarray(all), compact: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ all, late, compact }) => {
        const once = join(box.folder, `once${files}.duckdb`);
        const parts = join(box.folder, `parts${files++}.duckdb`);
        await run({ ...box, file: once, rows: all, prune: day });
        await run({ ...box, file: parts, rows: all.filter((row) => !late.includes(row)), prune: day, compact });
        await run({ ...box, file: parts, rows: late });
        const { ledger: _a, ...expected } = await readTables(once);
        const { ledger: _b, ...actual } = await readTables(parts);
        expect(actual).toEqual(expected);
        const gone = `SELECT count(*)::INT AS n FROM invocation WHERE event_time < TIMESTAMP '${day}'`;
        expect(await readRows(parts, gone)).toEqual([{ n: 0 }]);
      }),
      // shrinking would take longer than the test may
      { numRuns: 6, endOnFailure: true },
    );
  }, 300_000);
});
