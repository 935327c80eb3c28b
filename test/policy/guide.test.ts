import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { demoBundle } from "./demo-bundle.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const guide = readFileSync(fileURLToPath(new URL("../../docs/policies.md", import.meta.url)), "utf8");
const folder = temporaryFolder();
const home = process.cwd();

/** Blocks in their order: files with a name, and commands. */
const blocks = [...guide.matchAll(/^```(sh|json) ?(\S*)\n([^]*?)^```$/gm)].map(
  ([, kind = "", name = "", text = ""]) => ({ kind, name, text }),
);
const commands = blocks
  .filter(({ kind }) => kind === "sh")
  .flatMap(({ text }) => text.trim().split("\n"))
  .map((line) => {
    const [command = "", expected = "exit 0"] = line.split(/\s+# /);
    return { command, code: Number(/exit (\d)/.exec(expected)?.[1]) };
  });

describe("the guide, as a new user would follow it", () => {
  beforeAll(() => {
    for (const { name, text } of blocks.filter(({ kind }) => kind === "json")) writeFileSync(join(folder, name), text);
    // what `policy collect` would have fetched
    writeFileSync(join(folder, "organization.json"), JSON.stringify(demoBundle));
    process.chdir(folder);
  });
  afterAll(() => process.chdir(home));

  it.each(commands)("$command", async ({ command, code }) => {
    const [program, ...args] = command.split(" ");
    expect(program).toBe("spillway");
    const run = await runCli(args);
    expect([run.code, run.stderr]).toEqual([code, expect.any(String)]);
  });

  it("explains every warning that there is", () => {
    const source = readFileSync(fileURLToPath(new URL("../../src/policy/lint/lint.ts", import.meta.url)), "utf8");
    const files = ["actions", "principals", "profiles", "regions", "texts"].map((name) =>
      readFileSync(fileURLToPath(new URL(`../../src/policy/lint/${name}.ts`, import.meta.url)), "utf8"),
    );
    const codes = [source, ...files].flatMap((text) =>
      [...text.matchAll(/code: "([a-z-]+)"/g)].map(([, code = ""]) => code),
    );
    expect(codes.length).toBeGreaterThan(20);
    expect([...new Set(codes)].filter((code) => !guide.includes(`\`${code}\``))).toEqual([]);
  });
});
