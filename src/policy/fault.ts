/** A fault of a document, before its place is turned into line and column. */
import type { JsonNode, Member } from "./json-reader.ts";
import type { Problem } from "./kinds.ts";

export interface Fault {
  readonly severity: Problem["severity"];
  readonly code: string;
  readonly message: string;
  readonly at: JsonNode;
}

export function error(at: JsonNode, code: string, message: string): Fault {
  return { severity: "error", code, message, at };
}

export function warning(at: JsonNode, code: string, message: string): Fault {
  return { severity: "warning", code, message, at };
}

export function unknownElements(members: readonly Member[], known: readonly string[]): Fault[] {
  return members.flatMap(({ key }) => {
    if (known.includes(key.value)) return [];
    const meant = known.find((name) => name.toLowerCase() === key.value.toLowerCase());
    const hint = meant === undefined ? "" : `: write ${meant}`;
    return [error(key, "unknown-element", `there is no element ${key.value}${hint}`)];
  });
}
