/** Owns how a service other than S3 is reached, and the turns in which it is called. */
import { setTimeout as wait } from "node:timers/promises";
import type { AssumedRole } from "./access.ts";
import { type RetryPolicy, defaultRetry, withRetry } from "./retry.ts";

/** Never holds a secret. */
export interface ServiceAccess {
  /** Empty: the one of the profile. */
  readonly region: string;
  /** Another endpoint than AWS's (and than `AWS_ENDPOINT_URL` says). */
  readonly endpoint: string | null;
  readonly profile: string | null;
  readonly roles: readonly AssumedRole[];
  readonly sessionName: string;
  readonly idleMs: number;
  readonly retry: RetryPolicy;
}

export interface ServiceOptions {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly profile?: string | undefined;
  readonly roles?: readonly AssumedRole[] | undefined;
}

export function serviceAccess(
  options: ServiceOptions,
  env: Readonly<Record<string, string | undefined>>,
): ServiceAccess {
  return {
    region: options.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "",
    endpoint: options.endpoint ?? null,
    profile: options.profile ?? null,
    roles: options.roles ?? [],
    sessionName: "spillway",
    idleMs: 30_000,
    retry: defaultRetry,
  };
}

/** Runs one request, when it is its turn, and again where it may help. */
export type InTurn = <T>(request: () => Promise<T>) => Promise<T>;

/** So many requests a second, one after the other; a repeated one waits for a turn as well. */
export function inTurn(perSecond: number, access: ServiceAccess, signal: AbortSignal | undefined): InTurn {
  const betweenMs = 1_000 / perSecond;
  let next = 0;
  const turn = async (): Promise<void> => {
    signal?.throwIfAborted();
    const now = performance.now();
    const mine = Math.max(now, next);
    next = mine + betweenMs;
    if (mine > now) await wait(Math.ceil(mine - now), undefined, signal === undefined ? {} : { signal });
  };
  return async (request) =>
    await withRetry(
      access.retry,
      async () => {
        await turn();
        return await request();
      },
      signal,
    );
}
