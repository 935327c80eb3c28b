/** The memory of a thread into which one object after the other is inflated. */
import { makeScanBuffer } from "./kernel.ts";
import type { ScanBuffer } from "./scan-buffer.ts";

/** Above this the memory is given back after use. */
const keptMemory = 128 << 20;

let buffer: ScanBuffer | null = null;

export function threadScanBuffer(): ScanBuffer {
  return (buffer ??= makeScanBuffer());
}

/** Call it when the content of an object that inflated to `length` bytes is no longer needed. */
export function releaseAfter(length: number): void {
  if (length > keptMemory) buffer = null;
}
