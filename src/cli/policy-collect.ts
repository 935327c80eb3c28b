/** The command `spillway policy collect`. */
import type { Command } from "commander";
import type { CommandContext } from "./flags/context.ts";
import { type CollectFlags, addCollectFlags } from "./flags/collect.ts";

export function addPolicyCollectCommand(policy: Command, context: CommandContext): void {
  const command = policy
    .command("collect")
    .description(
      "fetch the live SCPs, identity policies and boundaries into one file; what you are not allowed to read is noted in it",
    );
  addCollectFlags(command).action(async (flags: CollectFlags) => {
    const { collectPolicies } = await import("./policy-collect-run.ts");
    context.exitWith(await collectPolicies(flags, context));
  });
}
