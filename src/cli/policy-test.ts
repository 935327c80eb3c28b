/** The command `spillway policy test`. */
import type { Command } from "commander";
import type { CommandContext } from "./flags/context.ts";
import { type OutputFlags, addOutputFlags } from "./flags/scope.ts";

export function addPolicyTestCommand(policy: Command, context: CommandContext): void {
  const command = policy
    .command("test")
    .description(
      "decide many calls, one JSON object a line, and hold them against what they expect; exit 3 where one fails",
    )
    .argument("<file>", "JSON lines: id, request, scps, identity, boundary, session, endpoint or bundle, expect");
  addOutputFlags(command).action(async (file: string, flags: OutputFlags) => {
    const { testPolicies } = await import("./policy-test-run.ts");
    context.exitWith(await testPolicies(file, flags, context.effects));
  });
}
