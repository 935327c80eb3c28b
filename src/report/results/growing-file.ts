/** The reading of a file that another is still writing. */
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const pieceBytes = 1 << 20;
const pauseMs = 20;

/** The bytes of `file` as they come, until `written` is done. Fails if `written` fails; what was there by then has been handed out. */
export async function* growingFile(file: string, written: Promise<unknown>): AsyncGenerator<Uint8Array> {
  let done = false;
  const ending = written.finally(() => (done = true));
  // a failure is thrown below, when everything before it was read
  ending.catch(() => undefined);
  await using handle = await open(file, "r");
  for (;;) {
    // asked before the read: what was written in between is read in the next round
    const last = done;
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.allocUnsafe(pieceBytes) });
    if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
    else if (last) break;
    else await Promise.race([sleep(pauseMs), ending.catch(() => undefined)]);
  }
  await ending;
}
