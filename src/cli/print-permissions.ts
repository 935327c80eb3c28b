/** The output of the policies that a command needs: the caller's, and that of a role assumed in another account. */
import type { Effects } from "../effects.ts";

export interface NeededPolicies {
  readonly caller: unknown;
  /** The second policy; undefined if there is none. */
  readonly accountRole: unknown;
}

/** Prints the policies; `role` is the message's name for the role of the second one and its place. */
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
