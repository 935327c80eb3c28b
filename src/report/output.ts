/** The output of a result: stdout, or a file that appears only when it is complete. */
import { createWriteStream, statSync } from "node:fs";
import { once } from "node:events";
import { open, rename, rm } from "node:fs/promises";
import { finished } from "node:stream/promises";
import type { OutputStream } from "../effects.ts";
import { makeWay } from "../make-way.ts";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";

/** The name of a file until it is complete: beside it, which makes renaming one step. */
export function partialName(file: string): string {
  return `${file}.partial`;
}

/** The files that an engine may write for this output. */
export function filesFor(file: string | undefined): readonly string[] {
  return file === undefined ? [] : [partialName(file)];
}

/** Whether a file is replaced; a pipe or device is written to instead. */
export function isReplaceable(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    // missing or out of reach, which opening it reports
    return true;
  }
}

/** Runs `write` with the stream of `file`, or with `stdout` when no file is named. */
export async function withOutput<T>(
  file: string | undefined,
  stdout: OutputStream,
  write: (output: OutputStream) => Promise<T>,
): Promise<T> {
  if (file === undefined) return await write(stdout);
  const streamed = async (path: string): Promise<T> => {
    const stream = createWriteStream(path);
    try {
      const written = await Promise.race([write(stream), failure(stream)]);
      stream.end();
      await finished(stream);
      return written;
    } finally {
      stream.destroy();
    }
  };
  return isReplaceable(file) ? await withPartialFile(file, streamed) : await explained(file, () => streamed(file));
}

/** Runs `write` with the name of a new file beside `file`, which takes its place when all went well, and is removed otherwise. */
export async function withPartialFile<T>(file: string, write: (partial: string) => Promise<T>): Promise<T> {
  return await explained(file, async () => {
    const partial = partialName(file);
    makeWay(partial);
    // one that a dead process left may be read-only; whether a new one can be made shows by itself
    await rm(partial, { force: true }).catch(() => undefined);
    try {
      await (await open(partial, "wx")).close();
      const written = await write(partial);
      await rename(partial, file);
      return written;
    } catch (cause) {
      // where nothing may be written, nothing may be removed either: the first failure is the one to tell
      await rm(partial, { force: true }).catch(() => undefined);
      throw cause;
    }
  });
}

async function explained<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    // an AbortError has a code too: what was told to stop did not fail
    const isStopped = cause instanceof Error && cause.name === "AbortError";
    if (isStopped || systemCode(cause) === undefined || cause instanceof SpillwayError) throw cause;
    throw new SpillwayError(
      systemCode(cause) === "ENOSPC" ? "disk-full" : "output",
      `cannot write ${file}: ${messageOf(cause)}`,
      {
        next: "Check that the folder exists, that you may write there, and that there is room.",
        cause,
      },
    );
  }
}

function failure(stream: NodeJS.EventEmitter): Promise<never> {
  return new Promise((_, reject) => {
    stream.once("error", reject);
  });
}

/** The same output, where waiting for a receiver that is slower ends with the signal. */
export function outputUntil(output: OutputStream, signal: AbortSignal): OutputStream {
  return {
    ...(output.isTTY === true ? { isTTY: true, columns: output.columns } : {}),
    write: async (chunk) => {
      signal.throwIfAborted();
      const accepted = output.write(chunk);
      if (accepted instanceof Promise) await accepted;
      else if (accepted === false && isEmitter(output)) await drained(output, signal);
    },
  };
}

/** Rejects with the signal. The listener that lost is taken away again: a long result waits thousands of times. */
async function drained(output: NodeJS.EventEmitter, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const waiting = { signal: AbortSignal.any([over.signal, signal]) };
  try {
    await Promise.race([once(output, "drain", waiting), once(output, "close", waiting)]);
  } finally {
    over.abort();
  }
}

function isEmitter(output: OutputStream): output is OutputStream & NodeJS.EventEmitter {
  return "once" in output && typeof output.once === "function";
}
