/** `spillway policy reach`: which principal of a bundle can reach which Region through which profile. */
import type { Command } from "commander";
import type { CommandContext } from "./flags/context.ts";
import { type ReachFlags, addKeyFlags } from "./flags/policy.ts";
import { addOutputFlags } from "./flags/scope.ts";
import { list } from "./flags/values.ts";

export function addPolicyReachCommand(policy: Command, context: CommandContext): void {
  const command = policy
    .command("reach")
    .description("which account and principal can reach which destination through which profile today")
    .requiredOption("--bundle <file>", "documents, from: spillway policy collect")
    .option("--inference-profile <ids>", "profiles: ids, or patterns such as eu.* (default: all)", list)
    .option("--source-region <regions>", "source Regions (default: all)", list)
    .option("--boundary <name>", "mark destinations outside of it: eu, eea, us, ... or Regions with commas")
    .option("--all", "what cannot be reached too");
  addOutputFlags(addKeyFlags(command)).action(async (flags: ReachFlags) => {
    const { printReach } = await import("./policy-reach-run.ts");
    await printReach(flags, context);
  });
}
