/** Owns what a boundary's name means: approved Regions, from reference data or listed by the user. */
import { SpillwayError } from "../errors.ts";
import { regionRows } from "../reference/regions.ts";

export interface Boundary {
  readonly name: string;
  readonly regions: readonly string[];
}

/**
 * `eu` (member states), `eea`, any jurisdiction of the table `region` (`us`, `uk`, `ch`, ...), a name of the user's own,
 * or Regions with commas. A profile's prefix is something else: `eu.` called from London may run in London (R7).
 * @throws SpillwayError `usage` for a name or Region that nobody knows
 */
export function resolveBoundary(name: string, own: Readonly<Record<string, readonly string[]>> = {}): Boundary {
  const listed = own[name];
  if (listed !== undefined) return { name, regions: listed };
  const rows = regionRows();
  const wanted = name.toLowerCase();
  const matching = rows.filter((row) => {
    if (wanted === "eu") return row.eu_member;
    if (wanted === "eea") return row.eea_member;
    return row.jurisdiction.toLowerCase() === wanted;
  });
  if (matching.length > 0) return { name: wanted, regions: matching.map((row) => row.region) };
  const codes = name.split(",").map((code) => code.trim());
  const known = new Set(rows.map((row) => row.region));
  const unknown = codes.filter((code) => !known.has(code));
  if (unknown.length === 0) return { name: codes.join(", "), regions: codes };
  const names = ["eu", "eea", ...new Set(rows.map((row) => row.jurisdiction.toLowerCase()))];
  throw new SpillwayError("usage", `unknown boundary ${JSON.stringify(name)}`, {
    next: `Name one of ${[...new Set([...names, ...Object.keys(own)])].join(", ")}, or list Regions: --boundary eu-central-1,eu-west-1`,
  });
}
