/** The seal of a stored file: the hash of its content, if it is exactly one gzip stream. */
import { createHash } from "node:crypto";
import { crc32, inflateRawSync } from "node:zlib";
import { systemCode } from "../errors.ts";
import { inflateObject } from "./inflate.ts";
import { type ReusedMemory, makeMemory } from "./scan-buffer.ts";

export interface Seal {
  /** SHA-256 of the inflated bytes, hex; null if they do not inflate. */
  readonly sha256: string | null;
  /** What CloudTrail would not have written: a gzip stream that is not whole, or bytes after it. */
  readonly flaw: "format" | "trailing-bytes" | null;
}

const defaultSealLimit: number = 512 << 20;
/** The size above which memory is released after use. */
const keptBytes = 128 << 20;

/** The seal with the hash of the bytes as stored, hex. */
export interface StoredSeal extends Seal {
  readonly sha256Object: string;
}

/** The seal of bytes; `content` is what all their members inflate to, null if they do not inflate. */
export function storedSeal(bytes: Uint8Array, content: Uint8Array | null, limit: number): StoredSeal {
  const seal = content === null ? sealOf(bytes, limit) : sealInflated(bytes, content);
  return { ...seal, sha256Object: sha256Of(bytes) };
}

/** The seal of `bytes`, whose members are known to inflate to `content`. */
export function sealInflated(bytes: Uint8Array, content: Uint8Array): Seal {
  return holdsOneStream(bytes, content.length) ? { sha256: sha256Of(content), flaw: null } : sealOf(bytes);
}

/** The seal of `bytes`. Anything that inflates to more than `limit` bytes has none. */
export function sealOf(bytes: Uint8Array, limit: number = defaultSealLimit): Seal {
  const opened = openStored(bytes, limit);
  return opened.flaw === null ? { sha256: sha256Of(opened.content), flaw: null } : { sha256: null, flaw: opened.flaw };
}

export type OpenedFile =
  | { readonly content: Uint8Array; readonly flaw: null }
  | { readonly content: null; readonly flaw: "format" | "trailing-bytes" };

/** The content of a file that is one gzip stream. Node's gunzip joins several, and takes zeros after them for padding. */
export function openStored(bytes: Uint8Array, limit: number = defaultSealLimit): OpenedFile {
  const start = streamStart(bytes);
  if (start === null) return { content: null, flaw: "format" };
  try {
    // The length that the stream states: a hint for the size of the output, not trusted.
    const hint = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
    // With `info` Node returns buffer and engine; its types do not say so.
    const { buffer, engine } = inflateRawSync(bytes.subarray(start), {
      info: true,
      maxOutputLength: limit,
      chunkSize: Math.min(Math.max(hint, 1024), 64 << 20, limit),
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    const trailer = start + engine.bytesWritten;
    if (trailer + 8 > bytes.length) return { content: null, flaw: "format" };
    const view = new DataView(bytes.buffer, bytes.byteOffset + trailer, 8);
    if (view.getUint32(0, true) !== crc32(buffer) || view.getUint32(4, true) !== buffer.length % 2 ** 32)
      return { content: null, flaw: "format" };
    return trailer + 8 === bytes.length ? { content: buffer, flaw: null } : { content: null, flaw: "trailing-bytes" };
  } catch (thrown) {
    if (systemCode(thrown) === undefined) throw thrown;
    return { content: null, flaw: "format" };
  }
}

/** The start of the deflate stream, after the header of RFC 1952. */
function streamStart(bytes: Uint8Array): number | null {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return null;
  const flags = bytes[3] ?? 0;
  if ((flags & 0xe0) !== 0) return null;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const text of [8, 16]) {
    if ((flags & text) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return null;
    at = end + 1;
  }
  if ((flags & 2) !== 0) at += 2;
  return at < bytes.length ? at : null;
}

const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08]);

/**
 * A second stream begins with the magic, and what is behind the last one is not its length: the last four bytes of a
 * gzip stream are. Says no, now and then, of one that is whole; the slow way tells.
 */
function holdsOneStream(bytes: Uint8Array, length: number): boolean {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return false;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return view.readUInt32LE(bytes.length - 4) === length % 2 ** 32 && view.indexOf(gzipMagic, 3) < 0;
}

function sha256Of(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

let reused: ReusedMemory | undefined;

/** The seal as `sealOf` takes it, in memory that is reused: for many files of usual size. */
export function sealStored(bytes: Uint8Array): Seal {
  if (bytes.length === 0 || bytes[0] !== 0x1f) return sealOf(bytes);
  reused ??= makeMemory();
  const { length, problem } = inflateObject(bytes, reused, defaultSealLimit);
  const seal = problem === null ? sealInflated(bytes, reused.reserve(length).subarray(0, length)) : sealOf(bytes);
  if (length > keptBytes) reused = undefined;
  return seal;
}
