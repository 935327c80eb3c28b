/** The output of the preflight: a text for people, or rows in any format. */
import type { Effects } from "../effects.ts";
import type { Line } from "../probe/preflight/line.ts";
import { formatOf } from "./flags/result.ts";
import type { OutputFlags } from "./flags/scope.ts";

const columns = ["check", "subject", "outcome", "found", "next"] as const;

export async function printPreflight(lines: readonly Line[], flags: OutputFlags, effects: Effects): Promise<void> {
  if (flags.format === undefined && formatOf(flags) === "table") await printText(lines, flags, effects);
  else await printRows(lines, flags, effects);
}

async function printRows(lines: readonly Line[], flags: OutputFlags, effects: Effects): Promise<void> {
  const [{ resultOf }, { printResult }] = await Promise.all([
    import("../engines/result.ts"),
    import("./print-result.ts"),
  ]);
  const result = resultOf(
    columns.map((name) => ({ name, type: "text" as const })),
    columns.map((name) => lines.map((line) => line[name])),
  );
  await printResult(result, flags, effects);
}

/** Prints the lines, with one for resources of the same result. */
async function printText(lines: readonly Line[], flags: OutputFlags, effects: Effects): Promise<void> {
  const [outcome, check] = ["outcome", "check"].map((name) =>
    Math.max(...lines.map((line) => line[name === "outcome" ? "outcome" : "check"].length)),
  );
  const blank = " ".repeat((outcome ?? 0) + (check ?? 0) + 4);
  const text = gathered(lines)
    .flatMap((line) => [
      `${line.outcome.padEnd(outcome ?? 0)}  ${line.check.padEnd(check ?? 0)}  ${line.subject.replaceAll("\n", `\n${blank}`)}`,
      ...(line.found === "allowed" ? [] : [`${blank}${line.found}`]),
      ...(line.next === null ? [] : [`${blank}next: ${line.next}`]),
    ])
    .join("\n");
  const { withOutput } = await import("../report/output.ts");
  await withOutput(flags.output, effects.stdout, async (output) => {
    await output.write(`${text}\n`);
  });
}

/** The lines with neighbours joined that differ only in their subject. */
function gathered(lines: readonly Line[]): Line[] {
  const shown: Line[] = [];
  for (const line of lines) {
    const before = shown.at(-1);
    const isTwin = (["check", "outcome", "found", "next"] as const).every((name) => before?.[name] === line[name]);
    if (before !== undefined && isTwin)
      shown.splice(-1, 1, { ...before, subject: `${before.subject}\n${line.subject}` });
    else shown.push(line);
  }
  return shown;
}
