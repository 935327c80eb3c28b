/** The flags of real calls and their results. */
import { type Command, Option } from "commander";
import { type CallOperation, callOperations } from "../../probe/calls/probe-file.ts";
import { type ServiceFlags, addServiceFlags } from "./collect.ts";
import { addKeyFlags } from "./policy.ts";
import { type OutputFlags, addOutputFlags } from "./scope.ts";
import { wholeNumber } from "./values.ts";

/** The most calls: more would not tell more, and a mistyped number should not cost money. */
const mostCalls = 100;
const mostTokens = 64;

export interface ProbeResultFlags extends OutputFlags, ServiceFlags {
  readonly warehouse?: string;
  readonly bundle?: string;
  readonly principal?: string;
  readonly boundary?: string;
  /** The config's boundaries, which have no flag. */
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
  /** Minutes to wait for the events. */
  readonly wait: number;
  readonly context?: readonly string[];
  readonly absent?: readonly string[];
}

export interface ProbeFlags extends ProbeResultFlags {
  readonly inferenceProfile?: string;
  readonly model?: string;
  readonly sourceRegion?: string;
  readonly calls: number;
  readonly maxTokens: number;
  readonly operation?: readonly CallOperation[];
  readonly file?: string;
  readonly yes?: true;
  readonly permissions?: true;
}

export function addProbeFlags(command: Command): Command {
  command
    .option("--inference-profile <id>", "profile to call: its id, or the ARN of an application profile")
    .option("--source-region <region>", "Region that is called (default: the AWS profile's)")
    .option("--model <id>", "model behind the profile, where AWS does not say it")
    .option("--calls <n>", `real calls, at most ${mostCalls}`, wholeNumber("--calls", 1, mostCalls), 5)
    .option(
      "--max-tokens <n>",
      `tokens of each answer, at most ${mostTokens}`,
      wholeNumber("--max-tokens", 1, mostTokens),
      16,
    )
    .addOption(
      new Option("--operation <names...>", "in turn these operations (default: each one that fits the model)").choices(
        callOperations,
      ),
    )
    .option("--file <file>", "where the calls are noted (default: probe-TIME.json)")
    .option("--yes", "make the calls without asking")
    .option("--permissions", "print the smallest policy that this needs, and call nothing");
  return addProbeResultFlags(command);
}

export function addProbeResultFlags(command: Command): Command {
  command
    .option("--wait <minutes>", "wait so long for the events; 0: look once", wholeNumber("--wait", 0, 1440), 20)
    .option("--warehouse <file>", "look in this warehouse instead of asking for the event history")
    .option("--bundle <file>", "policies to put beside, from: spillway policy collect")
    .option("--principal <arn>", "who calls, before an event says it (default: the bundle's only one)")
    .option("--boundary <name>", "approved Regions: a call that ran outside is a finding");
  return addServiceFlags(addOutputFlags(addKeyFlags(command)));
}
