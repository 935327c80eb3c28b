/** The scope of `invocation_day`: whole days as they are stored, parts of a day computed from the invocations. */
import { dayMs } from "../day.ts";
import { invocationDayTable } from "../schema/invocation-day.ts";
import { readQuery } from "./query-file.ts";
import { timestampLiteral } from "./literal.ts";

export interface TimeRange {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

interface Tables {
  readonly invocation: string;
  readonly day: string;
}

/** The whole days of a range, and the parts of days before and after them, as conditions. */
function splitRange({ from, to }: TimeRange): { readonly whole: readonly string[]; readonly edges: readonly string[] } {
  const first = from === undefined ? undefined : startOfDay(from, Math.ceil);
  const last = to === undefined ? undefined : startOfDay(to, Math.floor);
  const whole = [
    ...(first === undefined ? [] : [`day >= ${timestampLiteral(first)}`]),
    ...(last === undefined ? [] : [`day < ${timestampLiteral(last)}`]),
  ];
  const between = (start: Date, end: Date): string[] =>
    start < end ? [`event_time >= ${timestampLiteral(start)} AND event_time < ${timestampLiteral(end)}`] : [];
  // both ends within one day
  if (from !== undefined && to !== undefined && first !== undefined && last !== undefined && first > last)
    return { whole, edges: between(from, to) };
  return {
    whole,
    edges: [
      ...(from === undefined || first === undefined ? [] : between(from, first)),
      ...(to === undefined || last === undefined ? [] : between(last, to)),
    ],
  };
}

function startOfDay(time: Date, round: (days: number) => number): Date {
  return new Date(round(time.getTime() / dayMs) * dayMs);
}

/** `invocation_day` of a range; `filters` hold on columns that it shares with `invocation`. Undefined where nothing restricts. */
export function scopedDays(range: TimeRange, filters: readonly string[], tables: Tables): string | undefined {
  const { whole, edges } = splitRange(range);
  const stored = [...whole, ...filters];
  if (stored.length === 0) return undefined;
  const columns = invocationDayTable.columns.map((column) => column.name).join(", ");
  const days = `SELECT ${columns} FROM ${tables.day} WHERE ${stored.join(" AND ")}`;
  if (edges.length === 0) return days;
  const restricted = [`(${edges.join(" OR ")})`, ...filters].join(" AND ");
  return `${days}
UNION ALL SELECT ${columns} FROM (
WITH invocation AS (SELECT * FROM ${tables.invocation} WHERE ${restricted})
${statement()}) AS part`;
}

let read: string | undefined;

function statement(): string {
  read ??= readQuery("model/invocation-day.sql");
  return read;
}
