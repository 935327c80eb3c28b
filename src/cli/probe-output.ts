/** The output of a probe's calls: the columns that people read first, or all of them in any format. */
import { resultOf } from "../engines/result.ts";
import type { CallRow } from "../probe/calls/call-rows.ts";
import type { Effects } from "../effects.ts";
import { formatOf } from "./flags/result.ts";
import type { OutputFlags } from "./flags/scope.ts";
import { printResult } from "./print-result.ts";

const columns: readonly (readonly [name: keyof CallRow, type: "integer" | "text" | "boolean"])[] = [
  ["call", "integer"],
  ["operation", "text"],
  ["outcome", "text"],
  ["served_region", "text"],
  ["region_evidence", "text"],
  ["declared", "boolean"],
  ["allowed", "text"],
  ["outside_boundary", "boolean"],
  ["denied_region", "text"],
  ["denied_by", "text"],
  ["policy_arn", "text"],
  ["error", "text"],
  ["event", "text"],
  ["request_id", "text"],
  ["started_at", "text"],
];

const always: ReadonlySet<string> = new Set([
  "call",
  "operation",
  "outcome",
  "served_region",
  "region_evidence",
  "event",
]);

export async function printCalls(rows: readonly CallRow[], flags: OutputFlags, effects: Effects): Promise<void> {
  const isForPeople = flags.format === undefined && formatOf(flags) === "table";
  const shown = isForPeople
    ? columns.filter(
        ([name]) =>
          always.has(name) ||
          (!["policy_arn", "request_id", "started_at"].includes(name) && rows.some((row) => row[name] !== null)),
      )
    : columns;
  const result = resultOf(
    shown.map(([name, type]) => ({ name, type })),
    shown.map(([name]) => rows.map((row) => row[name])),
  );
  await printResult(result, flags, effects);
}
