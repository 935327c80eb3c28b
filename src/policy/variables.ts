/** Policy variables: `${key}`, `${key, 'default'}`, and the three characters that can be written as variables. */
import type { Context } from "./context.ts";
import { type Pattern, anyCharacter, anyText } from "./pattern.ts";

export type Expanded =
  | { readonly state: "text"; readonly pattern: Pattern }
  /** A variable without a value: the text matches nothing. */
  | { readonly state: "unresolved" }
  | { readonly state: "unknown"; readonly why: string };

export interface Reading {
  /** Whether variables have a meaning: only in version 2012-10-17; before, they are plain text. */
  readonly variables: boolean;
  readonly wildcards: boolean;
}

const special: ReadonlySet<string> = new Set(["*", "?", "$"]);
const variable = /\$\{([^{}]*)\}/g;

/** The text of a policy as a pattern. The value of a variable is literal: a `*` in it is not a wildcard. */
export function expand(text: string, reading: Reading, context: Context): Expanded {
  if (!reading.variables) return { state: "text", pattern: literal(text, reading.wildcards) };
  const pattern: Pattern[number][] = [];
  let unresolved = false;
  let end = 0;
  for (const found of text.matchAll(variable)) {
    pattern.push(...literal(text.slice(end, found.index), reading.wildcards));
    end = found.index + found[0].length;
    const value = valueOf(found[1] ?? "", context);
    if (value.state === "unknown") return value;
    if (value.state === "unresolved") unresolved = true;
    else pattern.push(...value.pattern);
  }
  if (unresolved) return { state: "unresolved" };
  pattern.push(...literal(text.slice(end), reading.wildcards));
  return { state: "text", pattern };
}

/** The keys that a text names as variables. */
export function variablesOf(text: string): string[] {
  return [...text.matchAll(variable)].map(([, inner = ""]) => keyOf(inner)).filter((key) => !special.has(key));
}

function keyOf(inner: string): string {
  return inner.split(",")[0]?.trim() ?? "";
}

function valueOf(inner: string, context: Context): Expanded {
  if (special.has(inner)) return { state: "text", pattern: [inner] };
  const key = keyOf(inner);
  const found = context(key);
  if (found.state === "unknown") return found;
  const [only, ...more] = found.state === "present" ? found.values : [];
  if (more.length > 0) return { state: "unknown", why: `the variable \${${key}} has more than one value` };
  const value = only ?? /^[^,]*,\s*'(.*)'\s*$/s.exec(inner)?.[1];
  return value === undefined ? { state: "unresolved" } : { state: "text", pattern: Array.from(value) };
}

function literal(text: string, wildcards: boolean): Pattern {
  return Array.from(text, (letter) => {
    if (!wildcards) return letter;
    return letter === "*" ? anyText : letter === "?" ? anyCharacter : letter;
  });
}
