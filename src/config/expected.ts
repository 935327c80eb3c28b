/** What the config's `expected` names: every account of an entry in every Region of it. */
import type { ExpectedConfig } from "./config.ts";

interface Expected {
  readonly accountId: string;
  readonly region: string;
  readonly since: string | null;
  readonly namedBy: "config";
}

/** One line for each account and Region; named twice, the earlier day counts. */
export function expectedTrails(entries: readonly ExpectedConfig[]): Expected[] {
  const named = new Map<string, Expected>();
  for (const { account, region, since = null } of entries) {
    for (const accountId of account) {
      for (const each of region) {
        const place = `${accountId} ${each}`;
        const before = named.get(place);
        if (before !== undefined && (before.since ?? "") <= (since ?? "")) continue;
        named.set(place, { accountId, region: each, since, namedBy: "config" });
      }
    }
  }
  return [...named.values()];
}
