/** Decimals as whole multiples of a power of ten, as Parquet and Arrow hold them. */
import type { Cell } from "../../engines/engine.ts";

/** `-0.5` with two digits behind the point is -50. @throws Error for a text that is not a decimal of that many digits */
export function scaledDecimal(cell: Cell, { fraction }: { readonly fraction: number }): bigint {
  if (cell === null) return 0n;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(String(cell));
  const [, sign = "", whole = "", behind = ""] = match ?? [];
  if (match === null || behind.length > fraction)
    throw new Error(`${String(cell)} has not ${fraction} digits behind the point`);
  const digits = BigInt(`${whole}${behind.padEnd(fraction, "0")}`);
  return sign === "-" ? -digits : digits;
}
