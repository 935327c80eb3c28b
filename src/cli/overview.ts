/** The output of the overview as text. */
import { SpillwayError } from "../errors.ts";
import { findReport } from "../report/catalogue.ts";
import { withOutput } from "../report/output.ts";
import type { OverviewOrder } from "./page.ts";
import { wantsColor } from "./print-result.ts";

/** Prints the overview, which is for people and has no rows to export. */
export async function printOverview(order: OverviewOrder): Promise<void> {
  const { format } = order.flags;
  if (format !== undefined && format !== "table") {
    throw new SpillwayError("usage", `the overview is text or html for people, not ${format}`, {
      next: "Name a report, for example: spillway report spillover-by-region --format json",
    });
  }
  await printText(order);
}

async function printText({ engine, catalogue, statement, amend, scope, flags, context }: OverviewOrder): Promise<void> {
  const { effects, signal } = context;
  const [{ overviewText }, { overviewData }] = await Promise.all([
    import("../report/overview/overview.ts"),
    import("../report/overview/data.ts"),
  ]);
  const boundary = scope.boundary && { name: flags.boundary ?? "", regions: scope.boundary };
  const statementOf = (name: string, around = (sql: string): string => sql): string => {
    const report = findReport(catalogue, name);
    return statement({ ...report, sql: around(report.sql) });
  };
  const data = await overviewData({ engine, statement: statementOf, amend, asked: scope, boundary, signal });
  const terminal = flags.output === undefined && effects.stdout.isTTY === true;
  const text = overviewText(data, {
    width: terminal ? effects.stdout.columns : undefined,
    color: terminal && wantsColor(effects),
  });
  await withOutput(flags.output, effects.stdout, async (output) => void output.write(text));
}
