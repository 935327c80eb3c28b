/** Owns the names of the formats. */
import { writeArrow } from "./arrow.ts";
import { writeCsv } from "./csv.ts";
import type { Format } from "./format.ts";
import { writeJson, writeNdjson } from "./json.ts";
import { writeMarkdown } from "./markdown.ts";
import { writeTable } from "./table.ts";

export const formatNames = ["table", "csv", "json", "ndjson", "markdown", "parquet", "arrow"] as const;

export type FormatName = (typeof formatNames)[number];

export const formats: Readonly<Record<FormatName, Format>> = {
  table: writeTable,
  csv: writeCsv,
  json: writeJson,
  ndjson: writeNdjson,
  markdown: writeMarkdown,
  parquet: async (result, output) => (await import("./parquet.ts")).writeParquet(result, output),
  arrow: writeArrow,
};

/** Formats that a terminal cannot show. */
export function isBinary(name: FormatName): boolean {
  return name === "parquet" || name === "arrow";
}
