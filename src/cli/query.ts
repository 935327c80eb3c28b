/** `spillway query`: the user's own statement over the published warehouse, without access to files or the network. */
import type { Command } from "commander";
import { SpillwayError, messageOf } from "../errors.ts";
import type { CommandContext } from "./flags/context.ts";
import { protectionOf } from "./flags/protection.ts";
import { extrasOf } from "../report/results/extras.ts";
import { type ResultFlags, addResultFlags, formatOf, isDescribed, withTimeout } from "./flags/result.ts";
import { type OutputFlags, addOutputFlags } from "./flags/scope.ts";

interface QueryFlags extends OutputFlags, ResultFlags {
  readonly warehouse: string;
  readonly file?: string;
}

export function addQueryCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("query")
    .description(
      "run one SQL statement over the warehouse, read-only; from SQL there is no way to files or the network",
    )
    .argument(
      "[sql]",
      "the statement; tables: invocation, event, invocation_log, trail_object, quarantine, run, region, inference_profile",
    )
    .option("-f, --file <file>", "read the statement from a file; - is standard input")
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb");
  addResultFlags(addOutputFlags(command)).action(async (sql: string | undefined, flags: QueryFlags) => {
    const statement = await statementOf(sql, flags);
    const protection = protectionOf(flags);
    const describes = isDescribed(flags);
    const [{ openWarehouse }, { printResult }, { filesFor }] = await Promise.all([
      import("../engines/duckdb/engine.ts"),
      import("./print-result.ts"),
      import("../report/output.ts"),
    ]);
    const engine = await openWarehouse(flags.warehouse, filesFor(flags.output), protection);
    try {
      await withTimeout(flags, context.signal, async (signal) => {
        const itself = describes
          ? await (
              await import("../report/results/self-description.ts")
            ).selfDescription(
              { report: undefined, sql: statement },
              { scope: {}, boundaryName: undefined, engine, protection: protectionOf(flags) },
              undefined,
            )
          : undefined;
        await printResult(await engine.run(statement, signal), flags, context.effects, {
          signal,
          ...extrasOf(formatOf(flags), itself),
          page: { report: { name: "query", title: "Query", answers: "", columns: [], sql: statement } },
        });
      });
    } finally {
      await engine.close();
    }
  });
}

async function statementOf(sql: string | undefined, flags: QueryFlags): Promise<string> {
  if ((sql === undefined) === (flags.file === undefined)) {
    throw new SpillwayError("usage", "give a statement, or a file with -f", {
      next: 'For example: spillway query "from spillover_by_region"',
    });
  }
  if (sql !== undefined) return sql;
  try {
    // Not /dev/stdin: it cannot be opened where standard input is a socket.
    if (flags.file === "-" || flags.file === undefined)
      return await (await import("node:stream/consumers")).text(process.stdin);
    return await (await import("node:fs/promises")).readFile(flags.file, "utf8");
  } catch (cause) {
    throw new SpillwayError("usage", `cannot read ${flags.file}: ${messageOf(cause)}`, {
      next: "Name a file with one SQL statement.",
      cause,
    });
  }
}
