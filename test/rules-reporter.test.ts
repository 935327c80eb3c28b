/** A whole run of the runner itself, over a folder of its own: it fails where the test of a rule was renamed, skipped or left out. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "./support/temp-folder.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const root = temporaryFolder();
let folders = 0;

const sound = {
  "a.test.ts": `import { it } from "vitest"; it("folds five records", () => {});`,
  "b.test.ts": `import { it } from "vitest"; it("a direct call", () => {});`,
};

function run(files: Readonly<Record<string, string>>, ...args: string[]): readonly [code: number | null, told: string] {
  const folder = join(root, String(folders++));
  const support = join(folder, "test", "support");
  mkdirSync(support, { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  copyFileSync(join(repository, "test", "support", "rules-reporter.ts"), join(support, "rules-reporter.ts"));
  writeFileSync(
    join(support, "rules.ts"),
    `export const rules = [["R1", "a.test.ts", "folds five"], ["R2", "b.test.ts", "a direct call"]];`,
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "test", name), text);
  const config = { include: ["test/**/*.test.ts"], reporters: ["./test/support/rules-reporter.ts"] };
  writeFileSync(join(folder, "vitest.config.ts"), `export default ${JSON.stringify({ test: config })};`);
  const vitest = join(repository, "node_modules", "vitest", "vitest.mjs");
  const { status, stderr } = spawnSync(process.execPath, [vitest, "run", ...args], { cwd: folder, encoding: "utf8" });
  return [status, stderr.trim()];
}

it.each<[string, Record<string, string>, string]>([
  [
    "renamed",
    { "b.test.ts": sound["b.test.ts"].replace("direct", "plain") },
    'R2: no test "a direct call" in b.test.ts',
  ],
  [
    "skipped",
    { "a.test.ts": sound["a.test.ts"].replace("it(", "it.skip(") },
    'R1: "folds five" in a.test.ts was skipped',
  ],
])("a test of a rule that was %s fails the run", (_, changed, line) => {
  expect(run({ ...sound, ...changed })).toEqual([1, `Rules that no passed test holds:\n  ${line}`]);
});

it("so does a file that is gone", () => {
  const { "b.test.ts": other } = sound;
  expect(run({ "c.test.ts": other, "b.test.ts": other })).toEqual([
    1,
    "Rules that no passed test holds:\n  R1: a.test.ts did not run",
  ]);
});

it("a run of all is well where each passed, and a run of some says nothing", () => {
  expect(run(sound)).toEqual([0, ""]);
  expect(run(sound, "a.test.ts")).toEqual([0, ""]);
});
