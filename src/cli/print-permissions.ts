/** Policies that a command needs, on stdout: the caller's, and that of a role in another account where one is assumed. */
import type { Effects } from "../effects.ts";

export interface NeededPolicies {
  readonly caller: unknown;
  /** Undefined: there is none. */
  readonly accountRole: unknown;
}

/** `role`: the role of the second policy and where it is, as a message names it. */
export function printPermissions(
  { caller, accountRole }: NeededPolicies,
  role: string,
  { stdout, log }: Effects,
): void {
  stdout.write(`${JSON.stringify(caller, null, 2)}\n`);
  if (accountRole === undefined) return;
  log.info(`the policy of the role ${role} follows`);
  stdout.write(`${JSON.stringify(accountRole, null, 2)}\n`);
}
