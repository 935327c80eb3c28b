/** Owns where a result goes: stdout, or a file that appears only when it is whole. */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { finished } from "node:stream/promises";
import type { OutputStream } from "../effects.ts";
import { makeWay } from "../make-way.ts";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";

/** Runs `write` with the stream of `file`, or with `stdout` when no file is named. */
export async function withOutput<T>(
  file: string | undefined,
  stdout: OutputStream,
  write: (output: OutputStream) => Promise<T>,
): Promise<T> {
  if (file === undefined) return await write(stdout);
  const partial = `${file}.partial`;
  makeWay(partial);
  // one that a dead process left may be read-only; whether a new one can be made shows by itself
  await rm(partial, { force: true }).catch(() => undefined);
  const stream = createWriteStream(partial);
  try {
    const written = await Promise.race([write(stream), failure(stream)]);
    stream.end();
    await finished(stream);
    await rename(partial, file);
    return written;
  } catch (cause) {
    stream.destroy();
    // where nothing may be written, nothing may be removed either: the first failure is the one to tell
    await rm(partial, { force: true }).catch(() => undefined);
    if (systemCode(cause) === undefined) throw cause;
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
