/** `spillway config check`, and the values that other commands take from the config. */
import { variables } from "../variables.ts";
import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import { exitCodes } from "../errors.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { CommandContext } from "./flags/context.ts";

export function addConfigCommand(program: Command, context: CommandContext): void {
  const config = program.command("config").description("the configuration of spillway run");
  config
    .command("check")
    .description("print the effective config, or what is wrong with it")
    .option("--connect", "try every source and every place that a run writes to, one line each")
    .action(async ({ connect }: { readonly connect?: true }) => {
      const { effects } = context;
      const loaded = await loadFor(program, context);
      const { prepareRun } = await import("./prepare-run.ts");
      await prepareRun(loaded.config, effects);
      effects.log.info(
        loaded.file === null ? "no config file; from environment and defaults" : `${loaded.file} is sound`,
      );
      if (connect === true) await printTrials(loaded.config, context);
      else effects.stdout.write(`${JSON.stringify(loaded.config, null, 2)}\n`);
    });
}

async function printTrials(config: Config, context: CommandContext): Promise<void> {
  const { effects } = context;
  const [{ tryConnections }, { configuredSources }, { reportJobs }, { loadCatalogue }] = await Promise.all([
    import("../run/check-connections.ts"),
    import("./configured-sources.ts"),
    import("../run/report-jobs.ts"),
    import("../report/catalogue.ts"),
  ]);
  const catalogue = loadCatalogue(config.reportsFolder === undefined ? [] : [config.reportsFolder]);
  const jobs = reportJobs(config, catalogue, effects.now());
  for await (const { what, holds, detail, next } of tryConnections({
    config,
    jobs,
    sources: configuredSources(config, context),
    env: effects.env,
  })) {
    const said = [what, ...(detail === "" ? [] : [detail]), ...(next === undefined ? [] : [next])].join(": ");
    effects.stdout.write(`${holds ? "ok  " : "FAIL"}  ${said}\n`);
    if (!holds) context.exitWith(exitCodes.failed);
  }
}

/** The config from command line, environment and file; `flags` are the command's own keys. */
export async function loadFor(
  program: Command,
  { effects }: CommandContext,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<LoadedConfig> {
  const { loadConfig } = await import("../config/load.ts");
  return loadConfig({ file: configFlag(program), env: effects.env, flags });
}

function configFlag(program: Command): string | undefined {
  const value: unknown = program.opts()["config"];
  return typeof value === "string" ? value : undefined;
}

/** Gives a command the config's boundaries, and its warehouse unless --warehouse was given; without a config nothing is loaded. */
export async function takeWarehouse(program: Command, command: Command, context: CommandContext): Promise<void> {
  const takesFile = command.getOptionValueSource("warehouse") === "default";
  if (!takesFile && command.getOptionValue("boundary") === undefined) return;
  const { existsSync } = await import("node:fs");
  const { env } = context.effects;
  const isConfigured =
    configFlag(program) !== undefined ||
    (env[variables.config.name] ?? "") !== "" ||
    (env["SPILLWAY_WAREHOUSE"] ?? "") !== "" ||
    existsSync("spillway.json");
  if (!isConfigured) return;
  const { config } = await loadFor(program, context);
  if (takesFile) command.setOptionValueWithSource("warehouse", config.warehouse, "config");
  command.setOptionValueWithSource("boundaries", config.boundaries, "config");
}
