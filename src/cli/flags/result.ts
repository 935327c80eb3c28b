/** The flags for results of statements: time, number of rows, and format. */
import type { Command } from "commander";
import { SpillwayError } from "../../errors.ts";
import { type FormatName, formatNames, formatTraits } from "../../report/formats/names.ts";
import { describesItself } from "../../report/results/extras.ts";
import type { OutputFlags } from "./scope.ts";
import { wholeNumber } from "./values.ts";

export interface ResultFlags {
  /** Seconds after which a statement is stopped. */
  readonly timeout?: number;
  readonly maxRows?: number;
  readonly envelope?: true;
}

export function addResultFlags(command: Command): Command {
  return command
    .option("--timeout <seconds>", "stop a statement that takes longer", wholeNumber("--timeout", 1, 86_400))
    .option("--max-rows <count>", "write so many rows at most", wholeNumber("--max-rows", 0, Number.MAX_SAFE_INTEGER))
    .option("--envelope", "json: an object with the rows and with what they are: report, scope, claims, version, run");
}

/** Whether the result has to describe itself. @throws SpillwayError `usage` for an envelope around anything but JSON */
export function isDescribed(flags: OutputFlags & ResultFlags): boolean {
  const format = formatOf(flags);
  if (flags.envelope === true && format !== "json") {
    throw new SpillwayError("usage", `--envelope is for json, and the format is ${format}`, {
      next: "Add --format json; Parquet and Arrow carry the same as metadata.",
    });
  }
  return describesItself(format, flags.envelope);
}

/** Extensions of files that imply a format, besides the format's own. */
const otherExtensions: Readonly<Record<string, FormatName>> = {
  jsonl: "ndjson",
  markdown: "markdown",
  feather: "arrow",
};

/** The format that was asked for, else by the file's name, else the table. */
export function formatOf({ format, output }: OutputFlags): FormatName {
  if (format !== undefined) return format;
  const extension = /\.(\w+)$/.exec(output ?? "")?.[1]?.toLowerCase() ?? "";
  return (
    formatNames.find((name) => formatTraits[name].extension === extension) ?? otherExtensions[extension] ?? "table"
  );
}

/** Runs with a signal that also aborts when the time is over. */
export async function withTimeout<T>(
  { timeout }: ResultFlags,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeout === undefined) return await run(signal);
  const over = AbortSignal.timeout(timeout * 1000);
  try {
    return await run(AbortSignal.any([signal, over]));
  } catch (error) {
    if (!over.aborted || signal.aborted) throw error;
    throw new SpillwayError("timeout", `stopped after ${timeout} s, as --timeout says`, {
      next: "Give it more time, or ask for less: fewer days, or groups instead of single calls.",
      cause: error,
    });
  }
}
