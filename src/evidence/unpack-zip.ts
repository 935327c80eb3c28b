/** The unpacking of a zip that anybody may have made: what it says of itself is checked before a byte is written. */
import { createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { messageOf } from "../errors.ts";
import { isPlainName } from "./plain-name.ts";

/** The most inflated bytes, more than any pack has: a small file that grows beyond is not a pack. */
const mostInflated = 64 * 2 ** 30;
const mostEntries = 0xffff;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  readonly isLink: boolean;
}

/** Unpacks into `folder` and tells what is wrong; nothing is written where the directory itself is. */
export async function unpackZip(file: string, folder: string): Promise<readonly string[]> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const entries = await readDirectory(handle, size);
    if (typeof entries === "string") return [`${entries}: it is not a zip that can be read`];
    const problems = wrongEntries(entries, size);
    if (problems.length > 0) return problems;
    const wrong: string[] = [];
    for (const entry of entries) {
      const problem = await unpackEntry(handle, entry, folder);
      if (problem !== undefined) wrong.push(`${problem}: ${entry.name}`);
    }
    return wrong;
  } finally {
    await handle.close();
  }
}

async function readDirectory(handle: FileHandle, size: number): Promise<readonly Entry[] | string> {
  const tail = await bytesAt(handle, Math.max(0, size - 22 - 0xffff), size);
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (at < 0 || at + 22 > tail.length) return "it has no end of a directory";
  const count = tail.readUInt16LE(at + 10);
  const length = tail.readUInt32LE(at + 12);
  const start = tail.readUInt32LE(at + 16);
  if (count === mostEntries || start + length > size) return "its directory lies outside";
  const directory = await bytesAt(handle, start, start + length);
  const entries: Entry[] = [];
  for (let from = 0; entries.length < count;) {
    if (from + 46 > directory.length || directory.readUInt32LE(from) !== 0x0201_4b50) return "its directory is cut";
    const nameLength = directory.readUInt16LE(from + 28);
    const next = from + 46 + nameLength + directory.readUInt16LE(from + 30) + directory.readUInt16LE(from + 32);
    entries.push({
      name: directory.toString("utf8", from + 46, from + 46 + nameLength),
      method: directory.readUInt16LE(from + 10),
      crc: directory.readUInt32LE(from + 16),
      packed: directory.readUInt32LE(from + 20),
      size: directory.readUInt32LE(from + 24),
      offset: directory.readUInt32LE(from + 42),
      isLink: directory.readUInt32LE(from + 38) >>> 28 === 0xa,
    });
    from = next;
  }
  return entries;
}

function wrongEntries(entries: readonly Entry[], size: number): string[] {
  const problems: string[] = [];
  const taken = new Set<string>();
  for (const { name, method, isLink } of entries) {
    const folded = name.normalize("NFC").toLowerCase();
    if (taken.has(folded)) problems.push(`the zip has two entries of one name, or that differ only in case: ${name}`);
    taken.add(folded);
    if (!isPlainName(name.replace(/\/$/, ""))) problems.push(`the zip names a place outside the pack: ${name}`);
    if (isLink) problems.push(`the zip has a link instead of a file: ${name}`);
    if (method !== 0 && method !== 8) problems.push(`the zip packs in a way that is not known here: ${name}`);
  }
  // entries that share bytes are how a small zip becomes a large bomb
  if (entries.reduce((sum, { packed }) => sum + packed, 0) > size) problems.push("the zip has entries that overlap");
  if (entries.reduce((sum, entry) => sum + entry.size, 0) > mostInflated)
    problems.push("the zip would unpack to more than 64 GB");
  return problems;
}

/** The local header has to say what the directory says: readers differ in which of them they believe. */
async function unpackEntry(handle: FileHandle, entry: Entry, folder: string): Promise<string | undefined> {
  const { name, offset, packed, size, method } = entry;
  const header = await bytesAt(handle, offset, offset + 30);
  if (header.length < 30 || header.readUInt32LE(0) !== 0x0403_4b50) return "the zip has no local header";
  const nameLength = header.readUInt16LE(26);
  const local = (await bytesAt(handle, offset + 30, offset + 30 + nameLength)).toString("utf8");
  const hasSizes = (header.readUInt16LE(6) & 8) === 0;
  const isSame =
    local === name &&
    header.readUInt16LE(8) === method &&
    (!hasSizes ||
      (header.readUInt32LE(14) === entry.crc &&
        header.readUInt32LE(18) === packed &&
        header.readUInt32LE(22) === size));
  if (!isSame) return "the zip's local header differs from its directory";
  const target = join(folder, name);
  // an entry for a folder is not needed: files make their own
  if (name.endsWith("/")) return size === 0 ? undefined : "the zip has a folder with content";
  await mkdir(dirname(target), { recursive: true });
  const start = offset + 30 + nameLength + header.readUInt16LE(28);
  let [crc, length] = [0, 0];
  const counted = new Transform({
    transform(bytes: Buffer, _, done) {
      length += bytes.length;
      crc = crc32(bytes, crc);
      done(length > size ? new Error("more bytes than its directory says") : null, bytes);
    },
  });
  const source = Readable.from(pieces(handle, start, start + packed));
  try {
    const sink = createWriteStream(target, { flags: "wx" });
    if (method === 8) await pipeline(source, createInflateRaw(), counted, sink);
    else await pipeline(source, counted, sink);
  } catch (error) {
    return `the zip cannot be unpacked (${messageOf(error)})`;
  }
  return length === size && crc === entry.crc ? undefined : "the zip holds other bytes than its directory says";
}

async function* pieces(handle: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const piece = await bytesAt(handle, at, Math.min(to, at + (1 << 20)));
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}

async function bytesAt(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
}
