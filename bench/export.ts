/** The benchmark of results: ten million rows in every format, beside DuckDB's own COPY of the same statement. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type FormatName, formatNames } from "../src/report/formats/names.ts";
import { builtCli, dataFolder, requireBuild } from "./dataset.ts";
import { type Measurement, interleave, markdownTable, measure, medianCells, medianRatio } from "./measure.ts";
import { fillWarehouse } from "./synthetic-warehouse.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "10000000" },
    runs: { type: "string", default: "3" },
    formats: { type: "string", default: formatNames.join(",") },
  },
});
const statement = "select * from invocation";
/** Formats that DuckDB's COPY has too. */
const copied: readonly FormatName[] = ["csv", "ndjson", "parquet"];
const copy = fileURLToPath(new URL("rivals/copy.mjs", import.meta.url));

requireBuild();
mkdirSync(dataFolder, { recursive: true });
const scratch = mkdtempSync(join(dataFolder, "export-"));
try {
  const warehouse = join(scratch, "warehouse.duckdb");
  await fillWarehouse(warehouse, scratch, Number(values.rows), "habits");
  const formats = values.formats.split(",").map((name) => {
    const format = formatNames.find((each) => each === name);
    if (format === undefined) throw new Error(`there is no format ${name}`);
    return format;
  });
  const rows: string[][] = [];
  for (const format of formats) {
    const compared = await compare(format, warehouse);
    // some formats take minutes: each is told when it is done
    for (const cells of compared) process.stderr.write(`${cells.join("  ")}\n`);
    rows.push(...compared);
  }
  const head = [
    `${Number(values.rows).toLocaleString("en")} rows of ${statement}`,
    "wall",
    "user + sys",
    "peak RSS",
    "its wall / COPY's",
    "size",
  ];
  process.stdout.write(
    `${markdownTable(head, rows)}\nBars: under 600 MB; CSV, NDJSON and Parquet at most 1.5 times COPY.\n`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function compare(format: FormatName, warehouse: string): Promise<string[][]> {
  const file = join(scratch, `result.${format}`);
  const sizes = new Map<string, number>();
  const run = async (name: "spillway" | "COPY"): Promise<Measurement> => {
    const ours = [builtCli, "query", statement, "--warehouse", warehouse, "--format", format, "--output", file];
    const measured = await measure([
      process.execPath,
      ...(name === "spillway" ? ours : [copy, warehouse, statement, format, file]),
    ]);
    sizes.set(name, statSync(file).size);
    rmSync(file);
    return measured;
  };
  const contenders = copied.includes(format) ? (["spillway", "COPY"] as const) : (["spillway"] as const);
  const runs = await interleave(contenders, copied.includes(format) ? Number(values.runs) : 1, run);
  const theirs = runs.get("COPY");
  return [...runs].map(([name, measured]) => [
    `${name === "COPY" ? "DuckDB's COPY" : name}, ${format}`,
    ...medianCells(measured),
    theirs === undefined ? "" : medianRatio(measured, theirs).toFixed(2),
    `${((sizes.get(name) ?? 0) / 1e6).toFixed(0)} MB`,
  ]);
}
