/** The check of calls whose served Region an invocation log states: each is named with its object, and the summary says how many. */
import { join } from "node:path";
import type { Tell } from "./check-bag.ts";
import { csvRows } from "./csv-rows.ts";

/** `resting`: served Region by key of call. `told`: the figure of the summary; packs of before it have neither figure nor files. */
export async function checkCallsByLog(
  root: string,
  resting: ReadonlyMap<string, string>,
  told: number | undefined,
  tell: Tell,
): Promise<void> {
  if (told === undefined && resting.size === 0) return;
  if (told !== resting.size)
    tell(`summary.json says by_invocation_log = ${told ?? "nothing"}, and the rows say ${resting.size}`);
  const objects = new Set<string>();
  for await (const row of csvRows(join(root, "data/invocation-log-inputs.csv"))) objects.add(row["uri"] ?? "");
  const named = new Set<string>();
  for await (const row of csvRows(join(root, "data/calls-by-invocation-log.csv"))) {
    const { invocation_key: key = "", inference_region: region, object_uri: uri = "" } = row;
    named.add(key);
    if (resting.get(key) !== region) tell(`calls-by-invocation-log.csv and the rows differ in the call ${key}`);
    if (!objects.has(uri)) tell(`invocation-log-inputs.csv does not have ${uri}`);
  }
  for (const key of resting.keys())
    if (!named.has(key)) tell(`calls-by-invocation-log.csv does not name the log of the call ${key}`);
}
