/** Owns how the source is written: `lookup-events:REGION[,REGION...]`. */
import { SpillwayError } from "../../../errors.ts";
import { regionRows } from "../../../reference/regions.ts";

const scheme = "lookup-events:";

/** @throws SpillwayError `usage` for no Region, or one that there is not */
export function parseLookupName(name: string): readonly string[] {
  const regions = name
    .slice(scheme.length)
    .split(",")
    .map((region) => region.trim())
    .filter((region) => region !== "");
  if (regions.length === 0) {
    throw new SpillwayError("usage", `${name} names no Region`, {
      next: "Write lookup-events:eu-west-1, or several: lookup-events:eu-west-1,eu-central-1.",
    });
  }
  const known = regionRows().map(({ region }) => region);
  for (const region of regions) {
    if (known.includes(region)) continue;
    throw new SpillwayError("usage", `there is no Region ${region}`, {
      next: `Did you mean ${nearest(region, known)}?`,
    });
  }
  return [...new Set(regions)];
}

function nearest(word: string, known: readonly string[]): string {
  const ranked = known.map((name) => ({ name, distance: editDistance(word.toLowerCase(), name) }));
  return ranked.toSorted((a, b) => a.distance - b.distance)[0]?.name ?? "us-east-1";
}

/** Letters to insert, delete or exchange. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
