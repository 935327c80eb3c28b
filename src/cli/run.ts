/** Owns `spillway run`: the config's sources, retention, reports and checks in one go, for schedulers. */
import { type Command, Option } from "commander";
import type { Config, SourceConfig } from "../config/config.ts";
import type { ObjectSource } from "../ingest/listing/source.ts";
import { loadFor } from "./config.ts";
import { loadSources } from "./ingest.ts";
import type { CommandContext } from "./flags/context.ts";
import { list, wholeNumber } from "./flags/values.ts";
import { prepareRun } from "./prepare-run.ts";
import { openSources } from "./flags/source.ts";

export function addRunCommand(program: Command, context: CommandContext): void {
  program
    .command("run")
    .description("the scheduled batch: ingest, retention, reports, metrics, as the config says")
    .addOption(new Option("--warehouse <file>", "warehouse file"))
    .option("--threads <n>", "worker threads", wholeNumber("--threads", 1, 64))
    .option("--max-object-mb <n>", "quarantine objects that inflate to more", wholeNumber("--max-object-mb", 1, 4096))
    .option("--boundary <name>", "approved Regions: eu, eea, us, ..., one of the config's, or Regions with commas")
    .option("--fail-on <what>", "exit with 3 for boundary, integrity, stale or findings (any of them)", list)
    .option("--strict", "exit with 4 when something could not be read or seen")
    .option("--retention-days <n>", "remove what is older", wholeNumber("--retention-days", 1, 36_500))
    .option("--metrics-file <file>", "OpenMetrics text for the node exporter")
    .option("--report-file <file>", "the run report, JSON")
    .action(async (flags: Readonly<Record<string, unknown>>) => {
      const { config } = await loadFor(program, context, flags);
      const { runBatch } = await import("../run/run.ts");
      const { exitCode, why } = await runBatch({
        config,
        prepare: async () => await prepareRun(config, context.effects),
        effects: context.effects,
        signal: context.signal,
        load: async (onStopped) => await loadSources(openConfigured(config, context), config, context, onStopped),
      });
      if (exitCode !== 0) context.effects.log.warn(`exit code ${exitCode}: ${why.join("; ")}`, { exitCode });
      context.exitWith(exitCode);
    });
}

/** The config's sources through the same door as those of `spillway ingest`. */
async function openConfigured(config: Config, context: CommandContext): Promise<ObjectSource[]> {
  const opened: ObjectSource[] = [];
  for (const entry of config.sources) {
    const { source, lookBackDays, ...flags }: SourceConfig = typeof entry === "string" ? { source: entry } : entry;
    const since =
      lookBackDays === undefined
        ? {}
        : { from: new Date(context.effects.now().getTime() - lookBackDays * 86_400_000).toISOString().slice(0, 10) };
    const given = Object.fromEntries(Object.entries({ ...since, ...flags }).filter(([, value]) => value !== undefined));
    try {
      opened.push(...(await openSources([source], given, context)));
    } catch (thrown) {
      const { isOutOfReach, unopened } = await import("../ingest/out-of-reach.ts");
      if (!isOutOfReach(thrown)) throw thrown;
      opened.push(unopened(source, thrown));
    }
  }
  return opened;
}
