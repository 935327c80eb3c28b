/** The snapshot src/reference/inference-profiles.json: `node scripts/import-profiles.mjs INPUT [OUTPUT]` makes it from a merged profile list. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [input, output = fileURLToPath(new URL("../src/reference/inference-profiles.json", import.meta.url))] =
  process.argv.slice(2);
if (input === undefined) {
  console.error("usage: node scripts/import-profiles.mjs INPUT [OUTPUT]");
  process.exit(2);
}

const { meta, rows } = JSON.parse(readFileSync(input, "utf8"));
const compact = rows
  .map((row) => ({
    profileId: row.profileId,
    sourceRegion: row.sourceRegion,
    destinations: row.destinationRegions,
    model: row.modelId,
    asOf: row.asOf,
    source: row.source,
  }))
  .toSorted((a, b) => compare(a.profileId, b.profileId) || compare(a.sourceRegion, b.sourceRegion));

const usedSources = new Set(compact.map((row) => row.source));
const head = {
  as_of: meta.asOf.compiled,
  source: meta.authority,
  sources: Object.fromEntries(Object.entries(meta.sources).filter(([key]) => usedSources.has(key))),
};
// One row a line, so that the next snapshot's diff shows what changed.
const text = `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [\n${compact.map((row) => `    ${JSON.stringify(row)}`).join(",\n")}\n  ]\n}\n`;
writeFileSync(output, text);
console.error(`${compact.length} rows written`);

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
