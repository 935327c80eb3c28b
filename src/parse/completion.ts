/** The payload of a stream-completion record, whose entries are an object or a list of {key, value}. */
import { type JsonObject, isObject, objectOrNull } from "./json.ts";

const nothing: JsonObject = {};

/** Where a completion keeps Region and tokens; the capital A is how AWS spells it, the small one is tolerated. */
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

/** The first pair of a key counts; one called `__proto__` counts as seen, so it is never set. */
function fromList(list: readonly unknown[]): JsonObject {
  const found: Record<string, unknown> = {};
  for (const pair of list) {
    if (isObject(pair) && typeof pair.key === "string" && !(pair.key in found)) found[pair.key] = pair.value;
  }
  return found;
}
