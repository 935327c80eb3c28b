/** Reading values of parsed JSON without trusting their type: a wrong type reads as null. */

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectOrNull(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
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
