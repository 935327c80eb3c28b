/** Reading values of parsed JSON without trusting their type: a wrong type reads as null. */

import { messageOf } from "../errors.ts";

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectOrNull(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}

/** The parser's message on broken JSON, without the text that it quotes: a file's content belongs in no message. */
export function jsonProblem(thrown: unknown): string {
  return messageOf(thrown)
    .replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, " is not valid JSON")
    .slice(0, 200);
}

/** The text as it is, even if empty. */
export function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The text, unless it is empty. */
export function nonEmpty(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The boolean, also as a text: exporters turn one into the other. */
export function flagOrNull(value: unknown): boolean | null {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : null;
}
