/** `spillway run`: the config's sources, retention, reports and checks in one go, for schedulers. */
import { type Command, Option } from "commander";
import type { Config } from "../config/config.ts";
import type { VerifyPlan } from "../ingest/check-digests.ts";
import { loadFor } from "./config.ts";
import { loadSources } from "./ingest.ts";
import type { CommandContext } from "./flags/context.ts";
import { list, wholeNumber } from "./flags/values.ts";
import { openVerifyPlan } from "./open-archives.ts";
import { prepareRun } from "./prepare-run.ts";
import { entriesOf, given, openConfigured } from "./configured-sources.ts";

export function addRunCommand(program: Command, context: CommandContext): void {
  program
    .command("run")
    .description("the scheduled batch: ingest, retention, reports, metrics, as the config says")
    .addOption(new Option("--warehouse <file>", "warehouse file"))
    .option("--threads <n>", "worker threads", wholeNumber("--threads", 1, 64))
    .option("--max-object-mb <n>", "quarantine objects that inflate to more", wholeNumber("--max-object-mb", 1, 4096))
    .option("--boundary <name>", "approved Regions: eu, eea, us, ..., one of the config's, or Regions with commas")
    .option("--fail-on <what>", "exit with 3 for boundary, integrity, stale, evidence or findings (any of them)", list)
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
        load: async (expected, onStopped) => {
          const opening = openConfigured(config, context);
          // The first of the two to fail is reported.
          opening.catch(() => undefined);
          const verify = await configuredPlan(config, context);
          return await loadSources(opening, config, context, { verify, expected, onStopped });
        },
      });
      if (exitCode !== 0) context.effects.log.warn(`exit code ${exitCode}: ${why.join("; ")}`, { exitCode });
      context.exitWith(exitCode);
    });
}

/** Public keys are asked for with the credentials of the first source. */
async function configuredPlan(config: Config, context: CommandContext): Promise<VerifyPlan | undefined> {
  const { verify } = config;
  if (verify === false) return undefined;
  const entries = entriesOf(config).map(({ source, ...flags }) => ({ source, flags: given(flags) }));
  const keys = given({ ...entries[0]?.flags, ...(verify === true ? {} : verify) });
  return await openVerifyPlan(entries, keys, context);
}
