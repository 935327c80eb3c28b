/** The writing of a pack's files: each is hashed as it is written, and kept for the manifests. */
import { createHash } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { OutputStream } from "../effects.ts";

export interface WrittenFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** What is written so far, below a folder of its own. */
export class PackFolder {
  readonly folder: string;
  readonly #files: WrittenFile[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The files by name, in the order of code units, whatever the locale. */
  get files(): readonly WrittenFile[] {
    return this.#files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  async write<T>(path: string, write: (output: OutputStream) => Promise<T>): Promise<T> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, "wx");
    const hash = createHash("sha256");
    let size = 0;
    try {
      const written = await write({
        write: async (chunk) => {
          const bytes = typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk;
          hash.update(bytes);
          size += bytes.length;
          await handle.writeFile(bytes);
        },
      });
      this.#files.push({ path, size, sha256: hash.digest("hex") });
      return written;
    } finally {
      await handle.close();
    }
  }

  async writeWhole(path: string, content: string | Uint8Array): Promise<void> {
    await this.write(path, async (output) => {
      await output.write(content);
    });
  }
}
