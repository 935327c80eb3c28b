/** Owns how a check is shown: a text for people, or rows in any format. */
import { warnOfLints } from "./policy-lints.ts";
import type { Effects } from "../effects.ts";
import { changeFor } from "../policy/change.ts";
import type { CallAnswer, CheckedResource } from "../policy/evaluate.ts";
import { explainAnswer, layersNotEvaluated } from "../policy/explain.ts";
import { resourceName } from "../policy/expectation.ts";
import { bindsScps } from "../policy/layers.ts";
import type { PreparedCheck } from "./policy-prepare.ts";
import type { OutputFlags } from "./flags/scope.ts";

const columns = ["resource", "requested_region", "decision", "by", "change"] as const;

interface CheckedCall extends PreparedCheck {
  readonly answer: CallAnswer;
}

interface Row {
  readonly resource: string;
  readonly region: string | null;
  readonly decision: string;
  readonly reasons: readonly string[];
  readonly changes: readonly string[];
}

export async function printCheck(checked: CheckedCall, flags: OutputFlags, effects: Effects): Promise<void> {
  const rows = [...checked.answer.resources.map((resource) => rowOf(resource, checked)), wholeCall(checked)];
  warnOfLints(checked.documents.layers, effects);
  if (flags.format === undefined) await printText(rows, flags, effects);
  else await printRows(rows, flags, effects);
}

function rowOf(resource: CheckedResource, { call, given, documents }: CheckedCall): Row {
  const change = changeFor(call, resource, documents.layers, given);
  return {
    resource: resourceName(resource.check),
    region: resource.check.requestedRegion,
    decision: resource.decision,
    reasons: explainAnswer(resource),
    changes: change?.steps ?? [],
  };
}

/** The answer about all of them, and what nobody looked at. */
function wholeCall({ call, documents, answer }: CheckedCall): Row {
  const left = layersNotEvaluated(documents.layers, documents.none);
  const unbound = bindsScps(call.principal, call.managementAccount === true)
    ? []
    : ["service control policies do not bind this principal"];
  const notEvaluated = left.length === 0 ? [] : [`not evaluated, as not given: ${left.join(", ")}`];
  return {
    resource: "whole call",
    region: null,
    decision: answer.overall,
    reasons: [...unbound, ...notEvaluated],
    changes: [],
  };
}

async function printRows(rows: readonly Row[], flags: OutputFlags, effects: Effects): Promise<void> {
  const [{ resultOf }, { printResult }] = await Promise.all([
    import("../engines/result.ts"),
    import("./print-result.ts"),
  ]);
  const cells = rows.map((row) => [row.resource, row.region, row.decision, textOf(row.reasons), textOf(row.changes)]);
  const data = columns.map((_, index) => cells.map((row) => row[index] ?? null));
  const result = resultOf(
    columns.map((name) => ({ name, type: "text" as const })),
    data,
  );
  await printResult(result, flags, effects);
}

function textOf(lines: readonly string[]): string | null {
  return lines.length === 0 ? null : lines.join("; ");
}

async function printText(rows: readonly Row[], flags: OutputFlags, effects: Effects): Promise<void> {
  const width = Math.max(...rows.map(({ decision }) => decision.length));
  const blank = " ".repeat(width + 2);
  const text = rows
    .flatMap(({ resource, region, decision, reasons, changes }) => [
      `${decision.padEnd(width)}  ${resource}${region === "unspecified" ? "  (aws:RequestedRegion is unspecified)" : ""}`,
      ...reasons.map((reason) => `${blank}${reason}`),
      ...changes.map((change) => `${blank}to change: ${change}`),
    ])
    .join("\n");
  const { withOutput } = await import("../report/output.ts");
  await withOutput(flags.output, effects.stdout, async (output) => {
    await output.write(`${text}\n`);
  });
}
