/** The figures of a pack counted again from its calls, whatever their number: a row at a time, and what else names calls beside them. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Tell } from "./check-bag.ts";
import { CallsByLog } from "./check-calls-by-log.ts";
import { csvRows } from "./csv-rows.ts";
import { DistinctKeys } from "./distinct-keys.ts";
import { type KeyedRow, Lockstep } from "./lockstep.ts";
import type { PackSummary } from "./pack-summary.ts";

const figureNames = [
  "invocations",
  "served",
  "outside",
  "unknown_region",
  "spilled",
  "denied",
  "throttled",
  "failed",
] as const;
export type FigureName = (typeof figureNames)[number];
export type Figures = Record<FigureName, number>;

const isOutcome = (text: string): text is "served" | "denied" | "throttled" | "failed" =>
  ["served", "denied", "throttled", "failed"].includes(text);

export async function countCalls(
  root: string,
  { boundary, from, to, strangeRegions, figures }: PackSummary,
  tell: Tell,
): Promise<Figures> {
  const known = new Set<string>();
  for await (const row of csvRows(join(root, "data/reference/regions.csv"))) known.add(row["region"] ?? "");
  const strange = new Set<string>();
  const regions = new Set(boundary.regions);
  const counted = Object.fromEntries(figureNames.map((name) => [name, 0])) as Figures; // all names, each a number
  using keys = new DistinctKeys();
  const outside = new Lockstep(keysOf(join(root, "data/rows/outside-boundary.csv")));
  const byLog = new CallsByLog(root, tell);
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const names = (await readdir(join(root, "data/rows"))).filter((each) => /^invocations-.*\.csv$/.test(each));
  // months in their order, as everything that is compared with them
  for (const name of names.toSorted()) {
    for await (const row of csvRows(join(root, "data/rows", name))) {
      const { invocation_key: key = "", event_time: time = "", outcome = "", served_region: region = "" } = row;
      counted.invocations++;
      keys.add(key);
      const at = Date.parse(time);
      if (!(at >= start && at < end)) tell(`a call out of the range: ${key}`);
      if (isOutcome(outcome)) counted[outcome]++;
      if (outcome !== "served") continue;
      if (row["spilled"] === "true") counted.spilled++;
      if (row["region_evidence"] === "invocation-log") await byLog.add(key, region);
      if (region !== "" && !known.has(region)) strange.add(region);
      if (region === "") counted.unknown_region++;
      else if (!regions.has(region)) {
        counted.outside++;
        await outside.next({ key, value: "" });
      }
    }
  }
  if ([...strange].toSorted().join() !== strangeRegions.join())
    tell(`summary.json does not name the Regions that the reference data does not know: ${[...strange].join(", ")}`);
  if (keys.hasTwice()) tell("rows/invocations: a call is there twice");
  await byLog.end(figures["by_invocation_log"]);
  if ((await outside.end()).length > 0) tell("rows/outside-boundary.csv does not hold the calls outside the boundary");
  return counted;
}

async function* keysOf(file: string): AsyncGenerator<KeyedRow> {
  for await (const row of csvRows(file)) yield { key: row["invocation_key"] ?? "", value: "" };
}
