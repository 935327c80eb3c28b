/** The collection of rows as columns, without needless objects or lookups for each cell. */
import type { EncodedColumn } from "../columnar/encoded-column.ts";
import { type Column, type Table, columnsWithout } from "../schema/column.ts";
import { eventTable } from "../schema/event.ts";
import { invocationLogTable } from "../schema/invocation-log.ts";
import type { EventRow } from "./event.ts";
import type { InvocationLogRow } from "./invocation-log-record.ts";

/** The number of values after which a column decides whether looking values up pays. */
const trial = 4096;

const recentSlots = 1024;

/** Columns of identifiers, which differ in every row: looking them up would not pay. */
const identifiers: ReadonlySet<string> = new Set([
  "event_id",
  "request_id",
  "shared_event_id",
  "parent_request_id",
  "invocation_key",
]);

function emptyLookup(column: string): Map<string, number> | null {
  return identifiers.has(column) ? null : new Map();
}

/** A slot number from the length and the four characters in which names and identifiers differ most. */
function fingerprint(text: string): number {
  const { length } = text;
  if (length < 4) return length;
  const tail = text.charCodeAt(length - 1) * 31 + text.charCodeAt(length - 3);
  const middle = text.charCodeAt(length >> 1) * 131 + text.charCodeAt((length * 3) >> 2);
  return (length * 37 + tail * 7 + middle) & (recentSlots - 1);
}

interface Builder {
  add(value: unknown): void;
  truncate(rows: number): void;
  take(): EncodedColumn;
}

class TextBuilder implements Builder {
  readonly #name: string;
  #codes = new Int32Array(1024);
  #rows = 0;
  #values = 0;
  #dictionary: string[] = [];
  #known: Map<string, number> | null;
  /** Codes of recent values by fingerprint: most values are found without hashing their whole text. */
  readonly #recent = new Int32Array(recentSlots).fill(-1);

  constructor(name: string) {
    this.#name = name;
    this.#known = emptyLookup(name);
  }

  add(value: unknown): void {
    if (this.#rows === this.#codes.length) this.#codes = grownInts(this.#codes);
    this.#codes[this.#rows++] = typeof value === "string" ? this.#codeOf(value) : -1;
  }

  #codeOf(text: string): number {
    this.#values++;
    if (this.#known === null) return this.#dictionary.push(text) - 1;
    const slot = fingerprint(text);
    const recent = this.#recent[slot] ?? -1;
    if (recent !== -1 && this.#dictionary[recent] === text) return recent;
    let code = this.#known.get(text);
    if (code === undefined) {
      code = this.#dictionary.push(text) - 1;
      this.#known.set(text, code);
      // The column turned out to hold identifiers.
      if (this.#values >= trial && this.#dictionary.length > this.#values * 0.8) this.#known = null;
    }
    this.#recent[slot] = code;
    return code;
  }

  truncate(rows: number): void {
    this.#rows = rows;
  }

  take(): EncodedColumn {
    const column: EncodedColumn = {
      name: this.#name,
      type: "text",
      codes: this.#codes.slice(0, this.#rows),
      dictionary: this.#dictionary,
    };
    this.#rows = 0;
    this.#values = 0;
    this.#dictionary = [];
    this.#known = emptyLookup(this.#name);
    this.#recent.fill(-1);
    return column;
  }
}

class NumberBuilder implements Builder {
  readonly #name: string;
  readonly #type: "integer" | "bigint" | "double" | "timestamp";
  #values = new Float64Array(1024);
  #valid = new Uint8Array(1024);
  #rows = 0;

  constructor(name: string, type: "integer" | "bigint" | "double" | "timestamp") {
    this.#name = name;
    this.#type = type;
  }

  add(value: unknown): void {
    if (this.#rows === this.#values.length) {
      const values = new Float64Array(this.#rows * 2);
      values.set(this.#values);
      this.#values = values;
      this.#valid = grownBytes(this.#valid);
    }
    const given = typeof value === "number";
    this.#values[this.#rows] = given ? value : 0;
    this.#valid[this.#rows++] = given ? 1 : 0;
  }

  truncate(rows: number): void {
    this.#rows = rows;
  }

  take(): EncodedColumn {
    const rows = this.#rows;
    this.#rows = 0;
    return {
      name: this.#name,
      type: this.#type,
      values: this.#values.slice(0, rows),
      valid: this.#valid.slice(0, rows),
    };
  }
}

class BooleanBuilder implements Builder {
  readonly #name: string;
  #values = new Uint8Array(1024);
  #valid = new Uint8Array(1024);
  #rows = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(value: unknown): void {
    if (this.#rows === this.#values.length) {
      this.#values = grownBytes(this.#values);
      this.#valid = grownBytes(this.#valid);
    }
    this.#values[this.#rows] = value === true ? 1 : 0;
    this.#valid[this.#rows++] = typeof value === "boolean" ? 1 : 0;
  }

  truncate(rows: number): void {
    this.#rows = rows;
  }

  take(): EncodedColumn {
    const rows = this.#rows;
    this.#rows = 0;
    return {
      name: this.#name,
      type: "boolean",
      values: this.#values.slice(0, rows),
      valid: this.#valid.slice(0, rows),
    };
  }
}

function grownInts(full: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(full.length * 2);
  grown.set(full);
  return grown;
}

function grownBytes(full: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(full.length * 2);
  grown.set(full);
  return grown;
}

function builderOf({ name, type }: Column): Builder {
  if (type === "text") return new TextBuilder(name);
  return type === "boolean" ? new BooleanBuilder(name) : new NumberBuilder(name, type);
}

/** Rows of a table until they are taken. Two of its columns hold the place where a row was read. */
export class RowBatch<Row extends object> {
  readonly #columns: readonly Column[];
  readonly #builders: readonly Builder[];
  readonly #objectUris: Builder | undefined;
  readonly #recordIndexes: Builder | undefined;
  readonly #recordNames: readonly string[];
  readonly #ofRecord: readonly (Builder | undefined)[];
  #length = 0;

  constructor({ columns }: Table) {
    this.#columns = columns;
    this.#builders = columns.map(builderOf);
    this.#objectUris = this.#builderOf("object_uri");
    this.#recordIndexes = this.#builderOf("record_index");
    this.#recordNames = columnsWithout(columns, "object_uri", "record_index").map(({ name }) => name);
    this.#ofRecord = this.#recordNames.map((name) => this.#builderOf(name));
  }

  #builderOf(name: string): Builder | undefined {
    return this.#builders[this.#columns.findIndex((column) => column.name === name)];
  }

  get length(): number {
    return this.#length;
  }

  append(row: Row, objectUri: string, recordIndex: number): void {
    const builders = this.#ofRecord;
    const names = this.#recordNames;
    // a row has a value for each column of its table
    const cells = row as Readonly<Record<string, unknown>>;
    // runs for every Bedrock record, hence without an iterator
    for (let i = 0; i < names.length; i++) builders[i]?.add(cells[names[i] ?? ""]);
    this.#objectUris?.add(objectUri);
    this.#recordIndexes?.add(recordIndex);
    this.#length++;
  }

  /** Forgets all rows from `length` on. */
  truncate(length: number): void {
    for (const builder of this.#builders) builder.truncate(length);
    this.#length = length;
  }

  /** The columns of the table, in order; the batch is empty afterwards. */
  take(): EncodedColumn[] {
    this.#length = 0;
    return this.#builders.map((builder) => builder.take());
  }
}

/** Rows of `invocation_log`. */
export class InvocationLogBatch extends RowBatch<InvocationLogRow> {
  constructor() {
    super(invocationLogTable);
  }
}

/** Rows of `event`. */
export class EventBatch extends RowBatch<EventRow> {
  constructor() {
    super(eventTable);
  }
}
