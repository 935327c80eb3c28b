/** The share of a bundle's principals that may reach a destination: all, some, none, or cannot tell. */
import type { ReachRow } from "./reach.ts";

export interface ReachSummary {
  readonly profile: string;
  readonly sourceRegion: string;
  readonly destination: string;
  readonly allowed: "all" | "some" | "none" | "cannot-tell";
}

export function summariseReach(rows: readonly ReachRow[]): ReachSummary[] {
  const groups = new Map<string, ReachRow[]>();
  for (const row of rows) {
    const key = `${row.profile}\n${row.sourceRegion}\n${row.destination}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { profile, sourceRegion, destination } = first;
    return [{ profile, sourceRegion, destination, allowed: allowedOf(group) }];
  });
}

function allowedOf(group: readonly ReachRow[]): ReachSummary["allowed"] {
  const count = (decision: ReachRow["decision"]): number => group.filter((row) => row.decision === decision).length;
  const allowed = count("allowed");
  if (allowed === group.length) return "all";
  if (allowed > 0) return "some";
  return count("cannot-tell") > 0 ? "cannot-tell" : "none";
}
