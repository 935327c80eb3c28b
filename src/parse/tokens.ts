/** Reading token counts: whole numbers up to 2^53 - 1, also as texts; anything else is null rather than a wrong number. */

export function tokenCount(value: unknown): number | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? value + 0 : null;
  if (typeof value !== "string" || value === "") return null;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code < 48 || code > 57) return null;
  }
  const count = Number(value);
  return Number.isSafeInteger(count) ? count : null;
}
