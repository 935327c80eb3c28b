/** The scanner: a WebAssembly kernel over memory that objects are inflated into directly. */
import { SpillwayError } from "../errors.ts";
import { kernelBinary } from "./kernel-binary.ts";
import {
  type Positions,
  type StructuralIndex,
  type ScanBuffer,
  makePositions,
  makeSpace,
  markLimit,
  slack,
} from "./scan-buffer.ts";

// Layout of the memory, the same as in kernel/skim.ts.
const hitsAt = 65_536;
const contentAt = 131_072;
const pageSize = 65_536;

/** Bytes of one call: short calls let the optimised code take over soon after the start. */
const stride = 1 << 18;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of WebAssembly in use; only the DOM's types have it, not Node's. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => Memory;
  readonly Module: new (binary: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

interface Kernel {
  start(level: number): void;
  skim(from: number, end: number, content: number): number;
  rest(): number;
  readonly markCount: { readonly value: number };
  readonly hitCount: { readonly value: number };
}

/** @throws SpillwayError where Node has no WebAssembly SIMD */
export function makeScanBuffer(): ScanBuffer {
  const { kernel, memory } = instantiate();
  let content = Buffer.from(memory.buffer, contentAt);
  const marks = makePositions();
  const hits = makePositions();

  const reserve = (capacity: number): Buffer => {
    const missing = capacity + slack - content.length;
    if (missing > 0) {
      memory.grow(Math.ceil(Math.max(missing, content.length / 2) / pageSize));
      content = Buffer.from(memory.buffer, contentAt);
    }
    return content;
  };

  const skim = (length: number, level: number): StructuralIndex => {
    reserve(length);
    content.fill(0, length, length + slack);
    marks.count = 0;
    hits.count = 0;
    kernel.start(level);
    const end = contentAt + length;
    let at = contentAt;
    while (at < end && marks.count < markLimit) {
      at = kernel.skim(at, Math.min(end, at + stride), contentAt);
      collect(marks, new Uint32Array(memory.buffer, 0, kernel.markCount.value));
      collect(hits, new Uint32Array(memory.buffer, hitsAt, kernel.hitCount.value));
    }
    const closed = at >= end && kernel.rest() === 0;
    return { marks: marks.list, markCount: marks.count, hits: hits.list, hitCount: hits.count, closed };
  };

  return { reserve, skim };
}

function collect(positions: Positions, found: Uint32Array): void {
  makeSpace(positions, found.length);
  positions.list.set(found, positions.count);
  positions.count += found.length;
}

function instantiate(): { readonly kernel: Kernel; readonly memory: Memory } {
  try {
    const memory = new WebAssembly.Memory({ initial: 48 });
    const module = new WebAssembly.Module(Buffer.from(kernelBinary, "base64"));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    // a test compares the binary with its source
    return { kernel: exports as unknown as Kernel, memory };
  } catch (cause) {
    throw new SpillwayError("usage", "this Node.js has no WebAssembly SIMD, with which log files are searched", {
      next: "Run it without --jitless, on a processor with SSE4.1 (x64) or NEON (arm64).",
      cause,
    });
  }
}
