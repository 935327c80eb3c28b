/** A growing buffer that columns are written into, little endian, without an allocation for each value. */

export class ByteSink {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#length + more, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  clear(): void {
    this.#length = 0;
  }

  /** The bytes written so far; valid until the next write. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Text in Parquet's PLAIN encoding: length, then UTF-8; a lone surrogate becomes U+FFFD. */
  text(text: string): void {
    this.#reserve(text.length * 3 + 4);
    const buffer = this.#buffer;
    const start = this.#length + 4;
    // Identifiers are short and ASCII: a loop beats the call into the runtime.
    let at = start;
    if (text.length <= 64) {
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) {
          at = -1;
          break;
        }
        buffer[at++] = unit;
      }
    } else at = -1;
    if (at === -1) at = start + buffer.write(text, start, "utf8");
    const size = at - start;
    buffer[start - 4] = size;
    buffer[start - 3] = size >>> 8;
    buffer[start - 2] = size >>> 16;
    buffer[start - 1] = size >>> 24;
    this.#length = at;
  }

  /** Whole numbers of up to 53 bits as INT64; `valid` says which rows have one. */
  int64s(values: Float64Array, valid: Uint8Array, rows: number): void {
    this.#reserve(rows * 8);
    for (let i = 0; i < rows; i++) {
      if (valid[i] !== 1) continue;
      const value = values[i] ?? 0;
      this.#int32(value);
      this.#int32(Math.floor(value / 0x1_0000_0000));
    }
  }

  bigInts(values: BigInt64Array, valid: Uint8Array, rows: number): void {
    this.#reserve(rows * 8);
    for (let i = 0; i < rows; i++) {
      if (valid[i] === 1) this.#length = this.#buffer.writeBigInt64LE(values[i] ?? 0n, this.#length);
    }
  }

  /** A decimal as Parquet stores it: two's complement, big endian. */
  int128(value: bigint): void {
    this.#reserve(16);
    this.#length = this.#buffer.writeBigInt64BE(BigInt.asIntN(64, value >> 64n), this.#length);
    this.#length = this.#buffer.writeBigUInt64BE(BigInt.asUintN(64, value), this.#length);
  }

  int32s(values: Float64Array, valid: Uint8Array, rows: number): void {
    this.#reserve(rows * 4);
    for (let i = 0; i < rows; i++) if (valid[i] === 1) this.#int32(values[i] ?? 0);
  }

  #int32(value: number): void {
    const buffer = this.#buffer;
    buffer[this.#length++] = value;
    buffer[this.#length++] = value >>> 8;
    buffer[this.#length++] = value >>> 16;
    buffer[this.#length++] = value >>> 24;
  }

  doubles(values: Float64Array, valid: Uint8Array, rows: number): void {
    this.#reserve(rows * 8);
    for (let i = 0; i < rows; i++) {
      if (valid[i] === 1) this.#length = this.#buffer.writeDoubleLE(values[i] ?? 0, this.#length);
    }
  }

  /** Numbers of `width` bits, lowest bit first; the caller pads the count to a multiple of eight with zeros. */
  bitPacked(values: ArrayLike<number>, count: number, width: number): void {
    this.#reserve(Math.ceil((count * width) / 8) + 8);
    const buffer = this.#buffer;
    let bits = 0;
    let held = 0;
    for (let i = 0; i < count; i++) {
      // At most 7 bits are left over, and a code has at most 24: both fit into 31.
      held |= (values[i] ?? 0) << bits;
      bits += width;
      while (bits >= 8) {
        buffer[this.#length++] = held;
        held >>>= 8;
        bits -= 8;
      }
    }
    if (bits > 0) buffer[this.#length++] = held;
  }
}
