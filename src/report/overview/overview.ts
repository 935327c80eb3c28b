/** The overview for a busy person, on one screen. */
import { count, flowLines, headline, type Flow } from "./flow.ts";
import { type AskedRange, askedText, seenText } from "./asked.ts";
import { type BoundaryData, boundaryLines, claimLines } from "./claims.ts";
import { cut, grouped, percent } from "../value-text.ts";
import type { PlainRow } from "../../engines/result.ts";
import { denialLines } from "./denials.ts";
import { type Layout, paint } from "./terminal.ts";

/** Rows of the reports of the same names. */
export interface OverviewData {
  readonly regions: readonly PlainRow[];
  readonly principals: readonly PlainRow[];
  readonly denials: readonly PlainRow[];
  readonly unobservable: readonly PlainRow[];
  /** Days by kind of gap: see `countedGaps`. */
  readonly coverage: readonly PlainRow[];
  readonly claims: readonly PlainRow[];
  readonly asked: AskedRange;
  readonly boundary?: BoundaryData | undefined;
}

export interface OverviewOptions {
  readonly width?: number | undefined;
  readonly color?: boolean | undefined;
}

const topPrincipals = 3;
const topBlindSpots = 2;
/** Quarantined files and files without a place are named by their own kinds. */
const gapLabels: ReadonlyMap<string, string> = new Map([
  ["no file", "without a log file"],
  ["never delivered", "that were expected and never delivered"],
  ["not listed", "that were not listed"],
]);

export function overviewText(data: OverviewData, options: OverviewOptions = {}): string {
  const layout: Layout = { width: Math.max(60, Math.min(options.width ?? 80, 110)), color: options.color ?? false };
  const flow: Flow = { rows: data.regions, boundary: data.boundary?.regions };
  const range = { asked: askedText(data.asked), seen: seenText(data.regions, data.coverage) };
  const sections = [
    headline(layout, flow, range, sum(data.denials, "invocations")),
    flowLines(layout, flow),
    principalLines(layout, data.principals),
    [...boundaryLines(layout, data.boundary, data.claims), ...claimLines(layout, data.claims)],
    denialLines(layout, data.denials),
    blindLines(layout, data),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${text.join("\n\n")}\n`;
}

function sum(rows: readonly PlainRow[], column: string): number {
  return rows.reduce((total, row) => total + count(row[column]), 0);
}

function name(principal: unknown): string {
  const text = typeof principal === "string" ? principal : "(nobody named)";
  return text.startsWith("arn:") ? text.slice(text.lastIndexOf(":") + 1) : text;
}

function principalLines(layout: Layout, rows: readonly PlainRow[]): string[] {
  const shown = rows
    .filter((row) => count(row["via_profile"]) > 0)
    .toSorted((a, b) => count(b["spilled"]) - count(a["spilled"]));
  if (shown.length === 0) return [];
  const head = "account".padEnd(12) + "spilled".padStart(14) + "rate".padStart(8) + "unknown".padStart(10);
  const width = layout.width - head.length - 3;
  const lines = shown.slice(0, topPrincipals).map((row) => {
    const rate = row["spill_rate"];
    const numbers =
      cut(String(row["account_id"] ?? "–"), 12).padEnd(12) +
      grouped(count(row["spilled"])).padStart(14) +
      (typeof rate === "number" ? percent(rate) : "–").padStart(8) +
      grouped(count(row["unknown"])).padStart(10);
    return `  ${cut(name(row["principal"]), width).padEnd(width)} ${numbers}`;
  });
  const rest = shown.length - topPrincipals;
  const more =
    rest > 0 ? [paint(layout, "dim", `  and ${grouped(rest)} more: spillway report spillover-by-principal`)] : [];
  return [paint(layout, "bold", `${"Who sent it".padEnd(width + 2)} `) + paint(layout, "dim", head), ...lines, ...more];
}

function blindLines(layout: Layout, data: OverviewData): string[] {
  const spots = new Map<string, { amount: number; why: string }>();
  for (const row of data.unobservable) {
    const what = String(row["what"]);
    spots.set(what, { amount: (spots.get(what)?.amount ?? 0) + count(row["count"]), why: String(row["why"]) });
  }
  for (const row of data.coverage) {
    const label = gapLabels.get(String(row["gap"]));
    if (label === undefined) continue;
    const days = row["first_day"] === row["last_day"] ? row["first_day"] : `${row["first_day"]} to ${row["last_day"]}`;
    spots.set(String(row["gap"]), { amount: count(row["days"]), why: `account-Region-days ${label} (${days})` });
  }
  if (spots.size === 0)
    return [paint(layout, "bold", "What could not be seen") + paint(layout, "green", "  nothing found")];
  const rank = [
    "never delivered",
    "no file",
    "not listed",
    "quarantined-object",
    "lost",
    "pending",
    "omitted",
    "batch-job",
    "rejected-record",
  ];
  const place = (what: string): number => (rank.indexOf(what) + rank.length + 1) % (rank.length + 1);
  const ordered = [...spots].toSorted((a, b) => place(a[0]) - place(b[0]) || b[1].amount - a[1].amount);
  // the reason up to its colon is enough here; the report has the rest
  const lines = ordered.slice(0, topBlindSpots).map(([, spot]) => {
    return cut(`  ${grouped(spot.amount).padStart(9)}  ${spot.why.split(": ")[0] ?? ""}`, layout.width);
  });
  const left = ordered.length - topBlindSpots;
  const more = left > 0 ? [paint(layout, "dim", `  and ${left} more kinds: spillway report unobservable`)] : [];
  return [paint(layout, "bold", "What could not be seen"), ...lines, ...more];
}
