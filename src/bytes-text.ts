/** The writing and reading of numbers of bytes. */

/** The text of a number of bytes in powers of ten, like Athena's limits. */
export function bytesText(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

const factors: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };

/** `500MB`, `10 GB`, `1.5TB` or a plain number of bytes; undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?b?)$/i.exec(text.trim());
  const factor = factors[(match?.[2] ?? "").toLowerCase()] ?? factors[`${(match?.[2] ?? "").toLowerCase()}b`];
  if (match === null || factor === undefined) return undefined;
  return Math.round(Number(match[1]) * factor);
}
