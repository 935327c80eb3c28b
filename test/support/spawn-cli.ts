/** Running the command line as a process of its own: for signals, locks and crashes. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CliRun } from "./run-cli.ts";

const built = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));
const source = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url));
/** The program as installed; from its sources where nothing was built. */
const command: readonly string[] = existsSync(built) ? [built] : ["--import", "tsx", source];

/** The program and its arguments, for a shell. */
export const cliCommand = (): readonly string[] => [process.execPath, ...command];

export interface SpawnedCli {
  readonly child: ChildProcess;
  /** Code 128 + n for a process that a signal ended, as a shell says it. */
  readonly ended: Promise<CliRun & { readonly signal: NodeJS.Signals | null }>;
}

export function spawnCli(
  args: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly input?: string;
    readonly cwd?: string;
    readonly uid?: number;
  } = {},
): SpawnedCli {
  const child = spawn(process.execPath, [...command, ...args], {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    stdio: "pipe",
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.end(options.input ?? "");
  const ended = new Promise<CliRun & { signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({
        code: code ?? 128,
        signal,
        stdout: Buffer.concat(out).toString("utf8"),
        stderr: Buffer.concat(err).toString("utf8"),
      }),
    );
  });
  return { child, ended };
}
