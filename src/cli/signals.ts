/** What signals do: the first one stops the work, and the process ends within ten seconds, whatever hangs. */

/** Between the signal and the end: the work has most of it to commit, publish and tell of itself. */
const graceMs = 9000;
/** When everything is told, for what is still written to the streams. */
const lingerMs = 300;

export interface Signals {
  readonly stop: AbortSignal;
  /** Call it when the work is over: sets the exit code, and after a signal waits for nothing that still hangs. */
  readonly end: (code: number) => void;
}

/** A session that ends (SIGHUP) is to be obeyed like a scheduler that stops the run. */
export function obeySignals(process: NodeJS.Process): Signals {
  const stop = new AbortController();
  let received: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // The second signal means it: the working file survives a kill at any point.
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

/** As if nobody had listened: `process.exit` would wait for threads that hang in a look-up or a file system. */
function dieOf(signal: NodeJS.Signals, process: NodeJS.Process): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function hasHangingThread(process: NodeJS.Process): boolean {
  return process.getActiveResourcesInfo().some((kind) => /^FSReq|AddrInfo|NameInfo/.test(kind));
}
