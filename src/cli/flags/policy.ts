/** The flags that name a call and the policy documents that apply to it. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { operationNames } from "../../policy/operations.ts";
import type { OutputFlags } from "./scope.ts";
import { list } from "./values.ts";

export interface CallFlags {
  readonly inferenceProfile?: string;
  readonly model?: string;
  readonly destination?: readonly string[];
  readonly sourceRegion?: string;
  readonly account?: string;
  readonly principal?: string;
  readonly operation: string;
  readonly project?: string;
  readonly bearerToken?: "SHORT_TERM" | "LONG_TERM";
  readonly managementAccount?: true;
  /** The warehouse with the known profiles, perhaps refreshed. */
  readonly warehouse?: string;
}

export interface DocumentFlags {
  /** Files with SCPs; false for `--no-scp`. */
  readonly scp?: readonly string[] | boolean;
  readonly identity?: readonly string[];
  readonly boundaryPolicy?: readonly string[];
  readonly sessionPolicy?: readonly string[];
  readonly endpointPolicy?: readonly string[];
  readonly bundle?: string;
  readonly context?: readonly string[];
  readonly absent?: readonly string[];
}

export interface SuggestFlags extends Omit<CallFlags, "inferenceProfile">, DocumentFlags, OutputFlags {
  readonly inferenceProfile: readonly string[];
  readonly style: "narrow" | "wide";
  readonly documents?: string;
}

export interface ReachFlags extends OutputFlags {
  readonly bundle: string;
  readonly inferenceProfile?: readonly string[];
  readonly sourceRegion?: readonly string[];
  readonly operation: string;
  readonly warehouse?: string;
  readonly model?: string;
  readonly destination?: readonly string[];
  readonly boundary?: string;
  readonly all?: true;
  readonly context?: readonly string[];
  readonly absent?: readonly string[];
}

export function addCallFlags(command: Command): Command {
  command
    .option("--inference-profile <id>", "profile of the call: its id, or the ARN of an application profile")
    .addOption(new Option("--operation <name>", "operation").choices(operationNames).default("InvokeModel"))
    .option("--project <id>", "ChatCompletions, Responses, Messages, CreateInference: project (default: default)");
  return addCallerFlags(command);
}

/** Adds the flags of the caller, the source Region, and facts about the profile that cannot be looked up. */
export function addCallerFlags(command: Command): Command {
  return command
    .option("--model <id>", "model: of a call without a profile, or behind an application profile")
    .option(
      "--destination <regions...>",
      "where the profile may run, instead of the snapshot's; * is a global profile",
      list,
    )
    .option(
      "--warehouse <file>",
      "take profiles from this warehouse (spillway profiles refresh) instead of the snapshot",
    )
    .option("--source-region <region>", "Region that is called")
    .option("--account <id>", "account of the caller (default: the principal's)")
    .option("--principal <arn>", "ARN of the role or user, with its path")
    .addOption(new Option("--bearer-token <type>", "the call uses an API key").choices(["SHORT_TERM", "LONG_TERM"]))
    .option("--management-account", "the account is the organization's management account, which SCPs do not bind");
}

export function addDocumentFlags(command: Command): Command {
  command
    .option("--scp <level=file>", "an SCP and where it is attached, from the root to the account; repeat", repeat)
    .option("--no-scp", "there are no SCPs")
    .option("--identity <file>", "identity policy of the principal; repeat", repeat)
    .option("--boundary-policy <file>", "permissions boundary", repeat)
    .option("--session-policy <file>", "session policy; repeat", repeat)
    .option("--endpoint-policy <file>", "policy of the VPC endpoint", repeat)
    .option("--bundle <file>", "all documents in one file, from: spillway policy collect");
  return addKeyFlags(command);
}

export function addKeyFlags(command: Command): Command {
  return command
    .option("--context <key=value>", "value of a condition key; repeat for several", keyValue)
    .option("--absent <key>", "a condition key that the call does not have; repeat", repeat);
}

function repeat(text: string, earlier: readonly string[] | boolean | undefined): readonly string[] {
  return [...(Array.isArray(earlier) ? earlier.map(String) : []), text];
}

function keyValue(text: string, earlier: readonly string[] | undefined): readonly string[] {
  if (!/^[^=:]+:[^=]+=/.test(text))
    throw new InvalidArgumentError("Write KEY=VALUE, for example aws:PrincipalOrgID=o-a1b2c3d4e5.");
  return repeat(text, earlier);
}
