/** The writer of every format. */
import { writeArrow } from "./arrow.ts";
import { writeCsv } from "./csv.ts";
import type { Format } from "./format.ts";
import { writeJson, writeNdjson } from "./json.ts";
import { writeMarkdown } from "./markdown.ts";
import type { FormatName } from "./names.ts";
import { writeTable } from "./table.ts";

export const formats: Readonly<Record<FormatName, Format>> = {
  table: writeTable,
  csv: writeCsv,
  json: writeJson,
  ndjson: writeNdjson,
  markdown: writeMarkdown,
  parquet: async (...args) => (await import("./parquet.ts")).writeParquet(...args),
  arrow: writeArrow,
  html: async (...args) => (await import("./html.ts")).writeHtml(...args),
};
