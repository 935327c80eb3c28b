/** The handling of signals: the first one stops the work, and the process ends within ten seconds, whatever hangs. */

/** The time between the signal and the end, for the work to commit, publish and report. */
const graceMs = 9000;
/** The time after the work for what is still written to the streams. */
const lingerMs = 300;

export interface Signals {
  readonly stop: AbortSignal;
  /** Ends the process when the work is over: sets the exit code, and after a signal does not wait for what still hangs. */
  readonly end: (code: number) => void;
}

/** Obeys signals; the end of a session (SIGHUP) counts like a scheduler's stop. */
export function obeySignals(process: NodeJS.Process): Signals {
  const stop = new AbortController();
  let received: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // A second signal ends at once: the working file survives a kill at any point.
      if (received !== undefined) dieOf(signal, process);
      received = signal;
      stop.abort(signal);
      setTimeout(() => dieOf(signal, process), graceMs).unref();
    });
  }
  return {
    stop: stop.signal,
    end(code): void {
      process.exitCode = code;
      const signal = received;
      if (signal === undefined) return;
      setTimeout(() => {
        if (hasHangingThread(process)) dieOf(signal, process);
        process.exit(code);
      }, lingerMs).unref();
    },
  };
}

/** Dies of the signal's default action: `process.exit` would wait for threads that hang in a look-up or a file system. */
function dieOf(signal: NodeJS.Signals, process: NodeJS.Process): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function hasHangingThread(process: NodeJS.Process): boolean {
  return process.getActiveResourcesInfo().some((kind) => /^FSReq|AddrInfo|NameInfo/.test(kind));
}
