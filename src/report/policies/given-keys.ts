/** The condition keys that the user states: values, and what is known to be absent. */
import { SpillwayError } from "../../errors.ts";
import type { GivenKeys } from "../../policy/keys.ts";

const filled: ReadonlySet<string> = new Set([
  "aws:requestedregion",
  "aws:principalarn",
  "aws:principalaccount",
  "bedrock:inferenceprofilearn",
]);

/** `KEY=VALUE` each, and names. */
export interface KeyFlags {
  readonly context?: readonly string[] | undefined;
  readonly absent?: readonly string[] | undefined;
}

/** A key that nobody gave is not known: only a live call would fill it. */
export function keysOf(flags: KeyFlags): GivenKeys {
  const context: Record<string, string[]> = {};
  for (const written of flags.context ?? []) {
    const cut = written.indexOf("=");
    const key = written.slice(0, cut);
    refuseFilled(key);
    (context[key] ??= []).push(written.slice(cut + 1));
  }
  for (const key of flags.absent ?? []) refuseFilled(key);
  return { context, absent: flags.absent, others: "unknown" };
}

function refuseFilled(key: string): void {
  if (!filled.has(key.toLowerCase())) return;
  throw new SpillwayError("usage", `${key} follows from the call itself`, {
    next: "Leave it out; --source-region, --destination, --principal, --account and --inference-profile say what it is.",
  });
}
