/** The pacing of calls to a service that limits requests a second. */
import { setTimeout as wait } from "node:timers/promises";
import type { ServiceAccess } from "./access.ts";
import { withRetry } from "./retry.ts";

/** Runs one request, when it is its turn, and again where it may help. */
export type InTurn = <T>(request: () => Promise<T>) => Promise<T>;

/** Requests one after the other, at most `perSecond`; a retry waits for its turn too. */
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
