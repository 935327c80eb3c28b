/** Owns the group of commands about policies. */
import type { Command } from "commander";
import type { CommandContext } from "./flags/context.ts";
import { addPolicyCheckCommand } from "./policy-check.ts";
import { addPolicySuggestCommand } from "./policy-suggest.ts";
import { addPolicyTestCommand } from "./policy-test.ts";

export function addPolicyCommand(program: Command, context: CommandContext): void {
  const policy = program
    .command("policy")
    .description("SCPs and IAM policies: decide a call, test many, suggest the change");
  addPolicyCheckCommand(policy, context);
  addPolicySuggestCommand(policy, context);
  addPolicyTestCommand(policy, context);
}
