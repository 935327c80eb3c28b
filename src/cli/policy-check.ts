/** Owns `spillway policy check`: does every policy let this call through, in each Region where it may run? */
import { type Command, Option } from "commander";
import { exitCodes } from "../errors.ts";
import type { CallAnswer } from "../policy/evaluate.ts";
import type { CommandContext } from "./flags/context.ts";
import { type CallFlags, type DocumentFlags, addCallFlags, addDocumentFlags } from "./flags/policy.ts";
import { type OutputFlags, addOutputFlags } from "./flags/scope.ts";

interface CheckFlags extends CallFlags, DocumentFlags, OutputFlags {
  readonly expect?: "allowed" | "denied";
}

export function addPolicyCheckCommand(policy: Command, context: CommandContext): void {
  const command = policy
    .command("check")
    .description(
      "decide a call: the profile, the model in the source Region and in each destination; exit 0 it holds, 3 it does not, 4 cannot tell",
    )
    .addOption(
      new Option("--expect <decision>", "what has to come out").choices(["allowed", "denied"]).default("allowed"),
    );
  addOutputFlags(addDocumentFlags(addCallFlags(command))).action(async (flags: CheckFlags) => {
    await check(flags, context);
  });
}

async function check(flags: CheckFlags, context: CommandContext): Promise<void> {
  const [{ evaluateCall }, { prepareCheck }, { printCheck }] = await Promise.all([
    import("../policy/evaluate.ts"),
    import("./policy-prepare.ts"),
    import("./policy-check-output.ts"),
  ]);
  const prepared = await prepareCheck(flags, context);
  const answer = evaluateCall(prepared.call, prepared.documents.layers, prepared.given);
  await printCheck({ ...prepared, answer }, flags, context.effects);
  context.exitWith(exitCodeOf(answer.overall, flags.expect ?? "allowed"));
}

function exitCodeOf(overall: CallAnswer["overall"], expected: "allowed" | "denied"): number {
  if (overall === "cannot-tell") return exitCodes.incomplete;
  return overall === expected ? exitCodes.ok : exitCodes.findings;
}
