/** A run of `spillway policy collect`: the request from the flags, the bundle to its file. */
import { SpillwayError, exitCodes } from "../errors.ts";
import { collectBundle } from "../probe/collect.ts";
import { collectPermissions } from "../probe/collect-permissions.ts";
import { roleOfSession } from "../policy/arn.ts";
import type { Bundle } from "../policy/bundle.ts";
import { printPermissions } from "./print-permissions.ts";
import type { CollectFlags } from "./flags/collect.ts";
import { organizationsOf, serviceOf } from "./flags/service-access.ts";
import type { CommandContext } from "./flags/context.ts";

/** Collects the bundle and returns the exit code. */
export async function collectPolicies(flags: CollectFlags, { effects, signal }: CommandContext): Promise<number> {
  const principals = principalsOf(flags);
  if (flags.permissions === true) {
    const needed = collectPermissions({
      principals,
      accountRole: flags.accountRole,
      simulate: flags.crossCheck === true,
    });
    printPermissions(needed, `${flags.accountRole ?? ""} in each account`, effects);
    return exitCodes.ok;
  }
  const iam = serviceOf(flags, effects.env);
  const bundle = await collectBundle({
    principals,
    iam,
    organizations: organizationsOf(flags, effects.env),
    accountRole: flags.accountRole,
    now: effects.now(),
    signal,
  });
  const { withOutput } = await import("../report/output.ts");
  await withOutput(flags.output, effects.stdout, async (output) => {
    await output.write(`${JSON.stringify(bundle, null, 2)}\n`);
  });
  for (const { what, why } of bundle.unreadable) effects.log.warn(`not readable: ${what}: ${why}`);
  effects.log.info(summary(bundle));
  return flags.strict === true && bundle.unreadable.length > 0 ? exitCodes.incomplete : exitCodes.ok;
}

function principalsOf(flags: CollectFlags): readonly string[] | undefined {
  if ((flags.principal === undefined) === (flags.organization === undefined)) {
    throw new SpillwayError("usage", "say whose policies: --principal ARN, or --organization", {
      next: "For example: spillway policy collect --principal arn:aws:iam::111122223333:role/workload --output bundle.json",
    });
  }
  for (const arn of flags.principal ?? []) {
    const session = roleOfSession(arn);
    if (session !== undefined)
      throw new SpillwayError("usage", `${arn} is a session; IAM has its role`, {
        next: `Write --principal ${session.role}, with the role's path.`,
      });
    if (!/^arn:[^:]+:iam::\d{12}:(?:role|user)\/.+/.test(arn))
      throw new SpillwayError("usage", `${arn} is not an ARN of a role or user`, {
        next: "Write it as arn:aws:iam::111122223333:role/PATH/NAME.",
      });
  }
  return flags.principal;
}

function summary({ principals, targets, policies, organization }: Bundle): string {
  const accounts = Object.values(targets).filter(({ type }) => type === "account").length;
  const where =
    organization === null
      ? "in no organization"
      : `${accounts} accounts of the organization ${organization?.id ?? "(not readable)"}`;
  return `${Object.keys(principals).length} principals, ${Object.keys(policies).length} policies, ${where}`;
}
