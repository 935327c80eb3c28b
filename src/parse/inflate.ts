/** The inflating of a trail object, gzip or plain, into a buffer that is reused. */
import { createGunzip, gunzipSync, gzipSync } from "node:zlib";
import { messageOf, systemCode } from "../errors.ts";
import type { ReusedMemory } from "./scan-buffer.ts";

export type Inflated =
  | { readonly length: number; readonly problem: null }
  | { readonly length: number; readonly problem: string };

type Attempt = (bytes: Uint8Array, memory: ReusedMemory, limit: number) => Inflated;

const zlibFinish = 4;

function fail(problem: string): Inflated {
  return { length: 0, problem };
}

function tooLarge(limit: number): Inflated {
  return fail(`holds more than ${limit} bytes when inflated`);
}

function explain(code: string | undefined, message: string): Inflated {
  if (code === "Z_BUF_ERROR") return fail("gzip stream is truncated");
  return fail(`gzip stream is broken: ${message}`);
}

function onlyZeros(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

const trailing = "bytes other than zero padding follow the gzip stream";

/** Inflating by Node's public interface, which allocates a buffer for each object. */
export const inflatePublic: Attempt = (bytes, memory, limit) => {
  try {
    // ISIZE of the last member: a hint for the size of the output, not trusted.
    const isize =
      bytes.length < 8
        ? 0
        : new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 4, true);
    const chunkSize = Math.min(Math.max(isize, 1024), 64 << 20, limit);
    const options = { chunkSize: Math.max(chunkSize, 64), maxOutputLength: limit, info: true };
    // With `info` Node returns buffer and engine; its types do not say so.
    const { buffer, engine } = gunzipSync(bytes, options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    if (!onlyZeros(bytes, engine.bytesWritten)) return fail(trailing);
    buffer.copy(memory.reserve(buffer.length));
    return { length: buffer.length, problem: null };
  } catch (thrown) {
    const code = systemCode(thrown);
    return code === "ERR_BUFFER_TOO_LARGE" ? tooLarge(limit) : explain(code, messageOf(thrown));
  }
};

/** The part of Node's internal zlib handle that is used; unchanged since Node 12, though without a promise. */
interface ZlibHandle {
  writeSync(
    flush: number,
    from: Uint8Array,
    fromAt: number,
    fromLength: number,
    to: Uint8Array,
    toAt: number,
    toLength: number,
  ): void;
  reset(): void;
  onerror: (message: string, errno: number, code: string) => void;
}

function hasHandle(gunzip: object): gunzip is { _handle: ZlibHandle; _writeState: Uint32Array } {
  if (!("_handle" in gunzip) || !("_writeState" in gunzip)) return false;
  const handle = gunzip._handle;
  return (
    typeof handle === "object" &&
    handle !== null &&
    "writeSync" in handle &&
    "reset" in handle &&
    typeof handle.writeSync === "function" &&
    typeof handle.reset === "function" &&
    gunzip._writeState instanceof Uint32Array
  );
}

/** Inflating straight into the memory, with one zlib state for all objects: no buffers, no page faults. Null if Node lacks the handle. */
export function makeDirectInflate(): Attempt | null {
  const gunzip = createGunzip();
  if (!hasHandle(gunzip)) return null;
  const { _handle: handle, _writeState: state } = gunzip;
  let error: { code: string; message: string } | null = null;
  handle.onerror = (message, _errno, code): void => {
    error = { code, message };
  };
  const attempt: Attempt = (bytes, memory, limit) => {
    handle.reset();
    error = null;
    let read = 0;
    let length = 0;
    let capacity = Math.min(limit + 1, Math.max(1 << 20, bytes.length * 10));
    for (;;) {
      const target = memory.reserve(capacity);
      const space = Math.min(target.length, limit + 1) - length;
      handle.writeSync(zlibFinish, bytes, read, bytes.length - read, target, length, space);
      if (error !== null) return explain((error as { code: string }).code, (error as { message: string }).message);
      read = bytes.length - (state[1] ?? 0);
      length += space - (state[0] ?? 0);
      if (length > limit) return tooLarge(limit);
      if (state[0] !== 0) break;
      capacity = Math.min(limit + 1, Math.max(capacity, length) * 2);
    }
    return onlyZeros(bytes, read) ? { length, problem: null } : fail(trailing);
  };
  return provesItself(attempt) ? attempt : null;
}

/** Whether an attempt handles a good stream, two members, padding and a truncated stream: internal interfaces may change. */
function provesItself(attempt: Attempt): boolean {
  const bytes = Buffer.alloc(4096);
  const memory: ReusedMemory = { reserve: () => bytes };
  try {
    const member = gzipSync("spillway");
    const good = attempt(Buffer.concat([member, member, Buffer.alloc(2)]), memory, 1024);
    const read = bytes.toString("latin1", 0, good.length);
    const cut = attempt(member.subarray(0, member.length - 4), memory, 1024);
    const again = attempt(member, memory, 1024);
    const bomb = attempt(member, memory, 7);
    return (
      good.problem === null &&
      read === "spillwayspillway" &&
      cut.problem !== null &&
      again.length === 8 &&
      bomb.problem !== null
    );
  } catch {
    return false;
  }
}

let inflateGzip: Attempt | null = null;

/** The levels of gzip to open: a delivery stream compresses a subscription's gzip once more. */
const deepestGzip = 3;

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Puts the content of a trail object at the start of the memory; gzip within gzip is opened too. */
export function inflateObject(bytes: Uint8Array, memory: ReusedMemory, limit: number): Inflated {
  if (bytes.length === 0) return fail("file is empty");
  if (!isGzip(bytes)) {
    if (bytes.length > limit) return tooLarge(limit);
    memory.reserve(bytes.length).set(bytes);
    return { length: bytes.length, problem: null };
  }
  inflateGzip ??= makeDirectInflate() ?? inflatePublic;
  let packed = bytes;
  for (let depth = 1; ; depth++) {
    const inflated = inflateGzip(packed, memory, limit);
    if (inflated.problem !== null) return inflated;
    if (inflated.length === 0) return fail("file is empty when inflated");
    const content = memory.reserve(inflated.length).subarray(0, inflated.length);
    if (!isGzip(content)) return inflated;
    if (depth === deepestGzip) return fail(`gzip within gzip, more than ${deepestGzip} deep`);
    packed = Uint8Array.from(content);
  }
}
