/** How numbers, times and names read on the page: the same everywhere, and as in the other formats. */
import { format } from "d3-format";
import type { Cell } from "../../../engines/engine.ts";
import { type Markup, html } from "./html.ts";
import { cut, grouped, isoTime, percent } from "../../value-text.ts";

/** A count with its noun: `1 call`, `2,000 calls`. */
export function amount(count: number | bigint, one: string, many: string = `${one}s`): string {
  return `${grouped(count)} ${Number(count) === 1 ? one : many}`;
}

const short = format(".3~s");

/** For axes and narrow places: 950, 1.2k, 3.4M, 5B. */
export function compact(count: number): string {
  return count < 1000 ? String(Math.round(count)) : short(count).replace("G", "B");
}

/** A part of a whole; a dash where there is no whole. */
export function rate(part: number, whole: number): string {
  return whole === 0 ? "–" : percent(part / whole);
}

export function day(milliseconds: number): string {
  return isoTime(milliseconds).slice(0, 10);
}

/** What people call a principal: the end of its ARN. The whole stands beside it. */
export function shortPrincipal(principal: Cell): string {
  if (typeof principal !== "string") return "(no principal)";
  if (principal === "") return "(empty)";
  if (!principal.startsWith("arn:")) return clipped(principal, 60);
  const path = principal.slice(principal.lastIndexOf(":") + 1);
  return clipped(path.slice(path.lastIndexOf("/") + 1), 60);
}

/** A Region as it stands in the log, which may be anything; null: not known. */
export function regionName(region: string | null): string {
  if (region === null) return "unknown";
  return region === "" || region === "unknown" ? `"${region}"` : clipped(region, 40);
}

/** Long names keep both ends. */
export function clipped(text: string, letters: number): string {
  return cut(text, letters);
}

const unbreakable = /[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)+/u;
const longestUnbroken = 20;

/** A text whose Regions and dates stay on one line each: browsers break at a hyphen. */
export function unbroken(text: string): Markup {
  const parts = text.split(new RegExp(`(${unbreakable.source})`, "u"));
  const pieces = parts.map((part, index) =>
    index % 2 === 1 && part.length <= longestUnbroken ? html`<span class="keep">${part}</span>` : part,
  );
  return html`${pieces}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
