/** The benchmark of first runs over many small objects: peak memory must not grow with their number. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { bedrockRecord } from "../test/support/trail-files.ts";
import { builtCli, requireBuild } from "./dataset.ts";
import { markdownTable, measure, seconds } from "./measure.ts";

const { values } = parseArgs({ options: { objects: { type: "string", default: "104000,200000,500000" } } });
const filesADay = 400;
const firstDay = Date.parse("2025-01-01");

/** One object in three holds a Bedrock call; all of them are as small as those of a quiet account. */
function writeObjects(root: string, from: number, to: number): void {
  for (let index = from; index < to; index += 1) {
    const place = Math.floor(index / filesADay);
    const account = String(111_111_111_111 + (place % 50));
    const day = new Date(firstDay + Math.floor(place / 50) * 86_400_000).toISOString().slice(0, 10);
    const folder = join(root, "AWSLogs", account, "CloudTrail", "eu-central-1", ...day.split("-"));
    if (index % filesADay === 0) mkdirSync(folder, { recursive: true });
    const other = { eventSource: "s3.amazonaws.com", eventName: "GetObject", eventTime: `${day}T10:00:00Z` };
    const records = index % 3 === 0 ? [other, bedrockRecord(index, { eventTime: `${day}T10:00:00Z` })] : [other];
    const name = `${account}_CloudTrail_eu-central-1_${day.replaceAll("-", "")}T1000Z_${String(index).padStart(16, "0")}.json.gz`;
    writeFileSync(join(folder, name), gzipSync(JSON.stringify({ Records: records }), { level: 1 }));
  }
}

requireBuild();
const logs = mkdtempSync(join(tmpdir(), "spillway-small-"));
const rows: string[][] = [];
let written = 0;
try {
  for (const objects of values.objects.split(",").map(Number)) {
    writeObjects(logs, written, objects);
    written = objects;
    const scratch = mkdtempSync(join(tmpdir(), "spillway-bench-"));
    try {
      for (const turn of ["first run", "nothing new"]) {
        const args = ["ingest", logs, "--warehouse", join(scratch, "warehouse.duckdb")];
        const { wallMs, cpuMs, peakMb } = await measure([process.execPath, builtCli, ...args]);
        rows.push([
          `${objects.toLocaleString("en-US")}, ${turn}`,
          seconds(wallMs),
          seconds(cpuMs),
          `${peakMb.toFixed(0)} MB`,
        ]);
        process.stderr.write(`${rows.at(-1)?.join("  ")}\n`);
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
} finally {
  rmSync(logs, { recursive: true, force: true });
}
process.stdout.write(`${markdownTable(["objects", "wall", "user + sys", "peak RSS"], rows)}\nBar: under 600 MB.\n`);
