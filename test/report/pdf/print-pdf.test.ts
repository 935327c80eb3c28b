/** The PDF of a page: tagged, with an outline, whole or not at all; and what is said where no browser is there. */
import { chmodSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../../src/demo/organization.ts";
import { findBrowser } from "../../../src/report/pdf/find-browser.ts";
import { printPdf } from "../../../src/report/pdf/print-pdf.ts";
import { browserMissing, browserProgram, isBrowserSkipped } from "../../support/browser.ts";
import { runCli } from "../../support/run-cli.ts";
import { temporaryFolder } from "../../support/temp-folder.ts";
import { putFile } from "../../support/trail-files.ts";

const root = temporaryFolder();
const warehouse = join(root, "w.duckdb");
const skipped = isBrowserSkipped();

beforeAll(async () => {
  await writeDemoOrganization(join(root, "logs"));
  expect((await runCli(["ingest", join(root, "logs"), "--warehouse", warehouse])).code).toBe(0);
});

/** A program of the shell that stands in for a browser. */
function program(name: string, script: string): string {
  const file = putFile(join(root, "programs", name), `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("spillway-pdf-"));
}

describe("finding a browser", () => {
  const chromium = program("chromium", "exit 0");
  const chrome = program("google-chrome", "exit 0");
  const path = join(root, "programs");

  it("takes the one that is named, before any other", () => {
    expect(findBrowser({ SPILLWAY_BROWSER: chrome, PATH: path })).toBe(chrome);
  });

  it("else looks in the folders of PATH", () => {
    expect(findBrowser({ PATH: `/nowhere:${path}` }, "linux")).toBe(chromium);
    expect(findBrowser({ PATH: "/nowhere" }, "linux")).toBeUndefined();
    expect(findBrowser({}, "linux")).toBeUndefined();
  });

  it("says which name cannot be run", () => {
    const file = putFile(join(root, "no-program"), "");
    chmodSync(file, 0o644);
    expect(() => findBrowser({ SPILLWAY_BROWSER: file })).toThrow(
      `SPILLWAY_BROWSER names ${file}, which cannot be run`,
    );
  });
});

describe("without a working browser", () => {
  const order = (browser: string, signal?: AbortSignal) =>
    printPdf({
      page: putFile(join(root, "x.html"), "<!doctype html><title>x</title>"),
      file: join(root, "x.pdf"),
      browser,
      signal,
    });

  it.each([
    ["that fails", "echo first >&2; echo last words >&2; exit 7", /ended with 7: last words/],
    ["that prints nothing", "exit 0", /ended without a PDF/],
  ])("one %s is named, and no file is left", async (name, script, message) => {
    const before = leftovers();
    await expect(order(program(name.replaceAll(" ", "-"), script))).rejects.toThrow(message);
    expect(existsSync(join(root, "x.pdf"))).toBe(false);
    expect(leftovers()).toEqual(before);
  });

  it("one that hangs ends with the command", async () => {
    const stop = new AbortController();
    const before = leftovers();
    const printing = order(program("hanging", "exec sleep 600"), stop.signal);
    setTimeout(() => stop.abort(new Error("stopped")), 50);
    await expect(printing).rejects.toThrow("stopped");
    expect(leftovers()).toEqual(before);
  });

  it.skipIf(process.platform !== "linux")(
    "the page is made all the same, and the message says what to install",
    async () => {
      const page = join(root, "made.html");
      const run = await runCli(
        ["report", "--warehouse", warehouse, "--format", "html", "--output", page, "--pdf", join(root, "made.pdf")],
        { PATH: "/nowhere" },
      );
      expect(run.code).toBe(1);
      expect(run.stderr).toBe(
        `wrote ${page}\nerror: the page is written, but not ${join(root, "made.pdf")}: no Chromium or Chrome was found\n` +
          "Install one (Debian and Ubuntu: apt-get install chromium), or name it: SPILLWAY_BROWSER=/path/to/chrome\n",
      );
      expect(readFileSync(page, "utf8")).toContain("</html>");
      expect(existsSync(join(root, "made.pdf"))).toBe(false);
    },
  );

  it("a PDF without a page is wrong use", async () => {
    const run = await runCli(["report", "--warehouse", warehouse, "--pdf", "x.pdf"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(
      /--pdf prints the file of a page, and none was asked for\nAdd the page: --format html --output report\.html --pdf x\.pdf/,
    );
  });
});

if (skipped) it.skip(`a printed PDF (${browserMissing})`);

describe.skipIf(skipped)("a printed PDF", () => {
  it("is tagged and has an outline; the page beside it is the same as without", async () => {
    const [page, pdf, plain] = ["p.html", "p.pdf", "plain.html"].map((name) => join(root, name));
    const flags = ["report", "--warehouse", warehouse, "--boundary", "eu", "--format", "html", "--output"];
    const run = await runCli([...flags, page ?? "", "--pdf", pdf ?? ""], { SPILLWAY_BROWSER: browserProgram ?? "" });
    expect(run).toMatchObject({ code: 0, stderr: `wrote ${page}\nwrote ${pdf}\n` });
    expect((await runCli([...flags, plain ?? ""])).code).toBe(0);
    expect(readFileSync(page ?? "", "utf8")).toBe(readFileSync(plain ?? "", "utf8"));
    const bytes = readFileSync(pdf ?? "", "latin1");
    expect(bytes.slice(0, 5)).toBe("%PDF-");
    expect(bytes).toMatch(/\/MarkInfo\s*<<\s*\/Type\s*\/MarkInfo\s*\/Marked true|\/Marked true/);
    expect(bytes).toContain("/StructTreeRoot");
    expect(bytes).toMatch(/\/Outlines \d+ 0 R/);
    expect(bytes).toMatch(/\/Lang \(en\)/);
    expect((bytes.match(/\/Type \/Page\b/g) ?? []).length).toBeGreaterThan(5);
  });
});
