/** The reading of JSON with the place of every value, which lets a fault name line and column. */

interface Span {
  /** Offsets into the text; `end` is behind the last character. */
  readonly start: number;
  readonly end: number;
}

export type JsonNode = ObjectNode | ArrayNode | StringNode | PlainNode;

export interface ObjectNode extends Span {
  readonly kind: "object";
  readonly members: readonly Member[];
}

export interface Member {
  readonly key: StringNode;
  readonly value: JsonNode;
}

export interface ArrayNode extends Span {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
}

export interface StringNode extends Span {
  readonly kind: "string";
  readonly value: string;
}

/** A plain value; numbers keep their spelling, since an account id in a condition may begin with zeros. */
interface PlainNode extends Span {
  readonly kind: "number" | "boolean" | "null";
  readonly text: string;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The fault of a text, with its place. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const deepest = 100;

/** Line and column of an offset, both from 1. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

/** Reads one JSON value; throws a `JsonError`. Two keys of one name in an object are an error: readers disagree which one counts. */
export function readJson(text: string): JsonNode {
  const reader = new JsonReader(text);
  return reader.document();
}

/** The value of a node as plain data. */
export function plainValue(node: JsonNode): unknown {
  if (node.kind === "object")
    return Object.fromEntries(node.members.map(({ key, value }) => [key.value, plainValue(value)]));
  if (node.kind === "array") return node.items.map(plainValue);
  return node.kind === "string" ? node.value : JSON.parse(node.text);
}

export function memberOf(node: ObjectNode, name: string): JsonNode | undefined {
  return node.members.find(({ key }) => key.value === name)?.value;
}

class JsonReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): JsonNode {
    if (this.text.startsWith("\uFEFF")) this.at = 1;
    this.skipBlanks();
    if (this.at === this.text.length) throw new JsonError("the text is empty", this.at);
    const node = this.value(0);
    this.skipBlanks();
    if (this.at < this.text.length) throw new JsonError("there is more text behind the end of the value", this.at);
    return node;
  }

  private value(depth: number): JsonNode {
    if (depth > deepest) throw new JsonError(`the value is nested more than ${deepest} levels deep`, this.at);
    const first = this.text[this.at];
    if (first === "{") return this.object(depth);
    if (first === "[") return this.array(depth);
    if (first === '"') return this.string();
    return this.plain();
  }

  private object(depth: number): ObjectNode {
    const start = this.at;
    const members: Member[] = [];
    const seen = new Set<string>();
    this.at += 1;
    this.skipBlanks();
    while (this.text[this.at] !== "}") {
      if (members.length > 0) this.comma("}");
      if (this.text[this.at] !== '"') throw this.expected("a key in double quotes");
      const key = this.string();
      if (seen.has(key.value)) throw new JsonError(`the key "${key.value}" stands twice in one object`, key.start);
      seen.add(key.value);
      this.skipBlanks();
      if (this.text[this.at] !== ":") throw this.expected("a colon");
      this.at += 1;
      this.skipBlanks();
      members.push({ key, value: this.value(depth + 1) });
      this.skipBlanks();
    }
    this.at += 1;
    return { kind: "object", members, start, end: this.at };
  }

  private array(depth: number): ArrayNode {
    const start = this.at;
    const items: JsonNode[] = [];
    this.at += 1;
    this.skipBlanks();
    while (this.text[this.at] !== "]") {
      if (items.length > 0) this.comma("]");
      items.push(this.value(depth + 1));
      this.skipBlanks();
    }
    this.at += 1;
    return { kind: "array", items, start, end: this.at };
  }

  private comma(close: string): void {
    if (this.text[this.at] !== ",") throw this.expected(`a comma or ${close}`);
    const comma = this.at;
    this.at += 1;
    this.skipBlanks();
    if (this.text[this.at] === close) throw new JsonError(`there is a comma before ${close}`, comma);
  }

  private string(): StringNode {
    const start = this.at;
    let end = start + 1;
    while (this.text[end] !== '"') {
      const code = this.text.charCodeAt(end);
      if (Number.isNaN(code) || code === 10) throw new JsonError("the text in quotes does not end", start);
      if (code < 32) throw new JsonError("a control character stands in quotes", end);
      end += code === 92 ? 2 : 1;
    }
    end += 1;
    this.at = end;
    return { kind: "string", value: this.decode(start, end), start, end };
  }

  private decode(start: number, end: number): string {
    const written = this.text.slice(start, end);
    if (!written.includes("\\")) return written.slice(1, -1);
    const wrong = /^(?:[^\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/.exec(written)?.[0].length ?? 0;
    if (wrong < written.length) throw new JsonError("an escape that JSON does not know", start + wrong);
    const value: unknown = JSON.parse(written);
    return String(value);
  }

  private plain(): PlainNode {
    const start = this.at;
    const text = /^[^\s,:[\]{}"]*/.exec(this.text.slice(start, start + 400))?.[0] ?? "";
    const end = start + text.length;
    const kind = kindOf(text);
    if (kind === undefined)
      throw text === "" ? this.expected("a value") : new JsonError(`"${text}" is not a value`, start);
    this.at = end;
    return { kind, text, start, end };
  }

  private expected(what: string): JsonError {
    const found = this.text[this.at];
    return new JsonError(
      `${what} was expected, ${found === undefined ? "the text ends" : `"${found}" stands here`}`,
      this.at,
    );
  }

  private skipBlanks(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? "")) this.at += 1;
  }
}

function kindOf(text: string): PlainNode["kind"] | undefined {
  if (text === "true" || text === "false") return "boolean";
  if (text === "null") return "null";
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? "number" : undefined;
}
