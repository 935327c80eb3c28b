/** Accounts and Regions that are expected by name: every account of an entry in every Region of it. */

export interface NamedTrails {
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** First day, YYYY-MM-DD; null: always. */
  readonly since: string | null;
  readonly namedBy: "config" | "organizations";
}

interface Expected {
  readonly accountId: string;
  readonly region: string;
  readonly since: string | null;
  readonly namedBy: "config" | "organizations";
}

/** One trail for each account and Region; if named twice, the earlier day counts, and of equal days the first entry. */
export function expectedTrails(entries: readonly NamedTrails[]): Expected[] {
  const named = new Map<string, Expected>();
  for (const { accounts, regions, since, namedBy } of entries) {
    for (const accountId of accounts) {
      for (const region of regions) {
        const place = `${accountId} ${region}`;
        const before = named.get(place);
        if (before !== undefined && (before.since ?? "") <= (since ?? "")) continue;
        named.set(place, { accountId, region, since, namedBy });
      }
    }
  }
  return [...named.values()];
}
