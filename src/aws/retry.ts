/** The retry of failed requests: which ones, and after how long. */
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "../errors.ts";

export interface RetryPolicy {
  /** Requests in all, the first one included. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
}

/** About half a minute in all: S3 asks for patience when it scales a prefix out (503 SlowDown). */
export const defaultRetry: RetryPolicy = { attempts: 10, baseMs: 100, capMs: 20_000 };

/** A body that ended before its length. */
export class TruncatedBody extends Error {
  override readonly name = "TruncatedBody";
}

const transientNames = new Set([
  "TruncatedBody",
  "TimeoutError",
  "RequestTimeout",
  "InternalError",
  "InternalFailure",
  "ServiceUnavailable",
  "SlowDown",
  "BandwidthLimitExceeded",
  "OperationAborted",
  "TooManyRequestsException",
  // The SDK corrects its clock from the Date of this very answer.
  "RequestTimeTooSkewed",
]);
const transientCodes = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED", "ERR_STREAM_PREMATURE_CLOSE"]);
/** Failures that seldom pass: nobody should wait half a minute to learn of a mistyped host. */
const unreachableCodes = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

export function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== "object" || thrown === null || !("$metadata" in thrown)) return undefined;
  const metadata = thrown.$metadata;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}

export function isUnreachable(thrown: unknown): boolean {
  return codesOf(thrown).some((code) => unreachableCodes.has(code));
}

/** The error codes: for a host with several addresses Node nests them in an AggregateError. */
function codesOf(thrown: unknown): readonly string[] {
  const nested = thrown instanceof AggregateError ? thrown.errors.map(systemCode) : [];
  return [systemCode(thrown), ...nested].filter((code) => code !== undefined);
}

/** The number of requests that this failure is worth; 1 means that it is final. */
export function attemptsFor(thrown: unknown, policy: RetryPolicy): number {
  if (isUnreachable(thrown)) return Math.min(5, policy.attempts);
  if (codesOf(thrown).some((code) => transientCodes.has(code))) return policy.attempts;
  const status = statusOf(thrown);
  if (status !== undefined && (status >= 500 || status === 429) && status !== 501) return policy.attempts;
  if (!(thrown instanceof Error)) return 1;
  if (thrown.name === "RequestTimeTooSkewed") return Math.min(3, policy.attempts);
  if (transientNames.has(thrown.name) || thrown.name.startsWith("Throttl")) return policy.attempts;
  return /socket hang up|aborted|premature close/i.test(thrown.message) && thrown.name !== "AbortError"
    ? policy.attempts
    : 1;
}

/** The wait before the next attempt, with full jitter: workers that failed together should not return together. */
export function delayOf(attempt: number, policy: RetryPolicy, random: () => number): number {
  return Math.round(random() * Math.min(policy.capMs, policy.baseMs * 2 ** attempt));
}

/** Runs `operation` until it succeeds or fails for good. */
export async function withRetry<T>(policy: RetryPolicy, operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await operation();
    } catch (thrown) {
      if (signal?.aborted === true || attempt + 1 >= attemptsFor(thrown, policy)) throw thrown;
      await sleep(delayOf(attempt, policy, Math.random), undefined, signal === undefined ? {} : { signal });
    }
  }
}
