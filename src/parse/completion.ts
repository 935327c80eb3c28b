/** The payload of a stream-completion record, whose entries are an object or a list of {key, value}. */
import { type JsonObject, isObject, objectOrNull } from "./json.ts";

const nothing: JsonObject = {};

/** The entries with Region and tokens; AWS spells the key with a capital A, and a small one is tolerated. */
export function completionEntries(serviceEventDetails: unknown): JsonObject {
  const details = objectOrNull(serviceEventDetails);
  if (details === null) return nothing;
  return entriesOf(details.AdditionalEventData) ?? entriesOf(details.additionalEventData) ?? nothing;
}

function entriesOf(additional: unknown): JsonObject | null {
  const entries = objectOrNull(additional)?.additionalEntries;
  if (Array.isArray(entries)) return fromList(entries);
  return isObject(entries) ? entries : null;
}

/** An object from the list; the first pair of a key counts, and `__proto__` is never set. */
function fromList(list: readonly unknown[]): JsonObject {
  const found: Record<string, unknown> = {};
  for (const pair of list) {
    if (isObject(pair) && typeof pair.key === "string" && !(pair.key in found)) found[pair.key] = pair.value;
  }
  return found;
}
