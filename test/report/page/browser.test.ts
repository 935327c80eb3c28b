/** The page in a real browser: what is seen at every size, without script, under a server's policy, and by a screen reader. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { visibleText } from "../../../src/report/page/markup/visible-text.ts";
import { isBrowserSkipped, browserMissing, launchBrowser } from "../../support/browser.ts";
import { temporaryFolder } from "../../support/temp-folder.ts";
import { putFile } from "../../support/trail-files.ts";
import { layoutFaults } from "./layout-in-browser.ts";
import { sheetsOf } from "./pdf-text.ts";
import { hostile, reportsAlone, states } from "./states.ts";

const skipped = isBrowserSkipped();
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = temporaryFolder();
const files = new Map<string, string>();
const widths = [320, 768, 1440] as const;
const stateNames = Object.keys(states);

let browser: Browser;

if (skipped) it.skip(`the page in a browser (${browserMissing})`);

interface Visit {
  readonly page: Page;
  /** Console messages and errors of the page. */
  readonly said: string[];
  readonly requests: string[];
}

/** Opens a page from disk, or an address. */
async function visit(target: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const said: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(target);
  return { page, said, requests };
}

async function fileOf(state: string): Promise<string> {
  let file = files.get(state);
  if (file === undefined) {
    const html = await states[state]?.();
    file = putFile(join(folder, `${files.size}.html`), html ?? "");
    files.set(state, file);
  }
  return pathToFileURL(file).href;
}

const sized = (width: number, more: BrowserContextOptions = {}): BrowserContextOptions => ({
  viewport: { width, height: 900 },
  ...more,
});

/** As on paper: A4 less its margins. */
const paperWidth = 703;

async function openAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const one of document.querySelectorAll("details")) one.open = true;
  });
}

describe.skipIf(skipped)("the page in a browser", () => {
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => await browser?.close());

  describe.each(stateNames)("%s", (state) => {
    // thousands of rows take long to measure, and are of no other kind at other widths
    it.each(state === "one long report" ? [320] : widths)(
      "at %i pixels: quiet, nothing cut, nothing upon another",
      async (width) => {
        const { page, said, requests } = await visit(await fileOf(state), sized(width));
        expect(await page.evaluate(layoutFaults)).toEqual([]);
        await openAll(page);
        expect(await page.evaluate(layoutFaults)).toEqual([]);
        expect(said).toEqual([]);
        expect(requests).toEqual([await fileOf(state)]);
        await page.context().close();
      },
    );

    if (state === "one long report") return;
    it("on paper: everything unfolded, nothing cut", async () => {
      const { page, said } = await visit(await fileOf(state), sized(paperWidth, { colorScheme: "dark" }));
      await page.emulateMedia({ media: "print" });
      expect(await page.evaluate(layoutFaults)).toEqual([]);
      const [background, hidden] = await page.evaluate(() => [
        getComputedStyle(document.body).backgroundColor,
        [...document.querySelectorAll("table.report")].filter(
          (table) => !table.checkVisibility({ contentVisibilityAuto: true }),
        ).length,
      ]);
      expect(background).toBe("rgb(255, 255, 255)");
      expect(hidden).toBe(0);
      expect(said).toEqual([]);
      await page.context().close();
    });
  });

  it.each([
    ["A4", [594.96, 841.92]],
    ["Letter", [612, 792]],
  ] as const)(
    "printed on %s: no sheet is wider than its paper, and each sheet of a table bears its head",
    async (format, size) => {
      const { page } = await visit(await fileOf("usual"), sized(1440));
      const sheets = sheetsOf(await page.pdf({ format, preferCSSPageSize: false }));
      await page.context().close();
      for (const sheet of sheets)
        for (const [index, wanted] of size.entries())
          expect(Math.abs((sheet.size[index] ?? 0) - wanted)).toBeLessThan(1);
      // the coverage of six accounts and two weeks takes more than one sheet; its days stand in rows of that table alone
      const rows = sheets.filter(({ text }) => /\d{12}[a-z-]+\d2026-09-[\d,]+notchecked/.test(text));
      expect(rows.length).toBeGreaterThan(1);
      expect(rows.map(({ text }) => text.includes("Digeststatus"))).toEqual(rows.map(() => true));
    },
  );

  it.each(["light", "dark", "forced"])("axe has no finding: %s", async (mode) => {
    const options: BrowserContextOptions =
      mode === "forced" ? { forcedColors: "active" } : { colorScheme: mode === "dark" ? "dark" : "light" };
    const alone = mode === "light" ? reportsAlone.map((name) => `${name} alone`) : [];
    for (const state of ["usual", "no data", "everything unknown", "hostile texts", ...alone]) {
      const { page } = await visit(await fileOf(state), { ...sized(1440, options), bypassCSP: true });
      await openAll(page);
      await page.addScriptTag({ content: axeSource });
      const findings = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run: (root: Document) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        }; // the script has just put it there
        const { violations } = await axe.run(document);
        return violations.map(({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0]?.html.slice(0, 120) ?? ""}`);
      });
      expect(findings, state).toEqual([]);
      await page.context().close();
    }
  });

  it("in forced colours the kinds of call differ by more than colour", async () => {
    const { page } = await visit(await fileOf("usual"), sized(768, { forcedColors: "active" }));
    const fills = await page.evaluate(() =>
      [...document.querySelectorAll(".legend .swatch rect")].map((rect) => getComputedStyle(rect).fill),
    );
    expect(new Set(fills).size).toBe(
      new Set(
        await page.evaluate(() =>
          [...document.querySelectorAll(".legend .swatch rect")].map((rect) => rect.getAttribute("class")),
        ),
      ).size,
    );
    const marked = await page.evaluate(() =>
      [...document.querySelectorAll("#flow .legend li")].map((item) => item.textContent?.trim().slice(0, 1)),
    );
    expect(marked).toEqual(["▲", "?", "→", "i"]);
    await page.context().close();
  });

  it("every chart is an image with a name, a description and a table near it", async () => {
    const { page } = await visit(await fileOf("usual"), sized(1440));
    const charts = await page.evaluate(() =>
      [...document.querySelectorAll('svg[role="img"][aria-labelledby]')].map((svg) => ({
        words: (svg.getAttribute("aria-labelledby") ?? "")
          .split(" ")
          .map((id) => document.getElementById(id)?.textContent?.length ?? 0),
        figure: svg.closest("figure")?.getAttribute("aria-labelledby") !== null,
        table: svg.closest("section")?.querySelector("table.report tbody tr td") !== null,
      })),
    );
    expect(charts.length).toBe(2);
    for (const { words, figure, table } of charts) {
      expect(words.length === 2 && words.every((length) => length > 10)).toBe(true);
      expect([figure, table]).toEqual([true, true]);
    }
    await page.context().close();
  });

  it("texts of a log are texts: no element of theirs, no script of theirs", async () => {
    const { page } = await visit(await fileOf("hostile texts"), sized(1440));
    const found = await page.evaluate(() => ({
      title: document.title,
      scripts: document.scripts.length,
      images: document.images.length,
      shown: [...document.querySelectorAll('table[data-report^="own"] tbody tr')].map(
        (row) => row.children[0]?.textContent ?? "",
      ),
      links: [...document.links].map((link) => link.getAttribute("href")?.[0]),
    }));
    expect(found.title).toBe("Where did our Bedrock inference run? – Spillway");
    expect([found.scripts, found.images]).toEqual([1, 0]);
    expect(found.shown).toEqual(hostile.map((text) => (text === "" ? "(empty)" : visibleText(text))));
    expect(new Set(found.links)).toEqual(new Set(["#"]));
    await page.context().close();
  });
});

describe.skipIf(skipped)("sorting, filtering and copying", () => {
  let current: Page;
  const table = '#who table[data-report="spillover-by-principal"]';
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => await browser?.close());

  const column = async (name: string): Promise<string[]> =>
    await current.evaluate(
      ([selector, wanted]) => {
        const heads = [...document.querySelectorAll(`${selector} th`)];
        const index = heads.findIndex((head) => head.getAttribute("data-c") === wanted);
        return [...document.querySelectorAll<HTMLTableRowElement>(`${selector} tbody tr`)]
          .filter((row) => !row.hidden)
          .map((row) => row.cells[index]?.textContent ?? "");
      },
      [table, name] as const,
    );
  const numbers = async (name: string): Promise<number[]> =>
    (await column(name)).map((text) => Number(text.replaceAll(",", "")));
  const head = (name: string) => current.locator(`${table} th[data-c="${name}"]`);

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    const made = await visit(await fileOf("usual"), sized(1440, options));
    current = made.page;
  }

  it("by mouse: largest first, then smallest first; the head says so", async () => {
    await open();
    await current.locator("#who details.data > summary").first().click();
    const before = await numbers("invocations");
    expect(before.length).toBe(9);
    await head("invocations").click();
    expect(await numbers("invocations")).toEqual(before.toSorted((a, b) => b - a));
    expect(await head("invocations").getAttribute("aria-sort")).toBe("descending");
    await head("invocations").click();
    expect(await numbers("invocations")).toEqual(before.toSorted((a, b) => a - b));
    expect(await head("invocations").getAttribute("aria-sort")).toBe("ascending");
    await head("principal").click();
    expect(await column("principal")).toEqual((await column("principal")).toSorted());
    expect(await head("invocations").getAttribute("aria-sort")).toBe("none");
    await current.context().close();
  });

  it("sorts rounded rates by their exact values, and what has none comes last either way", async () => {
    await open();
    await current.locator("#who details.data > summary").first().click();
    await current.evaluate((selector) => {
      const cells = [...document.querySelectorAll<HTMLElement>(`${selector} tbody td[data-v]`)];
      cells.forEach((cell, index) => (cell.dataset["v"] = String(0.5 + ((index * 7) % 9) / 1e6)));
      const gone = cells[4];
      if (gone !== undefined) {
        gone.className = "nil";
        gone.textContent = "–";
      }
    }, table);
    const exact = async (): Promise<(string | null)[]> =>
      await current.evaluate(
        (selector) =>
          [...document.querySelectorAll(`${selector} tbody td[data-v]`)].map((cell) =>
            cell.className === "nil" ? null : cell.getAttribute("data-v"),
          ),
        table,
      );
    await head("spill_rate").click();
    const down = await exact();
    expect(down.slice(0, -1)).toEqual(down.slice(0, -1).toSorted((a, b) => Number(b) - Number(a)));
    expect(down.at(-1)).toBeNull();
    await head("spill_rate").click();
    const up = await exact();
    expect(up.slice(0, -1)).toEqual(down.slice(0, -1).toReversed());
    expect(up.at(-1)).toBeNull();
    await current.context().close();
  });

  it("by keyboard alone: unfold, filter, sort", async () => {
    await open();
    await current.locator("#who details.data > summary").first().focus();
    await current.keyboard.press("Enter");
    await current.keyboard.press("Tab");
    await current.keyboard.type("APP-3");
    const status = current.locator("#who details.data [role=status]").first();
    expect(await status.textContent()).toBe("1 of 9 rows");
    expect((await column("principal"))[0]).toContain("app-3");
    await current.keyboard.press("Control+A");
    await current.keyboard.press("Delete");
    expect(await status.textContent()).toBe("9 rows");
    // past the button that copies and the box that scrolls, to the first head
    for (let presses = 0; presses < 3; presses++) await current.keyboard.press("Tab");
    expect(await current.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Sort by Principal");
    await current.keyboard.press("Enter");
    expect(await head("principal").getAttribute("aria-sort")).toBe("ascending");
    await current.keyboard.press("Space");
    expect(await head("principal").getAttribute("aria-sort")).toBe("descending");
    await current.context().close();
  });

  it("every table of the page can be filtered, and sorted by each of its columns", async () => {
    await open();
    await openAll(current);
    const found = await current.evaluate(() =>
      [...document.querySelectorAll<HTMLTableElement>("table.report")].map((table) => {
        const rows = table.tBodies[0]?.rows.length ?? 0;
        const tools = table.closest("details")?.querySelectorAll("input, .tools button").length ?? 0;
        const sorted = [...(table.tHead?.rows[0]?.cells ?? [])].every((head) => {
          head.querySelector("button")?.click();
          return head.ariaSort !== "none" && head.ariaSort !== null;
        });
        return { report: table.dataset["report"] ?? "", isLong: rows > 1, tools, sorted };
      }),
    );
    expect(found.map(({ report }) => report)).toEqual(
      expect.arrayContaining(["first-seen", "peaks", "tokens-by-region", "freshness", "drift", "invocation-log-gaps"]),
    );
    for (const { report, isLong, tools, sorted } of found) {
      expect([tools, sorted], report).toEqual(isLong ? [2, true] : [0, false]);
    }
    await current.context().close();
  });

  it("on a phone no number of a section's table is out of sight, and each stands under its name", async () => {
    const made = await visit(await fileOf("usual"), sized(320));
    const cells = await made.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("table.drawn td[data-l]")].map((cell) => ({
        right: cell.getBoundingClientRect().right,
        label: getComputedStyle(cell, "::before").content,
        isBeside: cell.previousElementSibling?.matches(".bar-cell") === true && cell.nextElementSibling === null,
        name: cell.dataset["l"] ?? "",
      })),
    );
    expect(cells.length).toBeGreaterThan(50);
    for (const { right, label, isBeside, name } of cells) {
      expect(right, name).toBeLessThanOrEqual(320);
      expect(label).toBe(isBeside ? "none" : `"${name}"`);
    }
    await made.page.context().close();
  });

  it("copies what is shown, and nothing that a spreadsheet would run", async () => {
    const made = await visit(
      await fileOf("hostile texts"),
      sized(1440, { permissions: ["clipboard-read", "clipboard-write"] }),
    );
    const { page } = made;
    await openAll(page);
    const own = page.locator("details.data", { has: page.locator('table[data-report^="own"]') });
    await own.locator(".tools button").click();
    await own.locator("[role=status]", { hasText: `${hostile.length} rows copied` }).waitFor();
    const copied = await page.evaluate(async () => await navigator.clipboard.readText());
    const lines = copied.split("\n");
    expect(lines[0]).toBe("Text\t<b>\tConstructor\tCalls peak");
    expect(lines).toHaveLength(hostile.length + 1);
    expect(
      lines
        .slice(1)
        .flatMap((line) => line.split("\t"))
        .filter((cell) => /^[=+\-@]/.test(cell)),
    ).toEqual([]);
    expect(lines.find((line) => line.includes("HYPERLINK"))).toMatch(/^'=HYPERLINK/);
    await page.context().close();
  });
});

describe.skipIf(skipped)("where script does not run", () => {
  let server: Server;
  let policy = "";
  beforeAll(async () => {
    browser = await launchBrowser();
    const html = await states["usual"]?.();
    server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy });
      response.end(html);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    server?.close();
    await browser?.close();
  });
  // a server that listens on a port has an address of this kind
  const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/report.html`;

  async function expectReadable(page: Page): Promise<void> {
    expect(await page.evaluate(layoutFaults)).toEqual([]);
    expect(await page.locator("button, input").count()).toBe(0);
    await page.locator("#who details.data > summary").first().click();
    expect(await page.locator('#who table[data-report="spillover-by-principal"] tbody tr').first().isVisible()).toBe(
      true,
    );
  }

  it("switched off: everything can be read, and there is no dead control", async () => {
    const { page, said } = await visit(await fileOf("usual"), sized(768, { javaScriptEnabled: false }));
    expect(await page.locator("button, input").count()).toBe(0);
    await page.locator("#who details.data > summary").first().click();
    expect(await page.locator('#who table[data-report="spillover-by-principal"] tbody tr').first().isVisible()).toBe(
      true,
    );
    expect(await page.locator(".answer").isVisible()).toBe(true);
    expect(said).toEqual([]);
    await page.context().close();
  });

  it("under a server's policy that allows inline style and nothing else", async () => {
    policy = "default-src 'none'; style-src 'unsafe-inline'";
    const { page, said, requests } = await visit(address(), sized(768));
    await expectReadable(page);
    expect(await page.evaluate(() => getComputedStyle(document.body).fontVariantNumeric)).toContain("tabular-nums");
    expect(said.filter((text) => !/Executing inline script violates .*Content Security Policy/.test(text))).toEqual([]);
    expect(said).toHaveLength(1);
    expect(requests).toEqual([address()]);
    await page.context().close();
  });

  it("under one that allows no style either: the text is all there, in its order", async () => {
    policy = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'";
    const { page, requests } = await visit(address(), sized(768, { javaScriptEnabled: false }));
    const text = await page.locator("main").textContent();
    const order = [
      "Where did our Bedrock inference run?",
      "From source to served Region",
      "Countries and jurisdictions",
      "Over time",
      "Who sent it",
      "Coverage",
      "What could not be seen",
      "How each number is computed",
    ];
    const places = order.map((words) => text?.indexOf(words) ?? -1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(requests).toEqual([address()]);
    await page.context().close();
  });
});
