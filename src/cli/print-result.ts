/** Owns the end of every result: format, stdout or file. */
import type { Effects, OutputStream } from "../effects.ts";
import { SpillwayError } from "../errors.ts";
import type { Result } from "../engines/engine.ts";
import { formatTraits } from "../report/formats/names.ts";
import { terminalText } from "../terminal-text.ts";
import type { FormatOptions } from "../report/formats/format.ts";
import type { OutputFlags } from "./flags/scope.ts";

/** Writes the rows and returns how many there were. */
export async function printResult(
  result: Result,
  flags: OutputFlags,
  effects: Effects,
  page?: FormatOptions["page"],
): Promise<number> {
  const [{ formats }, { withOutput }] = await Promise.all([
    import("../report/formats/index.ts"),
    import("../report/output.ts"),
  ]);
  const format = flags.format ?? "table";
  // a page is text, and nobody reads it there all the same
  const unreadable = formatTraits[format].isBinary || format === "html";
  if (unreadable && flags.output === undefined && effects.stdout.isTTY === true) {
    throw new SpillwayError("usage", `${format} is not for a terminal`, {
      next: "Add --output FILE, or pipe it into a program.",
    });
  }
  const terminal = flags.output === undefined && effects.stdout.isTTY === true;
  const options = {
    width: terminal ? effects.stdout.columns : undefined,
    color: terminal && wantsColor(effects),
    page,
  };
  const stdout = terminal && format !== "table" ? forTerminal(effects.stdout) : effects.stdout;
  const rows = await withOutput(flags.output, stdout, (output) => formats[format](result, output, options));
  if (flags.output !== undefined) effects.log.info(`wrote ${flags.output}: ${rows.toLocaleString("en-US")} rows`);
  return rows;
}

/** The table covers control characters itself, since it may have colours of ours. */
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
