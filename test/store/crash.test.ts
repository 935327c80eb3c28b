import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyEvent } from "./generate.ts";
import { readTables, sandbox } from "./helpers.ts";

const child = fileURLToPath(new URL("./load-child.ts", import.meta.url));

/** Runs the loading process; kills it after `milliseconds` if given. Returns whether it came to its end. */
async function load(file: string, staged: readonly string[], milliseconds?: number): Promise<boolean> {
  const running = spawn(process.execPath, ["--import", "tsx", child, file, ...staged], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  running.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const timer = milliseconds === undefined ? undefined : setTimeout(() => running.kill("SIGKILL"), milliseconds);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    running.on("close", (exitCode, by) => resolve([exitCode, by]));
  });
  clearTimeout(timer);
  if (code !== 0 && signal === null) throw new Error(errors);
  return code === 0;
}

describe("kill -9", () => {
  it("at any moment, then again to the end: the tables of an undisturbed run", async () => {
    await using box = await sandbox();
    const rows = fc
      .sample(anyEvent, { numRuns: 240, seed: 7 })
      .map((row, index) => ({ ...row, event_id: `e${index % 170}` }));
    const staged: string[] = [];
    for (let at = 0; at < rows.length; at += 12) staged.push(await box.stage(rows.slice(at, at + 12)));

    const calm = join(box.folder, "calm.duckdb");
    const begun = performance.now();
    await load(calm, staged);
    const whole = performance.now() - begun;

    const beaten = join(box.folder, "beaten.duckdb");
    let killed = 0;
    for (let attempt = 0; attempt < 8; attempt++) {
      // spread over the run's length: start, commits, publish
      if (!(await load(beaten, staged, whole * (0.3 + 0.09 * attempt)))) killed++;
    }
    expect(await load(beaten, staged)).toBe(true);
    expect(killed).toBeGreaterThan(0);
    expect(await readTables(beaten)).toEqual(await readTables(calm));
  }, 240_000);
});
