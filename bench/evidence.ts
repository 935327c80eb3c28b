/** The benchmark of evidence packs: one over millions of invocations, beside DuckDB's own COPY of the same rows to the same formats. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { builtInBoundaries } from "../src/reference/boundaries.ts";
import { builtCli, dataFolder, requireBuild } from "./dataset.ts";
import { type Measurement, interleave, markdownTable, measure, medianCells, medianRatio } from "./measure.ts";
import { fillWarehouse } from "./synthetic-warehouse.ts";

const { values } = parseArgs({
  options: { rows: { type: "string", default: "10000000" }, runs: { type: "string", default: "3" } },
});
const copy = fileURLToPath(new URL("rivals/copy.mjs", import.meta.url));
const [from, to] = ["2026-06-01", "2026-09-01"];
const inRange = `event_time >= '${from}' and event_time < '${to}'`;
const inside = (builtInBoundaries().get("eu") ?? []).map((region) => `'${region}'`).join(", ");
/** The rows of a pack, as it orders them. */
const statements = [
  `select * from invocation where ${inRange} order by event_time, invocation_key`,
  `select * from invocation where ${inRange} and outcome = 'served' and served_region not in (${inside}) order by event_time, invocation_key`,
];

requireBuild();
mkdirSync(dataFolder, { recursive: true });
const scratch = mkdtempSync(join(dataFolder, "evidence-"));
try {
  const warehouse = join(scratch, "warehouse.duckdb");
  await fillWarehouse(warehouse, scratch, Number(values.rows), "habits");
  const sizes = new Map<string, number>();
  const run = async (name: "spillway" | "COPY"): Promise<Measurement> => {
    const output = join(scratch, "out");
    const measured = name === "spillway" ? await pack(warehouse, output) : await copies(warehouse, output);
    sizes.set(name, sizeOf(output));
    rmSync(output, { recursive: true });
    return measured;
  };
  const runs = await interleave(["spillway", "COPY"] as const, Number(values.runs), run);
  const theirs = runs.get("COPY");
  const rows = [...runs].map(([name, measured]) => [
    name === "COPY" ? "DuckDB's COPY of rows and rows outside, CSV and Parquet" : "spillway evidence, the whole pack",
    ...medianCells(measured),
    theirs === undefined ? "" : medianRatio(measured, theirs).toFixed(2),
    `${((sizes.get(name) ?? 0) / 1e6).toFixed(0)} MB`,
  ]);
  const head = [
    `${Number(values.rows).toLocaleString("en")} invocations`,
    "wall",
    "user + sys",
    "peak RSS",
    "its wall / COPY's",
    "size",
  ];
  process.stdout.write(`${markdownTable(head, rows)}\nBar: under 600 MB.\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function pack(warehouse: string, output: string): Promise<Measurement> {
  const range = ["--from", from, "--to", to, "--boundary", "eu", "--keep-personal"];
  return await measure([
    process.execPath,
    builtCli,
    "evidence",
    ...range,
    "--warehouse",
    warehouse,
    "--output",
    output,
  ]);
}

/** One after the other, as the pack writes them: times add up, memory does not. */
async function copies(warehouse: string, output: string): Promise<Measurement> {
  mkdirSync(output);
  const done: Measurement[] = [];
  for (const [index, statement] of statements.entries())
    for (const format of ["csv", "parquet"])
      done.push(
        await measure([process.execPath, copy, warehouse, statement, format, join(output, `${index}.${format}`)]),
      );
  const sum = (of: "wallMs" | "cpuMs"): number => done.reduce((total, each) => total + each[of], 0);
  return {
    wallMs: sum("wallMs"),
    cpuMs: sum("cpuMs"),
    peakMb: Math.max(...done.map((each) => each.peakMb)),
    stdout: "",
  };
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
