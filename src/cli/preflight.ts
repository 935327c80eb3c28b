/** The command `spillway preflight`. */
import type { Command } from "commander";
import type { CommandContext } from "./flags/context.ts";
import { type PreflightFlags, addPreflightFlags } from "./flags/preflight.ts";

export function addPreflightCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("preflight")
    .description(
      "what has to hold before the first call through a profile, line by line; exit 0 all holds, 3 something does not, 4 cannot tell",
    );
  addPreflightFlags(command)
    .addHelpText(
      "after",
      "\nA disagreement of AWS's simulator never fails, it cannot be told: neither of the two is a call. use-case-form fails for the\norganization's management account alone: for any other account that one may have sent the form.",
    )
    .action(async (flags: PreflightFlags) => {
      const { runPreflight } = await import("./preflight-run.ts");
      context.exitWith(await runPreflight(flags, context));
    });
}
