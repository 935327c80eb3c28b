#!/usr/bin/env node
/** The process: real effects, what becomes of its streams, the exit code. */
import { createLogger, logFormatOf } from "../log.ts";
import { watchOutput } from "./lost-output.ts";
import { main } from "./main.ts";
import { obeySignals } from "./signals.ts";
import { terminalQuestion } from "./terminal-question.ts";

const now = (): Date => new Date();
const args = process.argv.slice(2);
const log = createLogger(process.stderr, logFormatOf(args, process.env), now);

// The reader of our lines went away: the work goes on.
process.stderr.on("error", () => undefined);

const output = watchOutput(process, log);
const signals = obeySignals(process);
const code = await main(
  args,
  { stdout: process.stdout, stderr: process.stderr, env: process.env, now, log, ask: terminalQuestion(process) },
  AbortSignal.any([signals.stop, output.stop]),
);
signals.end(output.end(code));
