/** The reading of files into reused memory: a fresh buffer for each file costs more than the copy. */
import { closeSync, openSync, readSync } from "node:fs";

const kept = 64 << 20;
let memory = Buffer.allocUnsafeSlow(1 << 20);

/** The bytes of a file, valid until the next call. */
export function readBytes(path: string): Uint8Array {
  if (memory.length > kept) memory = Buffer.allocUnsafeSlow(1 << 20);
  const descriptor = openSync(path, "r");
  try {
    let length = 0;
    for (;;) {
      if (length === memory.length) {
        const larger = Buffer.allocUnsafeSlow(memory.length * 2);
        memory.copy(larger);
        memory = larger;
      }
      const read = readSync(descriptor, memory, length, memory.length - length, null);
      if (read === 0) return memory.subarray(0, length);
      length += read;
    }
  } finally {
    closeSync(descriptor);
  }
}
