/** The options of a LookupEvents source, their checks and defaults. */
import type { Logger } from "../../../log.ts";
import type { AssumedRole, ServiceAccess } from "../../../aws/access.ts";
import { checkEndpoint, checkRoles } from "../../../aws/options.ts";
import { checkDays } from "../../../day.ts";
import type { RetryPolicy } from "../../../aws/retry.ts";
import type { AskedWindow } from "./checkpoint.ts";
import type { Timing } from "./pace.ts";
import { shift, shiftDays } from "./times.ts";

export interface LookupOptions {
  /** First day of events, YYYY-MM-DD, UTC, like `to` included; default: where the last run ended. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly profile?: string | undefined;
  /** A chain of roles, assumed in order before anything else. */
  readonly roles?: readonly AssumedRole[] | undefined;
  /** One role in each account to be read, assumed from there; default: only the account of the credentials. */
  readonly accountRoles?: readonly AssumedRole[] | undefined;
  readonly sessionName?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly idleMs?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly now?: (() => Date) | undefined;
  readonly timing?: Timing | undefined;
  readonly log?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The default silence, since answers were seen to take 35 seconds. */
const defaultIdleMs = 90_000;
/** The default retry, of some minutes in all: throttling by another reader may last. */
const defaultRetry: RetryPolicy = { attempts: 14, baseMs: 1000, capMs: 30_000 };

/** @throws SpillwayError `usage` for a value that cannot be meant */
export function checkLookupOptions({ from, to, roles, accountRoles, endpoint }: LookupOptions): void {
  checkDays(from, to);
  checkRoles(roles);
  checkRoles(accountRoles);
  checkEndpoint(endpoint);
}

export function askedWindow({ from, to }: LookupOptions): AskedWindow {
  return {
    from: from === undefined ? null : `${from}T00:00:00Z`,
    to: to === undefined ? null : shift(shiftDays(`${to}T00:00:00Z`, 1), -1),
  };
}

/** The way to each account in each Region. */
export function accessesOf(regions: readonly string[], options: LookupOptions): readonly ServiceAccess[] {
  const { roles = [], accountRoles = [] } = options;
  const chains = accountRoles.length === 0 ? [roles] : accountRoles.map((role) => [...roles, role]);
  return chains.flatMap((chain) =>
    regions.map((region) => ({
      region,
      endpoint: options.endpoint ?? null,
      profile: options.profile ?? null,
      roles: chain,
      sessionName: options.sessionName ?? "spillway",
      idleMs: options.idleMs ?? defaultIdleMs,
      retry: options.retry ?? defaultRetry,
    })),
  );
}
