/** The reading of Trino's names of types, `array(row(a bigint, b decimal(9, 2)))` for example; Athena's names are the same. */

export interface TrinoType {
  /** The type's name in lower case, without parameters. */
  readonly name: string;
  readonly numbers: readonly number[];
  /** The element of an array, key and value of a map, or the fields of a row. */
  readonly parts: readonly TrinoField[];
}

export interface TrinoField {
  readonly name: string | undefined;
  readonly type: TrinoType;
}

export function parseTrinoType(text: string): TrinoType {
  const open = text.indexOf("(");
  const name = (open < 0 ? text : text.slice(0, open)).trim().toLowerCase();
  if (open < 0) return { name, numbers: [], parts: [] };
  const inside = splitParts(text.slice(open + 1, text.lastIndexOf(")")));
  if (!["array", "map", "row"].includes(name)) return { name, numbers: inside.map(Number), parts: [] };
  return { name, numbers: [], parts: inside.map((part) => (name === "row" ? parseField(part) : unnamed(part))) };
}

function unnamed(text: string): TrinoField {
  return { name: undefined, type: parseTrinoType(text) };
}

/** `a bigint`, `"a b" bigint`, or `bigint` alone; `timestamp(3) with time zone` and `double precision` are not fields of that name. */
function parseField(text: string): TrinoField {
  const quoted = /^"((?:[^"]|"")*)"\s+(.*)$/s.exec(text);
  if (quoted !== null) return { name: quoted[1]?.replaceAll('""', '"') ?? "", type: parseTrinoType(quoted[2] ?? "") };
  const plain = /^(\w+)\s+(?!with\b|precision\b|to\b)(.*)$/s.exec(text);
  return plain === null ? unnamed(text) : { name: plain[1], type: parseTrinoType(plain[2] ?? "") };
}

/** The parts between commas outside inner parentheses and quotes. */
function splitParts(text: string): string[] {
  const parts: string[] = [];
  let [depth, start, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') quoted = !quoted;
    if (quoted) continue;
    if (letter === "(") depth++;
    if (letter === ")") depth--;
    if (letter !== "," || depth > 0) continue;
    parts.push(text.slice(start, at).trim());
    start = at + 1;
  }
  parts.push(text.slice(start).trim());
  return parts;
}
