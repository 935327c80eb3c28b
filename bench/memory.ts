/** The benchmark of memory: the peak of a whole ingest at 1 GB and at 10 GB raw. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { builtCli, dataFolder, ensureLogs, requireBuild } from "./dataset.ts";
import { markdownTable, measure, seconds } from "./measure.ts";

const { values } = parseArgs({
  options: {
    parts: { type: "string", default: "10" },
    "part-mb": { type: "string", default: "1000" },
    share: { type: "string", default: "0.02" },
  },
});
const parts = Number(values.parts);
const rawBytes = Number(values["part-mb"]) * 1_000_000;
const set = `memory-${values["part-mb"]}-${values.share}`;
requireBuild();
for (let seed = 1; seed <= parts; seed += 1) {
  // Another seed for each part: other records, so that the warehouse grows with the folder as in real life.
  ensureLogs(join(set, `part-${seed}`), {
    files: 1200,
    rawBytes,
    share: Number(values.share),
    hitFiles: Math.max(0.33, Number(values.share)),
    seed,
  });
}
const rows: string[][] = [];
for (const [size, folder] of [
  [1, join(dataFolder, set, "part-1")],
  [parts, join(dataFolder, set)],
] as const) {
  const scratch = mkdtempSync(join(tmpdir(), "spillway-bench-"));
  try {
    const measured = await measure([
      process.execPath,
      builtCli,
      "ingest",
      folder,
      "--warehouse",
      join(scratch, "warehouse.duckdb"),
    ]);
    rows.push([
      `${((size * rawBytes) / 1e9).toFixed(1)} GB raw`,
      seconds(measured.wallMs),
      seconds(measured.cpuMs),
      `${measured.peakMb.toFixed(0)} MB`,
    ]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
process.stdout.write(
  `${markdownTable(["ingest of", "wall", "user + sys", "peak RSS"], rows)}\nBar: under 600 MB, and flat.\n`,
);
