/** Owns the overview on its way out: text for a terminal, or a page. */
import { SpillwayError } from "../errors.ts";
import type { Engine } from "../engines/engine.ts";
import { type Report, findReport } from "../report/catalogue.ts";
import type { Scope } from "../sql/scope.ts";
import { withOutput } from "../report/output.ts";
import type { CommandContext } from "./flags/context.ts";
import { type OutputFlags, type ScopeFlags } from "./flags/scope.ts";
import { protectionOf } from "./flags/protection.ts";
import { wantsColor } from "./print-result.ts";

export interface OverviewOrder {
  readonly engine: Engine;
  readonly catalogue: ReadonlyMap<string, Report>;
  /** The statement of a report, in its scope. */
  readonly statement: (report: Report) => string;
  readonly scope: Scope;
  readonly flags: OutputFlags & Pick<ScopeFlags, "boundary">;
  readonly context: CommandContext;
}

/** The overview is for people: it has no rows to export. */
export async function printOverview(order: OverviewOrder): Promise<void> {
  const { format } = order.flags;
  if (format === "html") return await printPage(order);
  if (format !== undefined && format !== "table") {
    throw new SpillwayError("usage", `the overview is text or html for people, not ${format}`, {
      next: "Name a report, for example: spillway report spillover-by-region --format json",
    });
  }
  await printText(order);
}

async function printText({ engine, catalogue, statement, scope, flags, context }: OverviewOrder): Promise<void> {
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
  const data = await overviewData({ engine, statement: statementOf, asked: scope, boundary, signal });
  const terminal = flags.output === undefined && effects.stdout.isTTY === true;
  const text = overviewText(data, {
    width: terminal ? effects.stdout.columns : undefined,
    color: terminal && wantsColor(effects),
  });
  await withOutput(flags.output, effects.stdout, async (output) => void output.write(text));
}

async function printPage({ engine, catalogue, statement, scope, flags, context }: OverviewOrder): Promise<void> {
  const { effects, signal } = context;
  if (flags.output === undefined && effects.stdout.isTTY === true) {
    throw new SpillwayError("usage", "html is not for a terminal", {
      next: "Add --output report.html, or pipe it into a program.",
    });
  }
  const [{ buildPage }, { pageHead }, { renderPage }, { send }] = await Promise.all([
    import("../report/page/build-page.ts"),
    import("../report/page/head.ts"),
    import("../report/page/page.ts"),
    import("../report/formats/format.ts"),
  ]);
  const protection = protectionOf(flags);
  const head = pageHead({ scope, boundaryName: flags.boundary, engine: engine.name, protection });
  const page = renderPage(await buildPage({ engine, catalogue, statement, head, signal }));
  await withOutput(flags.output, effects.stdout, (output) => send(output, page));
  if (flags.output !== undefined) effects.log.info(`wrote ${flags.output}`);
}
