/** The browser of the tests: a Chromium or Chrome of this machine, or the reason why there is none. */
import { type Browser, chromium } from "playwright-core";
import { findBrowser } from "../../src/report/pdf/find-browser.ts";

export const browserProgram: string | undefined = findBrowser(process.env);

export const browserMissing =
  "no Chromium or Chrome was found: install one (apt-get install chromium), or set SPILLWAY_BROWSER";

/** Where the tests must not be skipped, the missing browser fails them. */
export function isBrowserSkipped(): boolean {
  if (browserProgram !== undefined) return false;
  if (process.env["SPILLWAY_BROWSER_REQUIRED"] === "1")
    throw new Error(`SPILLWAY_BROWSER_REQUIRED is set, and ${browserMissing}`);
  console.warn(`the tests of the page in a browser are skipped: ${browserMissing}`);
  return true;
}

export async function launchBrowser(): Promise<Browser> {
  const root = process.getuid?.() === 0;
  return await chromium.launch({ executablePath: browserProgram ?? "", args: root ? ["--no-sandbox"] : [] });
}
