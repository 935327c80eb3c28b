/** `spillway policy check`: whether all policies allow a call, in each Region where it may run. */
import { type Command, Option } from "commander";
import { exitCodes } from "../errors.ts";
import type { CallAnswer } from "../policy/evaluate.ts";
import type { CommandContext } from "./flags/context.ts";
import { type CallFlags, type DocumentFlags, addCallFlags, addDocumentFlags } from "./flags/policy.ts";
import { type ServiceFlags, addServiceFlags } from "./flags/collect.ts";
import type { CrossChecked } from "../probe/cross-check.ts";
import type { PreparedCheck } from "./policy-prepare.ts";
import { type OutputFlags, addOutputFlags } from "./flags/scope.ts";

interface CheckFlags extends CallFlags, DocumentFlags, OutputFlags, ServiceFlags {
  readonly crossCheck?: true;
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
  addOutputFlags(addDocumentFlags(addCallFlags(command)));
  command.option("--cross-check", "also ask AWS's simulator about each resource (iam:SimulatePrincipalPolicy)");
  addServiceFlags(command).action(async (flags: CheckFlags) => {
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
  const simulated = flags.crossCheck === true ? await simulatedAnswers(prepared, answer, flags, context) : undefined;
  await printCheck({ ...prepared, answer, simulated }, flags, context.effects);
  context.exitWith(exitCodeOf(answer.overall, flags.expect ?? "allowed"));
}

async function simulatedAnswers(
  { call, given }: PreparedCheck,
  { resources }: CallAnswer,
  flags: ServiceFlags,
  { effects, signal }: CommandContext,
): Promise<readonly CrossChecked[]> {
  const [{ crossCheck }, { serviceOf }] = await Promise.all([
    import("../probe/cross-check.ts"),
    import("./flags/service-access.ts"),
  ]);
  return await crossCheck(
    call,
    resources.map(({ check }) => check),
    given,
    serviceOf(flags, effects.env),
    signal,
  );
}

function exitCodeOf(overall: CallAnswer["overall"], expected: "allowed" | "denied"): number {
  if (overall === "cannot-tell") return exitCodes.incomplete;
  return overall === expected ? exitCodes.ok : exitCodes.findings;
}
