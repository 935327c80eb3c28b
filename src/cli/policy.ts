/** The group of commands about policies. */
import type { Command } from "commander";
import type { CommandContext } from "./flags/context.ts";
import { addPolicyCheckCommand } from "./policy-check.ts";
import { addPolicyCollectCommand } from "./policy-collect.ts";
import { addPolicyReachCommand } from "./policy-reach.ts";
import { addPolicySuggestCommand } from "./policy-suggest.ts";
import { addPolicyTestCommand } from "./policy-test.ts";

export function addPolicyCommand(program: Command, context: CommandContext): void {
  const policy = program
    .command("policy")
    .description("SCPs and IAM policies: decide a call, test many, suggest the change, fetch them, who reaches what");
  addPolicyCheckCommand(policy, context);
  addPolicyCollectCommand(policy, context);
  addPolicyReachCommand(policy, context);
  addPolicySuggestCommand(policy, context);
  addPolicyTestCommand(policy, context);
}
