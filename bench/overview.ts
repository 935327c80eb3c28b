/** The benchmark of reports: the overview, the main reports and the page of them all over ten million invocations. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "duckdb";
import { invocationDayTable } from "../src/schema/invocation-day.ts";
import { builtCli, dataFolder, requireBuild } from "./dataset.ts";
import { interleave, markdownTable, measure, medianCells } from "./measure.ts";
import { fillWarehouse } from "./synthetic-warehouse.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "10000000" },
    runs: { type: "string", default: "5" },
    spread: { type: "string", default: "uniform" },
    only: { type: "string" },
  },
});
const mainReports = [
  "spillover-by-region",
  "spillover-by-principal",
  "spillover-by-model",
  "spillover-timeline",
  "denials",
  "unobservable",
] as const;

requireBuild();
mkdirSync(dataFolder, { recursive: true });
const scratch = mkdtempSync(join(dataFolder, "overview-"));
try {
  const warehouse = join(scratch, "warehouse.duckdb");
  const spread = values.spread === "habits" ? "habits" : "uniform";
  await fillWarehouse(warehouse, scratch, Number(values.rows), spread);
  const instance = await DuckDBInstance.create(warehouse, { threads: "2" });
  const connection = await instance.connect();
  const filling = performance.now();
  await connection.run(
    `DELETE FROM invocation_day;
    INSERT INTO invocation_day (${invocationDayTable.columns.map((column) => column.name).join(", ")})
    ${readFileSync(new URL("../queries/model/invocation-day.sql", import.meta.url), "utf8")}`,
  );
  const days = await connection.runAndReadAll("SELECT count(*)::VARCHAR FROM invocation_day");
  process.stdout.write(
    `invocation_day: ${Number(days.getRows()[0]?.[0]).toLocaleString("en")} rows, filled in ${((performance.now() - filling) / 1000).toFixed(1)} s\n`,
  );
  await connection.run("CHECKPOINT");
  connection.closeSync();
  instance.closeSync();

  const html = join(scratch, "report.html");
  const contenders: Readonly<Record<string, readonly string[]>> = {
    overview: [],
    page: ["--format", "html", "--boundary", "eu", "--output", html],
    ...Object.fromEntries(mainReports.map((name) => [name, [name]])),
  };
  const chosen = values.only?.split(",") ?? Object.keys(contenders);
  const results = await interleave(chosen, Number(values.runs), (name) => {
    const args = contenders[name] ?? [name];
    return measure([process.execPath, builtCli, "report", ...args, "--warehouse", warehouse], [0, 3, 4]);
  });
  const rows = [...results].map(([name, runs]) => [
    name === "page"
      ? `spillway report --format html (${statSync(html).size.toLocaleString("en")} bytes)`
      : `spillway report ${contenders[name]?.join(" ") ?? name}`.trim(),
    ...medianCells(runs),
  ]);
  process.stdout.write(
    `${markdownTable([`${Number(values.rows).toLocaleString("en")} invocations`, "wall", "user + sys", "peak RSS"], rows)}\nBars: the overview within a second or two; the page within 60 s, 600 MB and 3,000,000 bytes.\n`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
