/** Reading values of parsed JSON without trusting their type: a wrong type reads as null. */

import { messageOf } from "../errors.ts";

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectOrNull(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}

/** What the parser says of broken JSON, without the text that it quotes: what a file holds is nobody's message. */
export function jsonProblem(thrown: unknown): string {
  return messageOf(thrown)
    .replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, " is not valid JSON")
    .slice(0, 200);
}

/** The text as it stands, the empty one included. */
export function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The text, if there is something in it. */
export function nonEmpty(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Exporters turn booleans into texts and back: both forms count. */
export function flagOrNull(value: unknown): boolean | null {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : null;
}
