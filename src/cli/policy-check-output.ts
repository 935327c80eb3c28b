/** The output of a check: a text for people, or rows in any format. */
import { warnOfLints } from "./policy-lints.ts";
import type { Effects } from "../effects.ts";
import { changeFor } from "../policy/change.ts";
import type { CallAnswer, CheckedResource } from "../policy/evaluate.ts";
import { explainAnswer, layersNotEvaluated } from "../policy/explain.ts";
import { resourceName } from "../policy/expectation.ts";
import type { CrossChecked } from "../probe/cross-check.ts";
import { isBatch } from "../policy/checks.ts";
import { bindsScps } from "../policy/layers.ts";
import type { PreparedCheck } from "./policy-prepare.ts";
import { formatOf } from "./flags/result.ts";
import type { OutputFlags } from "./flags/scope.ts";

const columns = ["resource", "requested_region", "decision", "by", "change"] as const;

interface CheckedCall extends PreparedCheck {
  readonly answer: CallAnswer;
  /** The answers of AWS's simulator, if it was asked. */
  readonly simulated: readonly CrossChecked[] | undefined;
}

interface Row {
  readonly resource: string;
  readonly region: string | null;
  readonly decision: string;
  readonly reasons: readonly string[];
  readonly changes: readonly string[];
  readonly simulated: string | null;
}

export async function printCheck(checked: CheckedCall, flags: OutputFlags, effects: Effects): Promise<void> {
  const rows = [...checked.answer.resources.map((resource) => rowOf(resource, checked)), wholeCall(checked)];
  warnOfLints(checked.documents.layers, effects);
  warnOfDisagreement(checked, effects);
  if (flags.format === undefined && formatOf(flags) === "table") await printText(rows, flags, effects);
  else await printRows(rows, checked.simulated !== undefined, flags, effects);
}

function rowOf(resource: CheckedResource, { call, given, documents, simulated }: CheckedCall): Row {
  const change = changeFor(call, resource, documents.layers, given);
  return {
    resource: resourceName(resource.check),
    region: resource.check.requestedRegion,
    decision: resource.decision,
    reasons: explainAnswer(resource),
    changes: change?.steps ?? [],
    simulated: simulated?.find(({ check }) => check === resource.check)?.simulated?.decision ?? null,
  };
}

/** The row for the whole call: the joint answer, and what was not evaluated. */
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
    reasons: [...sometimes(answer), ...unbound, ...notEvaluated, ...(isBatch(call) ? [ofServiceRole] : [])],
    changes: [],
    simulated: null,
  };
}

/** The note that a batch job calls the model as a principal other than its creator. */
const ofServiceRole =
  "not evaluated: iam:PassRole for the service role of the job, and what that role may do: check it with --operation InvokeModel";

/** The note on a partly refused call: by the documentation one refused Region fails it; in practice only when it is routed there. */
function sometimes({ resources }: CallAnswer): string[] {
  const refused = resources.filter(({ decision }) => decision === "denied" || decision === "implicit");
  const [source] = resources.filter(({ check }) => check.what === "model");
  const onlyElsewhere =
    refused.length > 0 && refused.every((resource) => resource.check.what === "model" && resource !== source);
  return onlyElsewhere ? ["it fails, perhaps only when it is routed to a Region that is refused"] : [];
}

async function printRows(
  rows: readonly Row[],
  crossChecked: boolean,
  flags: OutputFlags,
  effects: Effects,
): Promise<void> {
  const [{ resultOf }, { printResult }] = await Promise.all([
    import("../engines/result.ts"),
    import("./print-result.ts"),
  ]);
  const names = crossChecked ? [...columns, "simulated"] : columns;
  const cells = rows.map((row) => [
    row.resource,
    row.region,
    row.decision,
    textOf(row.reasons),
    textOf(row.changes),
    row.simulated,
  ]);
  const data = names.map((_, index) => cells.map((row) => row[index] ?? null));
  const result = resultOf(
    names.map((name) => ({ name, type: "text" as const })),
    data,
  );
  await printResult(result, flags, effects);
}

/** Warns where the simulator disagrees. It lacks the profile's key and the unspecified Region, and never names an SCP: it is a second opinion. */
function warnOfDisagreement({ answer, simulated = [] }: CheckedCall, effects: Effects): void {
  for (const { check, simulated: said, why } of simulated) {
    const ours = answer.resources.find((resource) => resource.check === check)?.decision;
    if (said === undefined) effects.log.warn(`AWS's simulator did not answer about ${resourceName(check)}: ${why}`);
    else if (said.decision !== ours) {
      const keys = said.missing.length === 0 ? "" : `; it lacked ${said.missing.join(", ")}`;
      effects.log.warn(
        `AWS's simulator disagrees about ${resourceName(check)}: ${said.decision}, here ${ours ?? "nothing"}${keys}`,
      );
    }
  }
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
