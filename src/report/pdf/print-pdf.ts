/** The way from a page to a PDF: a browser on this machine prints it, tagged and with an outline. */
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SpillwayError, messageOf } from "../../errors.ts";
import { withPartialFile } from "../output.ts";

export interface PrintOrder {
  /** The page's file. */
  readonly page: string;
  readonly file: string;
  /** The browser's program. */
  readonly browser: string;
  readonly signal?: AbortSignal | undefined;
}

/** A browser that has not printed by then never will. */
const longestMs = 180_000;

export async function printPdf({ page, file, browser, signal }: PrintOrder): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "spillway-pdf-"));
  try {
    const target = join(folder, "page.pdf");
    await run(browser, argumentsFor(folder, page, target), signal);
    if (!(await hasContent(target))) {
      throw new SpillwayError("output", `${browser} ended without a PDF`, {
        next: "Try another Chromium or Chrome with SPILLWAY_BROWSER=/path/to/it.",
      });
    }
    // the folder for temporary files may be on another disk
    await withPartialFile(file, async (partial) => await copyFile(target, partial));
  } finally {
    // a browser's helpers may still be writing into their profile
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() => undefined);
  }
}

/** A profile of its own: the user's browser may be running. The page has no network to reach, and gets none. */
function argumentsFor(folder: string, page: string, target: string): readonly string[] {
  return [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--disable-background-networking",
    "--proxy-server=127.0.0.1:9",
    `--user-data-dir=${join(folder, "profile")}`,
    // Chromium refuses to run its sandbox as root, as in most containers
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
    `--print-to-pdf=${target}`,
    pathToFileURL(page).href,
  ];
}

async function run(browser: string, args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const limit = AbortSignal.timeout(longestMs);
  const stop = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const child = spawn(browser, args, { stdio: ["ignore", "ignore", "pipe"], signal: stop });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new SpillwayError("output", `${browser} cannot print: ${messageOf(cause)}`, {
      next: "Try another Chromium or Chrome with SPILLWAY_BROWSER=/path/to/it.",
      cause,
    });
  });
  if (code === 0) return;
  const last = said.trim().split("\n").at(-1) ?? "";
  throw new SpillwayError("output", `${browser} ended with ${code ?? "a signal"}${last === "" ? "" : `: ${last}`}`, {
    next: "Try another Chromium or Chrome with SPILLWAY_BROWSER=/path/to/it.",
  });
}

async function hasContent(file: string): Promise<boolean> {
  try {
    return (await stat(file)).size > 0;
  } catch {
    return false;
  }
}
