/** The benchmark of ingesting: Spillway, DuckDB's read_json and bare inflating over the same files, in turns. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "duckdb";
import { bedrockLogs, builtCli, ensureLogs, mixedLogs, requireBuild } from "./dataset.ts";
import { type Measurement, interleave, markdownTable, measure, medianCells, medianRatio } from "./measure.ts";

const names = ["spillway ingest", "DuckDB read_json", "bare gunzip"] as const;
type Name = (typeof names)[number];

/** What the rival prints about its table, read from the warehouse: both must have found the same. */
async function warehouseFigures(file: string): Promise<string> {
  const instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  try {
    const rows = await connection.runAndReadAll(
      "SELECT count(*)::INTEGER, count(inference_region)::INTEGER, coalesce(sum(input_tokens), 0)::DOUBLE FROM event",
    );
    return JSON.stringify(rows.getRows()[0]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function runOnce(name: Name, logs: string, figures: Set<string>): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "spillway-bench-"));
  const script = (file: string): string => fileURLToPath(new URL(`./rivals/${file}`, import.meta.url));
  try {
    if (name === "bare gunzip") return await measure([process.execPath, script("gunzip.mjs"), logs]);
    if (name === "DuckDB read_json") {
      const measured = await measure([process.execPath, script("read-json.mjs"), logs, join(folder, "rival.duckdb")]);
      figures.add(measured.stdout.trim());
      return measured;
    }
    const warehouse = join(folder, "warehouse.duckdb");
    const measured = await measure([process.execPath, builtCli, "ingest", logs, "--warehouse", warehouse]);
    figures.add(await warehouseFigures(warehouse));
    return measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(title: string, logs: string, rounds: number): Promise<string> {
  const figures = new Set<string>();
  await runOnce("bare gunzip", logs, figures); // fills the page cache for all
  const results = await interleave(names, rounds, async (name) => {
    const measured = await runOnce(name, logs, figures);
    process.stderr.write(`${title}, ${name}: ${measured.wallMs.toFixed(0)} ms\n`);
    return measured;
  });
  const own = results.get("spillway ingest") ?? [];
  const rows = names.map((name) => {
    const runs = results.get(name) ?? [];
    return [name, ...medianCells(runs), medianRatio(runs, own).toFixed(2)];
  });
  const agreement =
    figures.size === 1
      ? "Both tables hold the same events, Regions and tokens."
      : `THE TABLES DIFFER: ${[...figures].join(" and ")}`;
  return `### ${title}\n\n${markdownTable(["", "wall", "user + sys", "peak RSS", "its wall / Spillway's"], rows)}\n${agreement}\n`;
}

const { values } = parseArgs({
  options: {
    mixed: { type: "string" },
    bedrock: { type: "string" },
    runs: { type: "string", default: "5" },
    only: { type: "string" },
  },
});
requireBuild();
const rounds = Number(values.runs);
if (values.only !== "bedrock") {
  const title = values.mixed === undefined ? "mixed logs, 1.2 GB raw, 2 % Bedrock" : `mixed logs in ${values.mixed}`;
  process.stdout.write(await compare(title, values.mixed ?? ensureLogs("mixed", mixedLogs), rounds));
  process.stdout.write("\nBars: bare gunzip at least 0.60 (aim 0.75), DuckDB at least 2.00.\n\n");
}
if (values.only !== "mixed") {
  process.stdout.write(
    await compare("all Bedrock, 200,000 events", values.bedrock ?? ensureLogs("bedrock", bedrockLogs), rounds),
  );
  process.stdout.write("\nAim: DuckDB at least 1.00; under 0.50 falls short.\n");
}
