/** A run of `spillway policy test`: many calls with their documents and expectations, one JSON object a line. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Effects } from "../effects.ts";
import { SpillwayError, exitCodes, messageOf } from "../errors.ts";
import { plainReason, resourceName } from "../policy/expectation.ts";
import { type TestResult, runTestLine } from "../policy/test-line.ts";
import { policiesOf } from "../report/policies/bundle-file.ts";
import { inferenceProfileSnapshot } from "../reference/inference-profiles.ts";
import { formatOf } from "./flags/result.ts";
import type { OutputFlags } from "./flags/scope.ts";

/** Runs the tests and returns the exit code. */
export async function testPolicies(file: string, flags: OutputFlags, effects: Effects): Promise<number> {
  const results = await runFile(file);
  await printResults(results, flags, effects);
  for (const { id, problems, differences } of results) {
    for (const said of [...problems, ...differences]) effects.log.warn(`${id}: ${said}`);
  }
  return exitCodeOf(results);
}

async function runFile(file: string): Promise<TestResult[]> {
  const text = await readText(file);
  const lines = text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [{ line, number: index + 1 }]));
  if (lines.length === 0) {
    throw new SpillwayError("usage", `${file} holds no test`, {
      next: "Write one JSON object a line: id, request, documents, expect.",
    });
  }
  const results: TestResult[] = [];
  for (const { line, number } of lines) {
    results.push(
      await runTestLine(line, {
        file,
        line: number,
        profiles: inferenceProfileSnapshot().rows,
        bundle: async (bundle, principal) => await policiesOf(resolve(dirname(file), bundle), principal),
      }),
    );
  }
  return results;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new SpillwayError("usage", `cannot read ${file}: ${messageOf(cause)}`, {
      next: "Name a file of JSON lines.",
      cause,
    });
  }
}

/** The exit code; an unmet expectation outweighs an answer that could not be told. */
function exitCodeOf(results: readonly TestResult[]): number {
  if (results.some(({ pass }) => pass === false)) return exitCodes.findings;
  const unclear = results.some(
    ({ pass, answer }) => pass === null && (answer === undefined || answer.overall === "cannot-tell"),
  );
  return unclear ? exitCodes.incomplete : exitCodes.ok;
}

async function printResults(results: readonly TestResult[], flags: OutputFlags, effects: Effects): Promise<void> {
  const format = formatOf(flags);
  if (format === "json" || format === "ndjson") {
    const lines = results.map((result) => JSON.stringify(plainResult(result)));
    const text = format === "ndjson" ? lines.join("\n") : `[${lines.join(",\n")}]`;
    const { withOutput } = await import("../report/output.ts");
    await withOutput(flags.output, effects.stdout, async (output) => {
      await output.write(`${text}\n`);
    });
    return;
  }
  await printRows(results, flags, effects);
}

/** The result for other programs: reasons keep their parts, and open ones are separate. */
function plainResult({ id, answer, pass, problems }: TestResult): unknown {
  const resources = (answer?.resources ?? []).map(({ check, decision, by, open }) => [
    resourceName(check),
    {
      decision,
      by: by.map(plainReason),
      ...(open.length === 0 ? {} : { open: open.map((reason) => ({ ...plainReason(reason), why: reason.why })) }),
    },
  ]);
  return {
    id,
    overall: answer?.overall ?? "cannot-tell",
    per_resource: Object.fromEntries(resources),
    pass,
    ...(problems.length === 0 ? {} : { problems }),
  };
}

async function printRows(results: readonly TestResult[], flags: OutputFlags, effects: Effects): Promise<void> {
  const [{ resultOf }, { printResult }] = await Promise.all([
    import("../engines/result.ts"),
    import("./print-result.ts"),
  ]);
  const text = (of: (result: TestResult) => string | null): (string | null)[] => results.map(of);
  const said = ({ problems, differences }: TestResult): string | null =>
    [...problems, ...differences].join("; ") || null;
  const columns = [
    { name: "id", type: "text" },
    { name: "overall", type: "text" },
    { name: "pass", type: "boolean" },
    { name: "differences", type: "text" },
  ] as const;
  const data = [
    text(({ id }) => id),
    text(({ answer }) => answer?.overall ?? "cannot-tell"),
    results.map(({ pass }) => pass),
    text(said),
  ];
  await printResult(resultOf(columns, data), flags, effects);
}
