/** A walk over JSON bytes that keeps the wanted fields and skips all others: their text never becomes a value. */
import { isBlank, skipBlanks } from "./values.ts";

/** Fields by name: a plain value to keep, an object with fields of its own, or only whether it is there. */
export interface Wanted {
  readonly [field: string]: "value" | "presence" | Wanted;
}

/** The mark of a value that is not kept: its kind, and nothing of its content. */
export interface Unkept {
  readonly unkept: "text" | "long text" | "number" | "flag" | "object" | "list";
}

/** The wanted values, with `Unkept` in place of those that have another form. */
export interface Fields {
  readonly [field: string]: unknown;
}

/** The longest text to keep: an ARN has at most 2,048 characters, each of up to six bytes. */
const longestText = 16_384;
const longestName = 256;
/** The deepest nesting: logs stay far above it, and the stack has to hold. */
const deepest = 10_000;

const quote = 0x22;
const backslash = 0x5c;

function broken(at: number): SyntaxError {
  return new SyntaxError(`unexpected byte at ${at}`);
}

/** The end of the string that opens at `at`, after its quote. */
function endOfText(bytes: Buffer, at: number): number {
  for (let from = at + 1; ;) {
    const close = bytes.indexOf(quote, from);
    if (close === -1) throw broken(bytes.length);
    let escapes = close - 1;
    while (escapes > at && bytes[escapes] === backslash) escapes--;
    if ((close - 1 - escapes) % 2 === 0) return close + 1;
    from = close + 1;
  }
}

function endOfPlain(bytes: Buffer, at: number): number {
  let end = at;
  while (end < bytes.length && !isBlank(bytes[end]) && !isMark(bytes[end])) end++;
  if (end === at) throw broken(at);
  return end;
}

function isMark(byte: number | undefined): boolean {
  return (
    byte === 0x2c || byte === 0x5d || byte === 0x7d || byte === 0x3a || byte === 0x5b || byte === 0x7b || byte === quote
  );
}

/** The end of the list or object that opens at `at`. Only its brackets and quotes are checked, not all of JSON. */
function endOfNested(bytes: Buffer, at: number): number {
  const closing: number[] = [];
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === quote) i = endOfText(bytes, i) - 1;
    else if (byte === 0x7b || byte === 0x5b) {
      if (closing.length === deepest) throw broken(i);
      closing.push(byte + 2);
    } else if (byte === 0x7d || byte === 0x5d) {
      if (closing.pop() !== byte) throw broken(i);
      if (closing.length === 0) return i + 1;
    }
  }
  throw broken(bytes.length);
}

interface Read {
  readonly value: unknown;
  readonly end: number;
}

/** The parsed value. The parser's own message would quote the text around the place. */
function parsed(bytes: Buffer, at: number, end: number): unknown {
  try {
    return JSON.parse(bytes.toString("utf8", at, end));
  } catch {
    throw broken(at);
  }
}

function readValue(bytes: Buffer, at: number, wanted: Wanted[string] | undefined): Read {
  const first = bytes[at];
  if (first === quote) {
    const end = endOfText(bytes, at);
    if (wanted !== "value") return { value: { unkept: "text" }, end };
    return { value: end - at > longestText ? { unkept: "long text" } : parsed(bytes, at, end), end };
  }
  if (first === 0x7b && typeof wanted === "object") return readFields(bytes, at, wanted);
  if (first === 0x7b || first === 0x5b)
    return { value: { unkept: first === 0x7b ? "object" : "list" }, end: endOfNested(bytes, at) };
  const end = endOfPlain(bytes, at);
  if (end - at > longestName) throw broken(at);
  const value = parsed(bytes, at, end);
  if (wanted === "value" || value === null) return { value, end };
  return { value: { unkept: typeof value === "number" ? "number" : "flag" }, end };
}

/** The wanted fields of the object that opens at `at`. If a name occurs twice, the last one counts, as for any parser. */
function readFields(bytes: Buffer, at: number, wanted: Wanted): { readonly value: Fields; readonly end: number } {
  const fields: Record<string, unknown> = {};
  let next = skipBlanks(bytes, at + 1, bytes.length);
  if (bytes[next] === 0x7d) return { value: fields, end: next + 1 };
  for (;;) {
    if (bytes[next] !== quote) throw broken(next);
    const nameEnd = endOfText(bytes, next);
    const name = nameEnd - next > longestName ? undefined : String(parsed(bytes, next, nameEnd));
    next = skipBlanks(bytes, nameEnd, bytes.length);
    if (bytes[next] !== 0x3a) throw broken(next);
    const kept = name !== undefined && Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    const { value, end } = readValue(bytes, skipBlanks(bytes, next + 1, bytes.length), kept);
    if (name !== undefined && kept !== undefined) fields[name] = value;
    next = skipBlanks(bytes, end, bytes.length);
    if (bytes[next] === 0x7d) return { value: fields, end: next + 1 };
    if (bytes[next] !== 0x2c) throw broken(next);
    next = skipBlanks(bytes, next + 1, bytes.length);
  }
}

/**
 * The objects of a text, one after the other, with or without blanks between them, alone or in a list. A value that is not an object comes
 * as null. @throws SyntaxError that names the place, and never what stands there
 */
export function* readObjects(bytes: Buffer, from: number, wanted: Wanted): Generator<Fields | null> {
  for (let at = skipBlanks(bytes, from, bytes.length); at < bytes.length; at = skipBlanks(bytes, at, bytes.length)) {
    if (bytes[at] !== 0x5b) {
      const read = readElement(bytes, at, wanted);
      yield read.value;
      at = read.end;
      continue;
    }
    at = skipBlanks(bytes, at + 1, bytes.length);
    while (bytes[at] !== 0x5d) {
      const read = readElement(bytes, at, wanted);
      yield read.value;
      at = skipBlanks(bytes, read.end, bytes.length);
      if (bytes[at] === 0x2c) at = skipBlanks(bytes, at + 1, bytes.length);
      else if (bytes[at] !== 0x5d) throw broken(at);
    }
    at++;
  }
}

function readElement(
  bytes: Buffer,
  at: number,
  wanted: Wanted,
): { readonly value: Fields | null; readonly end: number } {
  return bytes[at] === 0x7b ? readFields(bytes, at, wanted) : { value: null, end: readValue(bytes, at, undefined).end };
}
