/** The writing of a result: by the engine itself where it can, else batch by batch. */
import { writeFile } from "node:fs/promises";
import type { OutputStream } from "../../effects.ts";
import type { CopyOptions, Result, ResultCopy } from "../../engines/engine.ts";
import { limitRows } from "../../engines/result.ts";
import type { FormatOptions } from "../formats/format.ts";
import { formats } from "../formats/index.ts";
import type { FormatName } from "../formats/names.ts";
import { growingFile } from "./growing-file.ts";
import { writeAsArray } from "./json-lines.ts";
import { isReplaceable, outputUntil, partialName, withOutput, withPartialFile } from "../output.ts";

export interface Destination {
  /** The file; default: stdout. */
  readonly file?: string | undefined;
  readonly stdout: OutputStream;
}

export interface WriteOptions extends FormatOptions {
  readonly format: FormatName;
  readonly maxRows?: number | undefined;
  readonly signal: AbortSignal;
  /** Called with the file that grows. */
  readonly onFile?: ((file: string) => void) | undefined;
}

/** What an engine can write by itself for a format; JSON is made of its lines. */
const copyFormats: Partial<Record<FormatName, CopyOptions["format"]>> = {
  csv: "csv",
  ndjson: "ndjson",
  json: "ndjson",
  parquet: "parquet",
};

/** Writes the rows and returns their number. */
export async function writeResult(
  result: Result,
  { file, stdout }: Destination,
  options: WriteOptions,
): Promise<number> {
  const { format, signal, maxRows, metadata } = options;
  const { copy } = result;
  const copied = copyFormats[format];
  const onTerminal = file === undefined && stdout.isTTY === true;
  if (copy === undefined || copied === undefined || onTerminal) {
    return await withOutput(file, stdout, async (output) => {
      if (file !== undefined) options.onFile?.(isReplaceable(file) ? partialName(file) : file);
      return await formats[format](limitRows(result, maxRows), outputUntil(output, signal), options);
    });
  }
  const request = { format: copied, maxRows, metadata };
  if (file !== undefined && format !== "json" && isReplaceable(file) && copy.mayWrite(partialName(file))) {
    return await withPartialFile(file, async (partial) => {
      options.onFile?.(partial);
      return await copy.to(partial, request);
    });
  }
  return await withOutput(file, stdout, async (output) => {
    options.onFile?.(copy.scratchFile);
    return await writeBatches(copy, request, outputUntil(output, signal), options);
  });
}

/** The engine writes into its scratch file, and what is there goes on to the output at once. */
async function writeBatches(
  copy: ResultCopy,
  request: CopyOptions,
  output: OutputStream,
  { format, frame }: WriteOptions,
): Promise<number> {
  const stop = new AbortController();
  await writeFile(copy.scratchFile, "");
  const rows = copy.to(copy.scratchFile, { ...request, signal: stop.signal });
  try {
    const bytes = growingFile(copy.scratchFile, rows);
    if (format === "json") {
      await output.write(frame?.before ?? "");
      await writeAsArray(bytes, output);
      await output.write(frame?.after ?? "");
    } else {
      for await (const piece of bytes) await output.write(piece);
    }
    return await rows;
  } catch (error) {
    stop.abort();
    await rows.catch(() => undefined);
    throw error;
  }
}
