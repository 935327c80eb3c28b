/** What the overview promises: the boundary and the claims, each met, not met or not shown (R11). */
import { count } from "./flow.ts";
import { cut, grouped } from "../value-text.ts";
import type { PlainRow } from "../../engines/result.ts";
import { type Layout, paint, wrapped } from "./terminal.ts";

export interface BoundaryData {
  readonly name: string;
  readonly regions: readonly string[];
  /** Rows of `boundary-violations`. */
  readonly violations: readonly PlainRow[];
}

const mostLines = 3;

/** Never kept by itself: what the claim lacks stands in the same breath. */
export function boundaryLines(
  layout: Layout,
  boundary: BoundaryData | undefined,
  claims: readonly PlainRow[],
): string[] {
  if (boundary === undefined) return [];
  const title = `Boundary ${boundary.name}`;
  const claim = claims.find((row) => row["claim"] === "inside-boundary");
  if (claim?.["outcome"] === "not met") return violationLines(layout, title, boundary.violations);
  const said = claim?.["outcome"] === "met" ? "met" : "not shown";
  const reason = said === "met" ? claim?.["numbers"] : `missing ${claim?.["missing"] ?? "a check"}`;
  const lines = wrapped(`${title}  ${said}: ${String(reason)}`, layout.width, "  ");
  const shown = lines.slice(0, mostLines);
  if (lines.length > mostLines) shown[mostLines - 1] = cut(`${shown.at(-1) ?? ""} …`, layout.width);
  const [first = "", ...rest] = shown;
  const start = `${title}  ${said}`;
  return [
    `${paint(layout, "bold", title)}  ${paint(layout, said === "met" ? "green" : "yellow", said)}${first.slice(start.length)}`,
    ...rest,
  ];
}

function violationLines(layout: Layout, title: string, violations: readonly PlainRow[]): string[] {
  const outside = violations.reduce((sum, row) => sum + count(row["invocations"]), 0);
  const principals = new Set(violations.map((row) => row["principal"])).size;
  const byRegion = tally(violations, (row) => `${row["served_region"]} (${row["country"] ?? "?"})`);
  const where = byRegion.slice(0, 4).map(([region, calls]) => `${region} ${grouped(calls)}`);
  const said = `${grouped(outside)} outside, by ${grouped(principals)} ${principals === 1 ? "principal" : "principals"}`;
  const plain = `${title}  ${said}: `;
  const [first = "", ...rest] = wrapped(plain + where.join(" · "), layout.width, "  ");
  return [`${paint(layout, "bold", title)}  ${paint(layout, "red", said)}${first.slice(plain.length - 2)}`, ...rest];
}

/** The others in one line; their numbers stand in the report. */
export function claimLines(layout: Layout, claims: readonly PlainRow[]): string[] {
  const others = claims.filter((row) => row["claim"] !== "inside-boundary");
  if (others.length === 0) return [];
  const said = others.map((row) => `${String(row["claim"])} ${String(row["outcome"])}`).join(" · ");
  return [paint(layout, "dim", cut(`Claims  ${said}`, layout.width))];
}

/** Calls by a key, most first. */
export function tally(rows: readonly PlainRow[], key: (row: PlainRow) => string): [string, number][] {
  const totals = new Map<string, number>();
  for (const row of rows) totals.set(key(row), (totals.get(key(row)) ?? 0) + count(row["invocations"]));
  return [...totals].toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}
