/** Retention as a step: remove, compact the file where it is worth it, publish. */
import { dayMs } from "../day.ts";
import { existsSync, statSync } from "node:fs";
import type { Effects } from "../effects.ts";
import { SpillwayError } from "../errors.ts";
import { countDoomedSql } from "../store/prune.ts";
import { WarehouseReader } from "../store/reader.ts";
import { type PruneCounts, Warehouse } from "../store/warehouse.ts";

export interface Pruned extends PruneCounts {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly published: boolean;
}

/** The empty share from which a nightly run compacts the file: DuckDB fills free space before the file grows. */
const worthCompacting = 0.25;

/**
 * The day of `before` as YYYY-MM-DD.
 * @throws SpillwayError `usage` for a time within a day, or a day to come: half a day is not a day
 */
export function dayToKeep(before: Date, now: Date): string {
  if (before.getTime() % dayMs !== 0) {
    throw new SpillwayError("usage", "--before takes a whole day, UTC", { next: "For example: --before 2026-01-01" });
  }
  if (before > now) {
    throw new SpillwayError("usage", "--before is in the future: nothing would be left, now and for the days to come", {
      next: "To start over, remove the warehouse file and its .work file.",
    });
  }
  return before.toISOString().slice(0, 10);
}

/** The first day that stays when `days` whole days are kept beside today. */
export function retentionDay(now: Date, days: number): string {
  return new Date(now.getTime() - days * dayMs).toISOString().slice(0, 10);
}

/** Removes what happened before `day` and publishes. `worth`: the file is copied only when a quarter of it is empty. */
export async function prune(
  file: string,
  day: string,
  compaction: "always" | "worth",
  { now, log }: Pick<Effects, "now" | "log">,
): Promise<Pruned> {
  if (!existsSync(file)) throw missing(file);
  const published = statSync(file).size;
  await using warehouse = await Warehouse.open(file, { now, notice: (message) => log.warn(message) });
  const counts = await warehouse.prune(day);
  if (compaction === "always" || (await warehouse.wastedShare()) >= worthCompacting) await warehouse.compact();
  const isNew = await warehouse.publish();
  return { ...counts, bytesBefore: published, bytesAfter: statSync(file).size, published: isNew };
}

export function prunedText(day: string, { invocations, events, variants, quarantined, logs }: PruneCounts): string {
  const n = (value: number): string => value.toLocaleString("en-US");
  return `before ${day}: ${n(invocations)} invocations, ${n(events)} events, ${n(variants)} variants, ${n(quarantined)} quarantine rows${logs === 0 ? "" : `, ${n(logs)} invocation logs`} removed`;
}

/** What `prune` would remove from the published file. */
export async function countDoomed(file: string, day: string): Promise<PruneCounts> {
  await using reader = await WarehouseReader.open(file);
  const result = await reader.query(countDoomedSql(day));
  for await (const [invocations, events, variants, quarantined, logs] of result.batches) {
    const [i, e, v, q, l] = [invocations, events, variants, quarantined, logs].map((column) =>
      Number(column?.[0] ?? 0),
    );
    return { invocations: i ?? 0, events: e ?? 0, variants: v ?? 0, quarantined: q ?? 0, logs: l ?? 0 };
  }
  throw missing(file);
}

function missing(file: string): SpillwayError {
  return new SpillwayError("warehouse-missing", `There is no warehouse ${file}`, {
    next: "Run spillway ingest first, or name it with --warehouse",
  });
}
