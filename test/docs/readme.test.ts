/** The README: its picture is what the demo prints, its tables name every command and every exit code, its links lead somewhere. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { exitCodes } from "../../src/errors.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(project, "README.md"), "utf8");
const folder = temporaryFolder();

it("the picture is the demo's output, but for what `...` stands for", { timeout: 120_000 }, async () => {
  const demo = await runCli(["demo", "--folder", join(folder, "demo")]);
  expect(demo.code).toBe(0);
  const picture = /^```\n(Where Bedrock inference ran[^`]*)```$/m.exec(readme)?.[1] ?? "";
  const parts = picture.split(/^ *\.\.\.\n/m).filter((part) => part !== "");
  expect(parts.length).toBeGreaterThan(2);
  let from = 0;
  for (const part of parts) {
    const at = demo.stdout.indexOf(part, from);
    expect(at, part).toBeGreaterThanOrEqual(from);
    from = at + part.length;
  }
  // and the commands behind it make a pack and check it
  const commands = [...readme.matchAll(/^npx spillway (evidence .*)$/gm)].map(([, command = ""]) =>
    command.replaceAll("spillway-demo/", `${join(folder, "demo")}/`).split(" "),
  );
  const runs = [];
  for (const command of commands) runs.push(await runCli(command));
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(runs.at(-1)?.stdout).toBe("valid-unsigned\n");
});

it("the tables have every command and every exit code", async () => {
  const help = (await runCli(["--help"])).stdout;
  const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name).filter((name) => name !== "help");
  expect(commands).toContain("ingest");
  for (const name of commands) expect(readme).toContain(`\`spillway ${name}`);
  const codes = [...readme.matchAll(/^\| (\d) \| /gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(exitCodes));
});

it("every link of the README and the guides leads to a file", () => {
  const pages = ["README.md", ...readdirSync(join(project, "docs")).map((name) => `docs/${name}`)];
  for (const page of pages) {
    const text = readFileSync(join(project, page), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      expect(existsSync(join(project, dirname(page), target)), `${page}: ${target}`).toBe(true);
    }
  }
});
