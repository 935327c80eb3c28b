/** The upper half of the overview: the figures in one line, and the flow from source to served Regions. */
import { cut, grouped, percent, size } from "../value-text.ts";
import type { PlainRow } from "../../engines/result.ts";
import { type Layout, bar, paint } from "./terminal.ts";

export interface Flow {
  /** Rows of `spillover-by-region`. */
  readonly rows: readonly PlainRow[];
  readonly boundary: readonly string[] | undefined;
}

/** What was asked for, and what was seen of it. */
export interface RangeTexts {
  readonly asked: string;
  readonly seen: string;
}

const topSources = 3;

/** A figure of a row: bigint or number; anything else is nothing. */
export function count(cell: unknown): number {
  return typeof cell === "bigint" || typeof cell === "number" ? Number(cell) : 0;
}

function total(rows: readonly PlainRow[], column: string): number {
  return rows.reduce((sum, row) => sum + count(row[column]), 0);
}

/** The rate never stands without the count of what it leaves out (R2). */
export function headline(layout: Layout, flow: Flow, range: RangeTexts, denied: number): string[] {
  const title = "Where Bedrock inference ran";
  const asked = paint(layout, "dim", range.asked.padStart(layout.width - title.length));
  const head = [paint(layout, "bold", title) + asked, paint(layout, "dim", `  ${range.seen}`)];
  const served = total(flow.rows, "invocations");
  if (served === 0) return [...head, `  no served invocation${denied === 0 ? "" : `, ${grouped(denied)} denied`}`];
  const known = flow.rows.filter((row) => row["served_region"] !== null);
  const viaKnown = total(known, "via_profile");
  const unknown = total(flow.rows, "via_profile") - viaKnown;
  const spilled = total(flow.rows, "spilled");
  const rate = viaKnown === 0 ? "–" : percent(spilled / viaKnown);
  const spill = `spill rate ${rate}`;
  return [
    ...head,
    `  ${grouped(served)} served, ${grouped(spilled)} of them outside their source Region${denied === 0 ? "" : `; ${grouped(denied)} denied`}`,
    `  ${paint(layout, spilled > 0 ? "yellow" : "green", spill)} of ${grouped(viaKnown)} through a profile; ${grouped(unknown)} more ${unknown === 1 ? "is" : "are"} unknown`,
  ];
}

/** Bars share one scale within a source Region. Percentages are of its calls with a known served Region. */
export function flowLines(layout: Layout, flow: Flow): string[] {
  const bySource = new Map<string, PlainRow[]>();
  for (const row of flow.rows) {
    const source = String(row["source_region"] ?? "–");
    bySource.set(source, [...(bySource.get(source) ?? []), row]);
  }
  if (bySource.size === 0) return [];
  const sources = [...bySource].toSorted(
    (a, b) => total(b[1], "invocations") - total(a[1], "invocations") || a[0].localeCompare(b[0]),
  );
  // one source Region may show nine served ones, three show three each: the screen has 40 lines
  const topServed = Math.floor(9 / Math.min(sources.length, topSources));
  const lines = sources
    .slice(0, topSources)
    .flatMap(([source, rows]) => sourceLines(layout, { ...flow, rows }, source, topServed));
  const left = sources.length - topSources;
  const more = left > 0 ? [paint(layout, "dim", `  and ${left} more source Regions: spillway report region-flow`)] : [];
  return [paint(layout, "bold", "From source to served Region"), ...lines, ...more];
}

function sourceLines(layout: Layout, flow: Flow, source: string, topServed: number): string[] {
  const { rows } = flow;
  const all = total(rows, "invocations");
  const known = total(
    rows.filter((row) => row["served_region"] !== null),
    "invocations",
  );
  const order = (row: PlainRow): number => (row["served_region"] === null ? -1 : count(row["invocations"]));
  const sorted = rows.toSorted(
    (a, b) => order(b) - order(a) || String(a["served_region"]).localeCompare(String(b["served_region"])),
  );
  const unknown = sorted.filter((row) => row["served_region"] === null);
  const named = sorted.filter((row) => row["served_region"] !== null);
  const shown = named.length > topServed ? named.slice(0, topServed - 1) : named;
  const rest = named.slice(shown.length);
  const lines = shown.map((row): FlowLine => {
    const served = String(row["served_region"]);
    const outside = flow.boundary !== undefined && !flow.boundary.includes(served);
    const style = outside ? "red" : served === source ? "green" : "yellow";
    return { label: served, calls: count(row["invocations"]), share: count(row["invocations"]) / known, style };
  });
  if (rest.length > 0) {
    const calls = total(rest, "invocations");
    const outside =
      flow.boundary !== undefined && rest.some((row) => !flow.boundary?.includes(String(row["served_region"])));
    lines.push({ label: `${rest.length} others`, calls, share: calls / known, style: outside ? "red" : "yellow" });
  }
  if (unknown.length > 0)
    lines.push({ label: "unknown", calls: total(unknown, "invocations"), share: undefined, style: "dim" });
  const width = layout.width - 44;
  const drawn = lines.map((line, index) => {
    const branch = index === lines.length - 1 ? "└" : "├";
    const filled = bar(line.calls / all, width);
    const graph = line.share === undefined ? filled.replaceAll(/./gu, "░") : filled;
    const share = line.share === undefined ? "" : percent(line.share);
    return `  ${paint(layout, "dim", branch)} ${cut(line.label, 16).padEnd(17)}${paint(layout, line.style, graph)}${" ".repeat(width - size(graph))}${grouped(line.calls).padStart(13)}${share.padStart(9)}`.trimEnd();
  });
  return [`  ${source}`, ...drawn];
}

interface FlowLine {
  readonly label: string;
  readonly calls: number;
  readonly share: number | undefined;
  readonly style: "red" | "yellow" | "green" | "dim";
}
