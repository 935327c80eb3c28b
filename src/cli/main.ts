/** The command line: the program, its commands and its errors. Heavy modules load only in the command that needs them. */
import { variables } from "../variables.ts";
import { Command, CommanderError, Option } from "commander";
import type { Effects } from "../effects.ts";
import { SpillwayError, exitCodes, messageOf } from "../errors.ts";
import type { CommandContext } from "./flags/context.ts";
import { addAthenaCommand } from "./athena.ts";
import { addConfigCommand, takeWarehouse } from "./config.ts";
import { addDemoCommand } from "./demo.ts";
import { addEvidenceCommand } from "./evidence.ts";
import { addIngestCommand } from "./ingest.ts";
import { addPolicyCommand } from "./policy.ts";
import { addPreflightCommand } from "./preflight.ts";
import { addProbeCommand } from "./probe.ts";
import { addProfilesCommand } from "./profiles.ts";
import { addPruneCommand } from "./prune.ts";
import { addExportCommand } from "./export.ts";
import { addQueryCommand } from "./query.ts";
import { addReportCommand } from "./report.ts";
import { addRunCommand } from "./run.ts";
import { addVerifyCommand } from "./verify.ts";
import { version } from "../version.ts";

/** Runs one command and returns its exit code; never throws. */
export async function main(args: readonly string[], effects: Effects, signal: AbortSignal): Promise<number> {
  let code: number = exitCodes.ok;
  const context: CommandContext = { effects, signal, exitWith: (wanted) => (code = wanted) };
  const program = createProgram(context);
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (thrown) {
    // output that could not be written is reported by its owner
    if (signal.aborted && signal.reason instanceof Error) return exitCodes.failed;
    return reportError(gaveWay(thrown, signal) ? stoppedBy(signal.reason) : thrown, effects);
  }
}

/** The whole command tree; also the source of the command reference in the docs. */
function createProgram(context: CommandContext): Command {
  const { effects } = context;
  const program: Command = new Command("spillway")
    .description("Where did your Amazon Bedrock inference run, who sent it there, and can you prove it?")
    .version(version)
    .addOption(
      new Option("--log-format <format>", "log lines on stderr as text or json")
        .choices(["text", "json"])
        .default("text"),
    )
    .option("--config <file>", "config file (default: spillway.json, if there is one)")
    .hook("preAction", async (_, command) => await takeWarehouse(program, command, context))
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void effects.stdout.write(text),
      writeErr: (text) => void effects.stderr.write(text),
    });
  addDemoCommand(program, context);
  addIngestCommand(program, context);
  addReportCommand(program, context);
  addQueryCommand(program, context);
  addExportCommand(program, context);
  addVerifyCommand(program, context);
  addEvidenceCommand(program, context);
  addAthenaCommand(program, context);
  addRunCommand(program, context);
  addPolicyCommand(program, context);
  addProfilesCommand(program, context);
  addPreflightCommand(program, context);
  addProbeCommand(program, context);
  addPruneCommand(program, context);
  addConfigCommand(program, context);
  for (const each of [program, ...program.commands.flatMap((command) => [command, ...command.commands])])
    each.exitOverride().configureOutput({ outputError: (text) => effects.log.error(...usageProblem(text, each)) });
  return program;
}

/** Commander's line for wrong usage, and the next step: its guess of what was meant, else the help. */
function usageProblem(text: string, command: Command): [string, { next?: string }] {
  const [message = "", ...rest] = text
    .replace(/^error: /, "")
    .trimEnd()
    .split("\n");
  if (rest.length > 0) return [message, { next: rest.join("\n") }];
  // For a wrong value, the line also lists what is allowed.
  if (message.includes(" is invalid. ")) return [message, {}];
  const path = [command.parent?.parent, command.parent, command].flatMap((each) => each?.name() ?? []);
  return [message, { next: `See: ${path.join(" ")} --help` }];
}

/** Whether something was thrown because of a signal: it has the signal's name, or Node's for it. */
function gaveWay(thrown: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return thrown === signal.reason || (thrown instanceof Error && thrown.name === "AbortError");
}

function stoppedBy(name: unknown): SpillwayError {
  return new SpillwayError("interrupted", `Stopped by ${messageOf(name)} before it was done`, {
    next: "Run it again",
  });
}

function reportError(thrown: unknown, effects: Effects): number {
  if (thrown instanceof CommanderError) {
    return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  if (thrown instanceof SpillwayError) {
    effects.log.error(thrown.message, { code: thrown.code, next: thrown.next });
    return thrown.exitCode;
  }
  const traced = effects.env[variables.debug.name] !== undefined && thrown instanceof Error;
  effects.log.error(messageOf(thrown), {
    next: traced ? (thrown.stack ?? "") : `This is unexpected; set ${variables.debug.name}=1 to see where it happened.`,
  });
  return exitCodes.failed;
}
