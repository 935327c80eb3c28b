/** Running the command line inside a test: the real program with captured streams. */
import type { OutputStream } from "../../src/effects.ts";
import { main } from "../../src/cli/main.ts";
import { createLogger, logFormatOf } from "../../src/log.ts";

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `spillway ARGS` and gives what it printed. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  time = "2026-09-20T06:00:00Z",
  ask?: (question: string) => Promise<string>,
): Promise<CliRun> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const now = (): Date => new Date(time);
  const stderr = collector(err);
  const effects = {
    stdout: collector(out),
    stderr,
    env,
    now,
    log: createLogger(stderr, logFormatOf(args, env), now),
    ask,
  };
  const code = await main(args, effects, new AbortController().signal);
  return { code, stdout: Buffer.concat(out).toString("utf8"), stderr: Buffer.concat(err).toString("utf8") };
}

function collector(chunks: Uint8Array[]): OutputStream {
  return { write: (chunk) => chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk) };
}

/** The rows that `spillway query` prints. */
export async function queryRows(warehouse: string, sql: string): Promise<Record<string, unknown>[]> {
  const run = await runCli(["query", sql, "--warehouse", warehouse, "--format", "json"]);
  if (run.code !== 0) throw new Error(run.stderr);
  // What our own JSON format wrote: an array of objects.
  return JSON.parse(run.stdout) as Record<string, unknown>[];
}
