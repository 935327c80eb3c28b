/** The names of formats and the extensions of their files, light enough to load for `--help`. */

export const formatNames = ["table", "csv", "json", "ndjson", "markdown", "parquet", "arrow", "html"] as const;

export type FormatName = (typeof formatNames)[number];

interface FormatTraits {
  /** The extension of its files, without the dot. */
  readonly extension: string;
  readonly contentType: string;
  /** Whether a terminal cannot show it. */
  readonly isBinary: boolean;
}

export const formatTraits: Readonly<Record<FormatName, FormatTraits>> = {
  table: { extension: "txt", contentType: "text/plain; charset=utf-8", isBinary: false },
  csv: { extension: "csv", contentType: "text/csv; charset=utf-8", isBinary: false },
  json: { extension: "json", contentType: "application/json", isBinary: false },
  ndjson: { extension: "ndjson", contentType: "application/x-ndjson", isBinary: false },
  markdown: { extension: "md", contentType: "text/markdown; charset=utf-8", isBinary: false },
  parquet: { extension: "parquet", contentType: "application/vnd.apache.parquet", isBinary: true },
  html: { extension: "html", contentType: "text/html; charset=utf-8", isBinary: false },
  arrow: { extension: "arrow", contentType: "application/vnd.apache.arrow.stream", isBinary: true },
};
