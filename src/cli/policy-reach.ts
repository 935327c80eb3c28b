/** `spillway policy reach`: which principal of a bundle can reach which Region through which profile. */
import { type Command, Option } from "commander";
import { profileOperationNames } from "../policy/operations.ts";
import type { CommandContext } from "./flags/context.ts";
import { type ReachFlags, addKeyFlags } from "./flags/policy.ts";
import { addOutputFlags } from "./flags/scope.ts";
import { list } from "./flags/values.ts";

export function addPolicyReachCommand(policy: Command, context: CommandContext): void {
  const command = policy
    .command("reach")
    .description("which account and principal can reach which destination through which profile today")
    .requiredOption("--bundle <file>", "documents, from: spillway policy collect")
    .option(
      "--inference-profile <ids>",
      "profiles: ids, patterns such as eu.*, ARNs of application profiles (default: all)",
      list,
    )
    .addOption(new Option("--operation <name>", "operation").choices(profileOperationNames).default("InvokeModel"))
    .option("--source-region <regions>", "source Regions (default: all)", list)
    .option(
      "--warehouse <file>",
      "take profiles from this warehouse (spillway profiles refresh), application profiles too",
    )
    .option("--model <id>", "model behind an application profile that is not known")
    .option("--destination <regions...>", "where an application profile that is not known may run", list)
    .option("--boundary <name>", "mark destinations outside of it: eu, eea, us, ... or Regions with commas")
    .option("--all", "what cannot be reached too");
  addOutputFlags(addKeyFlags(command)).action(async (flags: ReachFlags) => {
    const { printReach } = await import("./policy-reach-run.ts");
    await printReach(flags, context);
  });
}
