/** The boundaries that everybody has: named sets of Regions that follow from the reference data. */
import { regionRows } from "./regions.ts";

let named: ReadonlyMap<string, readonly string[]> | undefined;

/** `eu` (member states), `eea`, and each jurisdiction of the table `region` in lower case, with its Regions. */
export function builtInBoundaries(): ReadonlyMap<string, readonly string[]> {
  named ??= gather();
  return named;
}

function gather(): ReadonlyMap<string, readonly string[]> {
  const rows = regionRows();
  const names = ["eu", "eea", ...new Set(rows.map((row) => row.jurisdiction.toLowerCase()))];
  return new Map(
    names.map((name) => {
      const inside = rows.filter((row) => {
        if (name === "eu") return row.eu_member;
        if (name === "eea") return row.eea_member;
        return row.jurisdiction.toLowerCase() === name;
      });
      return [name, inside.map((row) => row.region)];
    }),
  );
}
