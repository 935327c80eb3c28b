/** Owns how the event history of one account and Region is reached. */
import type { AssumedRole } from "../../../aws/access.ts";
import type { RetryPolicy } from "../../../aws/retry.ts";

/** Never holds a secret. */
export interface LookupAccess {
  readonly region: string;
  /** Another endpoint than AWS's (and than `AWS_ENDPOINT_URL_CLOUDTRAIL` says). */
  readonly endpoint: string | null;
  readonly profile: string | null;
  /** Assumed one through the other; the last one's account is the one that is read. */
  readonly roles: readonly AssumedRole[];
  readonly sessionName: string;
  /** Silence on a connection that is taken for a failure, milliseconds. */
  readonly idleMs: number;
  readonly retry: RetryPolicy;
}
