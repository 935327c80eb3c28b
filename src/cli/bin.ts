#!/usr/bin/env node
/** Owns the process: real effects, signals, the exit code. */
import { createLogger, logFormatOf } from "../log.ts";
import { exitCodes } from "../errors.ts";
import { main } from "./main.ts";

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
const log = createLogger(process.stderr, logFormatOf(args, process.env), now);

/** Output that cannot be written ends the command as a signal would, so that it takes its temporary files away. */
let lost: NodeJS.ErrnoException | undefined;
let ended = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (lost !== undefined) return;
  lost = error;
  stop.abort(error);
  if (ended) process.exitCode = outputLost(error);
});

/** A reader such as `head` that went away is the end of the output, not a failure. */
function outputLost(error: NodeJS.ErrnoException): number {
  if (error.code === "EPIPE") return exitCodes.ok;
  log.error(`cannot write to stdout: ${error.message}`, { next: "Free some space there, or write elsewhere." });
  return exitCodes.failed;
}

const code = await main(
  args,
  {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    now,
    log,
  },
  stop.signal,
);
ended = true;
process.exitCode = lost === undefined ? code : outputLost(lost);
// what a stopped command has left to write may wait for a reader that never comes
if (stop.signal.aborted) process.exit();
