/** The search for a Chromium or Chrome: the one that is named, or the usual places. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { SpillwayError } from "../../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const names: readonly string[] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

const places: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  ],
};

/**
 * The browser's program; none: undefined.
 * @throws SpillwayError `usage` when SPILLWAY_BROWSER names what cannot be run
 */
export function findBrowser(env: Environment, platform: NodeJS.Platform = process.platform): string | undefined {
  const named = env["SPILLWAY_BROWSER"];
  if (named !== undefined && named !== "") {
    if (isProgram(named)) return named;
    throw new SpillwayError("usage", `SPILLWAY_BROWSER names ${named}, which cannot be run`, {
      next: "Give the path of a Chromium or Chrome, or leave the variable out.",
    });
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...(places[platform] ?? []),
  ];
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
