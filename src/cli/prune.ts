/** `spillway prune`: retention by hand. */
import type { Command } from "commander";
import type { CommandContext } from "./flags/context.ts";
import { time } from "./flags/values.ts";

interface PruneFlags {
  readonly warehouse: string;
  readonly before: Date;
  readonly dryRun?: true;
}

export function addPruneCommand(program: Command, context: CommandContext): void {
  program
    .command("prune")
    .description(
      "remove what happened before a day, for good, and make the file smaller where that gains room; the ledger stays",
    )
    .requiredOption("--before <day>", "first day that stays, UTC", time)
    .option("--dry-run", "only say how much it would be")
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb")
    .action(async (flags: PruneFlags) => {
      const { prune, prunedText, countDoomed, dayToKeep } = await import("../run/prune.ts");
      const { log, now } = context.effects;
      const day = dayToKeep(flags.before, now());
      const n = (value: number): string => value.toLocaleString("en-US");
      if (flags.dryRun === true) {
        const { invocations, events, variants, quarantined, logs } = await countDoomed(flags.warehouse, day);
        const ofLogs = logs === 0 ? "" : `, ${n(logs)} invocation logs`;
        log.info(
          `before ${day}: ${n(invocations)} invocations, ${n(events)} events, ${n(variants)} variants, ${n(quarantined)} quarantine rows${ofLogs} would be removed`,
          { before: day, invocations, events, variants, quarantined, logs },
        );
        return;
      }
      const done = await prune(flags.warehouse, day, "always", context.effects);
      const { invocations, events, variants, quarantined, logs, bytesBefore, bytesAfter } = done;
      log.info(prunedText(day, done), { before: day, invocations, events, variants, quarantined, logs });
      const shrunk = bytesAfter < bytesBefore ? "" : "; so small a file gains nothing, and may grow by a few blocks";
      log.info(`published ${flags.warehouse}: ${n(bytesBefore)} bytes before, ${n(bytesAfter)} bytes after${shrunk}`, {
        bytesBefore,
        bytesAfter,
      });
    });
}
