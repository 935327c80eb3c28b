/** The places where a result describes itself: the metadata of Parquet and Arrow, or an envelope around JSON. */
import type { FormatOptions } from "../formats/format.ts";
import type { FormatName } from "../formats/names.ts";
import type { SelfDescription } from "./self-description.ts";

/** Whether a file of this format describes itself; JSON does so with an envelope. */
export function describesItself(format: FormatName, envelope: boolean | undefined): boolean {
  return format === "json" ? envelope === true : format === "parquet" || format === "arrow";
}

/** The part of the description that the format has a place for; without a description nothing. */
export function extrasOf(
  format: FormatName,
  itself: SelfDescription | undefined,
): Pick<FormatOptions, "metadata" | "frame"> {
  if (itself === undefined) return {};
  return format === "json" ? { frame: itself.frame } : { metadata: itself.metadata };
}
