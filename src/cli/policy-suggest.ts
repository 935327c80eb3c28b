/** The command `spillway policy suggest`. */
import { type Command, Option } from "commander";
import type { CommandContext } from "./flags/context.ts";
import { type SuggestFlags, addCallerFlags, addDocumentFlags } from "./flags/policy.ts";
import { addOutputFlags } from "./flags/scope.ts";
import { list } from "./flags/values.ts";

export function addPolicySuggestCommand(policy: Command, context: CommandContext): void {
  const command = policy
    .command("suggest")
    .description("the identity policy and the smallest change to your own SCPs that let profiles through, as a diff")
    .requiredOption(
      "--inference-profile <ids>",
      "profiles: ids, ARNs of application profiles, or a scope such as eu.*",
      list,
    )
    .addOption(
      new Option("--style <style>", "narrow names each profile and its Regions, wide the scope")
        .choices(["narrow", "wide"])
        .default("narrow"),
    )
    .option("--documents <folder>", "write the changed documents there, whole");
  addOutputFlags(addDocumentFlags(addCallerFlags(command))).action(async (flags: SuggestFlags) => {
    const { suggestPolicies } = await import("./policy-suggest-run.ts");
    context.exitWith(await suggestPolicies(flags, context));
  });
}
