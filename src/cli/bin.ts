#!/usr/bin/env node
/** Owns the process: real effects, what becomes of its streams, the exit code. */
import { createLogger, logFormatOf } from "../log.ts";
import { main } from "./main.ts";
import { obeySignals } from "./signals.ts";

const now = (): Date => new Date();
const args = process.argv.slice(2);
const log = createLogger(process.stderr, logFormatOf(args, process.env), now);

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader such as `head` went away: that is the end of the output, not a failure.
  if (error.code === "EPIPE") process.exit(0);
  const full = error.code === "ENOSPC" || error.code === "EDQUOT";
  log.error(`cannot write the result: ${full ? "no space left behind stdout" : error.message}`, {
    code: full ? "disk-full" : "output",
    next: "Free some space, or name another place with --output.",
  });
  process.exit(1);
});
// Whoever read our lines went away: the work goes on without them.
process.stderr.on("error", () => undefined);

const signals = obeySignals(process);
const code = await main(
  args,
  { stdout: process.stdout, stderr: process.stderr, env: process.env, now, log },
  signals.stop,
);
signals.end(code);
