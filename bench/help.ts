/** The benchmark of starting: `spillway --help` beside a Node process that does nothing. */
import { parseArgs } from "node:util";
import { builtCli, requireBuild } from "./dataset.ts";
import { interleave, markdownTable, measure, median } from "./measure.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "21" } } });
requireBuild();
const results = await interleave(["spillway --help", "node -e 0"], Number(values.runs), (name) =>
  measure(name === "node -e 0" ? [process.execPath, "-e", "0"] : [process.execPath, builtCli, "--help"]),
);
const rows = [...results].map(([name, runs]) => [
  name,
  `${median(runs.map((run) => run.wallMs)).toFixed(0)} ms`,
  `${Math.max(...runs.map((run) => run.wallMs)).toFixed(0)} ms`,
  `${median(runs.map((run) => run.peakMb)).toFixed(0)} MB`,
]);
process.stdout.write(`${markdownTable(["", "median", "slowest", "peak RSS"], rows)}\nBar: under 150 ms.\n`);
