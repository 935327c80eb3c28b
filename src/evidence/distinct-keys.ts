/** The search for repeated keys among more than fit into memory: their hashes by first byte, in files once there are many. */
import { hash } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of a SHA-256: two of a thousand million keys never share as many. */
const kept = 16;
const heldOfPart = 1024;

export class DistinctKeys implements Disposable {
  readonly #parts = Array.from({ length: 256 }, () => ({ bytes: Buffer.alloc(kept * heldOfPart), used: 0 }));
  #folder: string | undefined;

  add(key: string): void {
    const bytes = hash("sha256", key, "buffer");
    const part = this.#parts[bytes.readUInt8(0)];
    if (part === undefined) return;
    part.used += bytes.copy(part.bytes, part.used, 0, kept);
    if (part.used < part.bytes.length) return;
    appendFileSync(this.#file(bytes.readUInt8(0)), part.bytes);
    part.used = 0;
  }

  /** Whether a key was added twice. */
  hasTwice(): boolean {
    return this.#parts.some(({ bytes, used }, at) => {
      const file = this.#folder === undefined ? "" : this.#file(at);
      const written = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
      const all = Buffer.concat([written, bytes.subarray(0, used)]);
      const seen = new Set<string>();
      for (let from = 0; from < all.length; from += kept) seen.add(all.toString("latin1", from, from + kept));
      return seen.size < all.length / kept;
    });
  }

  [Symbol.dispose](): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #file(part: number): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), "spillway-keys-"));
    return join(this.#folder, String(part));
  }
}
