/** The text of a result's times. */

/** ISO 8601 in UTC from microseconds, which show only where there are any. A time beyond a Date's range is its number. */
export function isoTime(microseconds: bigint): string {
  const fraction = ((microseconds % 1000n) + 1000n) % 1000n;
  const date = new Date(Number((microseconds - fraction) / 1000n));
  if (Number.isNaN(date.getTime())) return farTime(microseconds);
  const text = date.toISOString();
  return fraction === 0n ? text : `${text.slice(0, -1)}${String(fraction).padStart(3, "0")}Z`;
}

const never = 2n ** 63n - 1n;

/** DuckDB's infinite times are the largest number and its negative. */
function farTime(microseconds: bigint): string {
  if (microseconds === never) return "infinity";
  return microseconds === -never ? "-infinity" : String(microseconds);
}
