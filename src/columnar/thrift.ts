/** The part of Thrift's compact protocol that Parquet's metadata needs. */

/** Writes structs: `i32(1, 5)` is field 1 with value 5; fields come in ascending order. */
export class ThriftWriter {
  readonly #bytes: number[] = [];
  #lastIds: number[] = [0];

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes.push(rest);
  }

  #header(id: number, type: number): void {
    const depth = this.#lastIds.length - 1;
    this.#bytes.push(((id - (this.#lastIds[depth] ?? 0)) << 4) | type);
    this.#lastIds[depth] = id;
  }

  i32(id: number, value: number): this {
    this.#header(id, 5);
    this.#varint(value * 2);
    return this;
  }

  i64(id: number, value: number): this {
    this.#header(id, 6);
    this.#varint(value * 2);
    return this;
  }

  boolean(id: number, value: boolean): this {
    this.#header(id, value ? 1 : 2);
    return this;
  }

  #text(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    this.#varint(bytes.length);
    for (const byte of bytes) this.#bytes.push(byte);
  }

  text(id: number, text: string): this {
    this.#header(id, 8);
    this.#text(text);
    return this;
  }

  struct(id: number, fields: (writer: this) => void): this {
    this.#header(id, 12);
    this.#struct(fields);
    return this;
  }

  #struct(fields: (writer: this) => void): void {
    this.#lastIds.push(0);
    fields(this);
    this.#lastIds.pop();
    this.#bytes.push(0);
  }

  #list(id: number, count: number, type: number): void {
    this.#header(id, 9);
    if (count < 15) this.#bytes.push((count << 4) | type);
    else {
      this.#bytes.push(0xf0 | type);
      this.#varint(count);
    }
  }

  structs<Item>(id: number, items: readonly Item[], fields: (writer: this, item: Item) => void): this {
    this.#list(id, items.length, 12);
    for (const item of items) this.#struct((writer) => fields(writer, item));
    return this;
  }

  i32s(id: number, values: readonly number[]): this {
    this.#list(id, values.length, 5);
    for (const value of values) this.#varint(value * 2);
    return this;
  }

  texts(id: number, texts: readonly string[]): this {
    this.#list(id, texts.length, 8);
    for (const text of texts) this.#text(text);
    return this;
  }

  /** The outermost struct. */
  finish(): Buffer {
    return Buffer.from([...this.#bytes, 0]);
  }
}
