/** The benchmark's data: generated once below bench/data and used again. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LogOptions, generateLogs } from "./generate-logs.ts";

export const dataFolder: string = fileURLToPath(new URL("./data/", import.meta.url));

/** The command line that is measured: the built one, as a user starts it. */
export const builtCli: string = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));

export function requireBuild(): void {
  if (!existsSync(builtCli)) throw new Error("dist/cli/bin.js is missing: run `npm run build` first");
}

/** The folder of a data set; generated if it is missing, incomplete or was made with other options. */
export function ensureLogs(name: string, options: Omit<LogOptions, "out">): string {
  const out = join(dataFolder, name);
  const marker = join(dataFolder, `${name}.json`);
  const wanted = JSON.stringify(options);
  const isReady = existsSync(marker) && readFileSync(marker, "utf8") === wanted;
  if (!isReady) {
    process.stderr.write(`generating ${name}\n`);
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    generateLogs({ ...options, out });
    writeFileSync(marker, wanted);
  }
  return out;
}

/** 1.2 GB of an organization's logs: 2 % Bedrock, in a third of the files. */
export const mixedLogs: Omit<LogOptions, "out"> = {
  files: 1400,
  rawBytes: 1_200_000_000,
  share: 0.02,
  hitFiles: 0.33,
  seed: 1,
};

/** 200,000 events that are all Bedrock. */
export const bedrockLogs: Omit<LogOptions, "out"> = {
  files: 286,
  rawBytes: 0,
  events: 200_000,
  share: 1,
  hitFiles: 1,
  seed: 1,
};
