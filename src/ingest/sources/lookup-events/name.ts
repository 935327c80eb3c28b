/** The name of the source: `lookup-events:REGION[,REGION...]`. */
import { SpillwayError } from "../../../errors.ts";
import { nearest } from "../../../nearest.ts";
import { regionRows } from "../../../reference/regions.ts";

const scheme = "lookup-events:";

/** The Regions in a name. @throws SpillwayError `usage` for none, or an unknown one */
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
      next: `Did you mean ${nearest(region, known, undefined, Number.POSITIVE_INFINITY) ?? "us-east-1"}?`,
    });
  }
  return [...new Set(regions)];
}
