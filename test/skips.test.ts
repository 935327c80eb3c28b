/** With CI=true a test that is skipped without an excuse fails the run: tried on a run of its own. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { unexcused } from "./support/skips-reporter.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
const folder = join(project, "node_modules", ".skips-test");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A run over one test file that passes, and may skip a second test. */
function run(text: string, CI: string): { readonly status: number | null; readonly stderr: string } {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "made.check.ts"), `import { expect, it } from "vitest";\n${text}\n`);
  const reporters = ["default", join(project, "test/support/skips-reporter.ts")];
  const config = { test: { include: ["made.check.ts"], reporters } };
  writeFileSync(join(folder, "vitest.config.ts"), `export default ${JSON.stringify(config)};\n`);
  const args = [join(project, "node_modules/vitest/vitest.mjs"), "run", "--root", folder];
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, CI, NO_COLOR: "1" },
    encoding: "utf8",
  });
  return { status, stderr };
}

describe("a skipped test", () => {
  const passes = 'it("passes", () => expect(1).toBe(1));';
  const skips = 'it("has a reason", (context) => context.skip("no such tool here"));';
  it("is named with its reason, and with CI=true the run fails", () => {
    const here = run(`${passes}\n${skips}`, "");
    expect([here.status, here.stderr]).toEqual([0, expect.stringContaining("has a reason (no such tool here)")]);
    const there = run(`${passes}\n${skips}`, "true");
    expect([there.status, there.stderr]).toEqual([1, expect.stringContaining("nothing excuses")]);
    const whole = run(passes, "true");
    expect([whole.status, whole.stderr]).toEqual([0, ""]);
  });

  it("is excused by its file and its title alone", () => {
    const file = "ingest/warehouse-faults.test.ts";
    const excused = { file, title: "a full disk > says so (needs the right to mount)", why: undefined };
    const others = [
      { ...excused, file: "ingest/crash.test.ts" },
      { ...excused, title: "says so" },
    ];
    expect(unexcused([excused, ...others])).toEqual(others);
  });
});
