/** Owns the overview: what a busy person wants to know, on one screen. */
import { count, flowLines, headline, type Flow } from "./flow.ts";
import { cut, grouped, percent } from "../value-text.ts";
import type { PlainRow } from "../../engines/result.ts";
import { type Paper, paint, wrapped } from "./terminal.ts";

/** Rows of the reports of the same names. */
export interface OverviewData {
  readonly regions: readonly PlainRow[];
  readonly principals: readonly PlainRow[];
  readonly denials: readonly PlainRow[];
  readonly unobservable: readonly PlainRow[];
  /** Rows with a gap are enough. */
  readonly coverage: readonly PlainRow[];
  readonly boundary?:
    | { readonly name: string; readonly regions: readonly string[]; readonly violations: readonly PlainRow[] }
    | undefined;
}

export interface OverviewOptions {
  readonly width?: number | undefined;
  readonly color?: boolean | undefined;
}

const topPrincipals = 4;
const topBlindSpots = 3;
const topDenials = 2;

export function overviewText(data: OverviewData, options: OverviewOptions = {}): string {
  const paper: Paper = { width: Math.max(60, Math.min(options.width ?? 80, 110)), color: options.color ?? false };
  const flow: Flow = { rows: data.regions, boundary: data.boundary?.regions };
  const sections = [
    headline(paper, flow, sum(data.denials, "invocations")),
    flowLines(paper, flow),
    principalLines(paper, data.principals),
    boundaryLines(paper, data),
    denialLines(paper, data.denials),
    blindLines(paper, data),
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

function principalLines(paper: Paper, rows: readonly PlainRow[]): string[] {
  const shown = rows
    .filter((row) => count(row["via_profile"]) > 0)
    .toSorted((a, b) => count(b["spilled"]) - count(a["spilled"]));
  if (shown.length === 0) return [];
  const head = "account".padEnd(12) + "spilled".padStart(14) + "rate".padStart(8) + "unknown".padStart(10);
  const room = paper.width - head.length - 3;
  const lines = shown.slice(0, topPrincipals).map((row) => {
    const rate = row["spill_rate"];
    const numbers =
      cut(String(row["account_id"] ?? "–"), 12).padEnd(12) +
      grouped(count(row["spilled"])).padStart(14) +
      (typeof rate === "number" ? percent(rate) : "–").padStart(8) +
      grouped(count(row["unknown"])).padStart(10);
    return `  ${cut(name(row["principal"]), room).padEnd(room)} ${numbers}`;
  });
  const rest = shown.length - topPrincipals;
  const more =
    rest > 0 ? [paint(paper, "dim", `  and ${grouped(rest)} more: spillway report spillover-by-principal`)] : [];
  return [paint(paper, "bold", `${"Who sent it".padEnd(room + 2)} `) + paint(paper, "dim", head), ...lines, ...more];
}

function boundaryLines(paper: Paper, data: OverviewData): string[] {
  const { boundary } = data;
  if (boundary === undefined) return [];
  const title = paint(paper, "bold", `Boundary ${boundary.name}`);
  const outside = sum(boundary.violations, "invocations");
  if (outside === 0) {
    const unknown = sum(
      data.regions.filter((row) => row["served_region"] === null),
      "invocations",
    );
    const gaps = data.coverage.filter((row) => row["gap"] !== null).length;
    const blind =
      unknown + gaps === 0
        ? ""
        : `, but ${grouped(unknown)} unknown and ${grouped(gaps)} account-Region-days with a gap`;
    return [`${title}  ${paint(paper, blind === "" ? "green" : "yellow", `nothing seen outside${blind}`)}`];
  }
  const principals = new Set(boundary.violations.map((row) => row["principal"])).size;
  const byRegion = tally(boundary.violations, (row) => `${row["served_region"]} (${row["country"] ?? "?"})`);
  const where = byRegion.slice(0, 4).map(([region, calls]) => `${region} ${grouped(calls)}`);
  const said = `${grouped(outside)} outside, by ${grouped(principals)} ${principals === 1 ? "principal" : "principals"}`;
  const plain = `Boundary ${boundary.name}  ${said}: `;
  const [first = "", ...rest] = wrapped(plain + where.join(" · "), paper.width, "  ");
  return [`${title}  ${paint(paper, "red", said)}${first.slice(plain.length - 2)}`, ...rest];
}

function tally(rows: readonly PlainRow[], key: (row: PlainRow) => string): [string, number][] {
  const totals = new Map<string, number>();
  for (const row of rows) totals.set(key(row), (totals.get(key(row)) ?? 0) + count(row["invocations"]));
  return [...totals].toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

function denialLines(paper: Paper, rows: readonly PlainRow[]): string[] {
  if (rows.length === 0) return [];
  const groups = tally(rows, (row) => {
    const by = typeof row["denied_by"] === "string" ? `by ${row["denied_by"]}` : "without a stated policy";
    return `${row["denied_region"] ?? "Region not stated"} ${by}`;
  });
  const shown = groups.slice(0, topDenials).map(([key, calls]) => `  ${grouped(calls).padStart(9)}  ${key}`);
  return [paint(paper, "bold", "Denied"), ...shown.map((line) => cut(line, paper.width))];
}

function blindLines(paper: Paper, data: OverviewData): string[] {
  const spots = new Map<string, { amount: number; why: string }>();
  for (const row of data.unobservable) {
    const what = String(row["what"]);
    spots.set(what, { amount: (spots.get(what)?.amount ?? 0) + count(row["count"]), why: String(row["why"]) });
  }
  const gaps = data.coverage.filter((row) => row["gap"] === "no file");
  if (gaps.length > 0) {
    const days = gaps.map((row) => String(row["day"])).toSorted();
    const range = days[0] === days.at(-1) ? days[0] : `${days[0]} to ${days.at(-1)}`;
    spots.set("no-file", { amount: gaps.length, why: `account-Region-days without a log file (${range})` });
  }
  if (spots.size === 0)
    return [paint(paper, "bold", "What could not be seen") + paint(paper, "green", "  nothing found")];
  const rank = ["no-file", "quarantined-object", "lost", "pending", "omitted", "batch-job", "rejected-record"];
  const place = (what: string): number => (rank.indexOf(what) + rank.length + 1) % (rank.length + 1);
  const ordered = [...spots].toSorted((a, b) => place(a[0]) - place(b[0]) || b[1].amount - a[1].amount);
  // the reason up to its colon is enough here; the report has the rest
  const lines = ordered.slice(0, topBlindSpots).map(([, spot]) => {
    return cut(`  ${grouped(spot.amount).padStart(9)}  ${spot.why.split(": ")[0] ?? ""}`, paper.width);
  });
  const left = ordered.length - topBlindSpots;
  const more = left > 0 ? [paint(paper, "dim", `  and ${left} more kinds: spillway report unobservable`)] : [];
  return [paint(paper, "bold", "What could not be seen"), ...lines, ...more];
}
