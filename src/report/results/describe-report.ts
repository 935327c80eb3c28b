/** The description of a report for people: what it answers, what each column means and in which unit, and its SQL. */
import type { ResultColumn } from "../../engines/engine.ts";
import type { Report } from "../catalogue.ts";
import { terminalText } from "../../terminal-text.ts";

export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly meaning: string;
}

/** `columns` are those of the statement; what the head of the file says is added. */
function describedColumns(report: Report, columns: readonly ResultColumn[]): DescribedColumn[] {
  const docs = new Map(report.columns.map(({ name, doc }) => [name, doc]));
  return columns.map((column) => ({
    name: column.name,
    type: column.type,
    unit: unitOf(column),
    meaning: docs.get(column.name) ?? "",
  }));
}

export function reportDescription(report: Report, columns: readonly ResultColumn[]): string {
  const described = describedColumns(report, columns);
  const width = (key: "name" | "type" | "unit"): number =>
    Math.max(key.length, ...described.map((column) => column[key].length));
  const [names, types, units] = [width("name"), width("type"), width("unit")];
  const line = ({ name, type, unit, meaning }: DescribedColumn): string =>
    `${name.padEnd(names)}  ${type.padEnd(types)}  ${unit.padEnd(units)}  ${meaning}`.trimEnd();
  const lines = [
    `${report.name}: ${report.title}`,
    report.answers,
    ...(report.limits === "" ? [] : [report.limits]),
    ...(report.needsBoundary ? ["It compares with a boundary: --boundary NAME."] : []),
    "",
    line({ name: "column", type: "type", unit: "unit", meaning: "meaning" }),
    ...described.map(line),
    "",
    report.sql,
  ];
  return terminalText(`${lines.join("\n")}\n`);
}

/** From the type, and for numbers from the words that reports use: see their columns in the docs. */
function unitOf({ name, type }: ResultColumn): string {
  if (type === "timestamp") return "UTC";
  if (type === "boolean") return "true or false";
  if (type === "text" || type === "json") return name === "day" ? "UTC day" : "";
  if (/(^|_)(share|rate)(_|$)/.test(name)) return "fraction of 1";
  if (/(^|_)tokens(_|$)/.test(name)) return "tokens";
  if (/(^|_)hours$/.test(name)) return "hours";
  if (/(^|_)bytes$/.test(name)) return "bytes";
  return type === "double" || type === "decimal" ? "number" : "count";
}
