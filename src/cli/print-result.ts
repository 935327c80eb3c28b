/** The end of every result: format, stdout or file. */
import type { Effects, OutputStream } from "../effects.ts";
import { SpillwayError } from "../errors.ts";
import type { Result } from "../engines/engine.ts";
import { formatTraits } from "../report/formats/names.ts";
import { terminalText } from "../terminal-text.ts";
import type { FormatOptions } from "../report/formats/format.ts";
import { type ResultFlags, formatOf } from "./flags/result.ts";
import type { OutputFlags } from "./flags/scope.ts";
import { showWriting } from "./progress-of-writing.ts";

/** The parts of a result besides its rows. */
export interface ResultExtras extends Pick<FormatOptions, "page" | "metadata" | "frame"> {
  readonly signal?: AbortSignal;
}

/** Writes the rows and returns their number. */
export async function printResult(
  result: Result,
  flags: OutputFlags & ResultFlags,
  effects: Effects,
  extras: ResultExtras = {},
): Promise<number> {
  const { output: file, maxRows } = flags;
  const format = formatOf(flags);
  const terminal = file === undefined && effects.stdout.isTTY === true;
  // a page is text, but nobody reads it on a terminal
  if ((formatTraits[format].isBinary || format === "html") && terminal) {
    throw new SpillwayError("usage", `${format} is not for a terminal`, {
      next: "Add --output FILE, or pipe it into a program.",
    });
  }
  const { writeResult } = await import("../report/results/write-result.ts");
  const stdout = terminal && format !== "table" ? forTerminal(effects.stdout) : effects.stdout;
  const progress = showWriting(effects, file);
  let rows: number;
  try {
    rows = await writeResult(
      result,
      { file, stdout },
      {
        format,
        maxRows,
        signal: new AbortController().signal,
        width: terminal ? effects.stdout.columns : undefined,
        color: terminal && wantsColor(effects),
        ...extras,
        onFile: progress.watch,
      },
    );
  } finally {
    progress.end();
  }
  const count = rows.toLocaleString("en-US");
  if (file !== undefined) effects.log.info(`wrote ${file}: ${count} rows`);
  if (rows === maxRows) effects.log.warn(`stopped after ${count} rows, as --max-rows says: there may be more`);
  return rows;
}

/** The stream of a terminal with control characters covered; a table does that itself, since it may have colours. */
function forTerminal(stdout: OutputStream): OutputStream {
  return {
    write: (chunk) => stdout.write(typeof chunk === "string" ? terminalText(chunk) : chunk),
    isTTY: true,
    columns: stdout.columns,
  };
}

/** See no-color.org: any value but an empty one switches colours off. */
export function wantsColor(effects: Effects): boolean {
  const off = effects.env["NO_COLOR"];
  return off === undefined || off === "";
}
