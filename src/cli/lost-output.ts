/** The end of a command whose stdout cannot be written: a full disk, or a reader that went away. */
import { exitCodes, systemCode } from "../errors.ts";
import type { Logger } from "../log.ts";

export interface LostOutput {
  /** The signal that stops the command, which then removes its temporary files. */
  readonly stop: AbortSignal;
  /** The exit code when the command is over: its own, or that of the lost output. */
  readonly end: (code: number) => number;
}

export function watchOutput(process: NodeJS.Process, log: Logger): LostOutput {
  const stop = new AbortController();
  let lost: Error | undefined;
  let ended = false;
  const tell = (error: Error): number => {
    // A reader such as `head` that went away is the end of the output, not a failure.
    if (systemCode(error) === "EPIPE") return exitCodes.ok;
    const full = ["ENOSPC", "EDQUOT"].includes(systemCode(error) ?? "");
    log.error(`cannot write the result: ${full ? "no space left behind stdout" : error.message}`, {
      code: full ? "disk-full" : "output",
      next: "Free some space, or name another place with --output.",
    });
    return exitCodes.failed;
  };
  process.stdout.on("error", (error: Error) => {
    if (lost !== undefined) return;
    lost = error;
    stop.abort(error);
    if (ended) process.exitCode = tell(error);
  });
  return {
    stop: stop.signal,
    end(code) {
      ended = true;
      return lost === undefined ? code : tell(lost);
    },
  };
}
