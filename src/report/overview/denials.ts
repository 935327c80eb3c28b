/** The overview's lines about denied calls: where, by what, and with a bundle what would change it. */
import { cut, grouped } from "../value-text.ts";
import { terminalLine } from "../../terminal-text.ts";
import type { PlainRow } from "../../engines/result.ts";
import { tally } from "./claims.ts";
import { count } from "./flow.ts";
import { type Layout, paint, wrapped } from "./terminal.ts";

const topDenials = 2;

export function denialLines(layout: Layout, rows: readonly PlainRow[]): string[] {
  if (rows.length === 0) return [];
  const shown = tally(rows, nameOf)
    .slice(0, topDenials)
    .flatMap(([key, calls]) => [
      cut(`  ${grouped(calls).padStart(9)}  ${key}`, layout.width),
      ...explanationLines(
        layout,
        rows.filter((row) => nameOf(row) === key),
      ),
    ]);
  return [paint(layout, "bold", "Denied"), ...shown];
}

function nameOf(row: PlainRow): string {
  const by = typeof row["denied_by"] === "string" ? `by ${row["denied_by"]}` : "without a stated policy";
  return `${row["denied_region"] ?? "Region not stated"} ${by}`;
}

/** Of the group's row with most calls; half of a sentence about policies would be a false one. */
function explanationLines(layout: Layout, rows: readonly PlainRow[]): string[] {
  const explained = rows.filter(({ explanation }) => typeof explanation === "string");
  const [most, ...others] = explained.toSorted((a, b) => count(b["invocations"]) - count(a["invocations"]));
  if (most === undefined) return [];
  const indent = " ".repeat(13);
  const lines = wrapped(terminalLine(String(most["explanation"])), layout.width - indent.length, "  ");
  const more = others.some(({ explanation }) => explanation !== most["explanation"])
    ? ["others: spillway report denials --bundle FILE"]
    : [];
  return [...lines, ...more].map((line) => paint(layout, "dim", indent + line));
}
