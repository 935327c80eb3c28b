/** The memory of a thread, into which objects are inflated one after the other. */
import { makeScanBuffer } from "./kernel.ts";
import type { ScanBuffer } from "./scan-buffer.ts";

/** The size above which the memory is released after use. */
const keptMemory = 128 << 20;

let buffer: ScanBuffer | null = null;

export function threadScanBuffer(): ScanBuffer {
  return (buffer ??= makeScanBuffer());
}

/** Ends the use of the content of an object that inflated to `length` bytes. */
export function releaseAfter(length: number): void {
  if (length > keptMemory) buffer = null;
}
