#!/usr/bin/env node
/** Owns the process: real effects, signals, the exit code. */
import { createLogger, logFormatOf } from "../log.ts";
import { main } from "./main.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader such as `head` went away: that is the end of the output, not a failure.
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const now = (): Date => new Date();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // The second signal means it: the work file survives a kill at any point.
    if (stop.signal.aborted) process.exit(130);
    stop.abort(signal);
  });
}

const args = process.argv.slice(2);
process.exitCode = await main(
  args,
  {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    now,
    log: createLogger(process.stderr, logFormatOf(args, process.env), now),
  },
  stop.signal,
);
