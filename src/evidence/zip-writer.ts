/** The zip of a pack: sorted names, one fixed time, no extra fields, so that the same files make the same bytes. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createDeflateRaw, crc32 } from "node:zlib";
import { SpillwayError } from "../errors.ts";

/** 1980-01-01, the earliest that a zip can say. */
const dosDate = 0x21;
const utf8Names = 0x800;
const deflated = 8;
/** Larger ones need another form of zip, which not every reader knows. */
const most = 0xffff_ffff;

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** Packs `paths` of `folder` below the one folder `root`, as BagIt asks. @throws SpillwayError `output` where it would be too large */
export async function writeZip(file: string, folder: string, root: string, paths: readonly string[]): Promise<void> {
  const handle = await open(file, "w");
  try {
    const entries: Entry[] = [];
    let at = 0;
    for (const path of paths.toSorted((a, b) => (a < b ? -1 : 1))) {
      const entry = await writeEntry(handle, at, join(folder, path), `${root}/${path}`);
      entries.push(entry);
      at += 30 + entry.name.length + entry.packed;
      if (at > most) throw tooLarge(file);
    }
    const directory = Buffer.concat(entries.map(directoryEntry));
    if (at + directory.length > most || entries.length > 0xffff) throw tooLarge(file);
    await writeAt(handle, directory, at);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x0605_4b50, 0);
    end.writeUInt16LE(entries.length, 8);
    end.writeUInt16LE(entries.length, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(at, 16);
    await writeAt(handle, end, at + directory.length);
  } finally {
    await handle.close();
  }
}

async function writeEntry(handle: FileHandle, offset: number, source: string, path: string): Promise<Entry> {
  const { size } = await stat(source);
  if (size > most) throw tooLarge(path);
  const name = Buffer.from(path, "utf8");
  let crc = 0;
  let packed = 0;
  const stream = createReadStream(source);
  const deflate = createDeflateRaw({ level: 6 });
  stream.on("data", (bytes) => {
    crc = crc32(bytes, crc);
  });
  stream.on("error", (error) => deflate.destroy(error));
  for await (const piece of stream.pipe(deflate)) {
    // a zlib stream without an encoding hands out Buffers
    const bytes = piece as Buffer;
    await writeAt(handle, bytes, offset + 30 + name.length + packed);
    packed += bytes.length;
  }
  const entry = { name, crc, packed, size, offset };
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  commonFields(entry).copy(header, 4);
  await writeAt(handle, Buffer.concat([header, name]), offset);
  return entry;
}

/** What the local header and the directory both say. */
function commonFields({ name, crc, packed, size }: Entry): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(utf8Names, 2);
  fields.writeUInt16LE(deflated, 4);
  fields.writeUInt16LE(dosDate, 8);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function directoryEntry(entry: Entry): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE(20, 4);
  commonFields(entry).copy(header, 6);
  header.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([header, entry.name]);
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

function tooLarge(file: string): SpillwayError {
  return new SpillwayError("output", `${file} would be larger than 4 GB, which a plain zip cannot hold`, {
    next: "Name a folder with --output, or ask for a shorter range.",
  });
}
