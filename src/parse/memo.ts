/** A memory for the parses of texts that repeat from record to record. */

// Millions of different texts (one session name for each call, say) must not grow the memory.
const limit = 10_000;

/** Remembers `parse` for up to 10,000 texts, then starts over. */
export function memoize<Result>(parse: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const hit = known.get(text);
    if (hit !== undefined) return hit;
    if (known.size >= limit) known.clear();
    const result = parse(text);
    known.set(text, result);
    return result;
  };
}
