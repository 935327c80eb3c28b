/** How a service and a bucket are reached, as plain data: it travels to the worker threads with every task. */
import type { RetryPolicy } from "./retry.ts";

/** A role to assume. Several are assumed one through the other, in order. */
export interface AssumedRole {
  readonly arn: string;
  readonly externalId?: string | undefined;
}

/** The way to a service. Never holds a secret: every thread asks the credential chain itself. */
export interface ServiceAccess {
  /** Empty: the one of the profile. */
  readonly region: string;
  /** Another endpoint than AWS's; null for AWS (and whatever `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` say). */
  readonly endpoint: string | null;
  readonly profile: string | null;
  readonly roles: readonly AssumedRole[];
  readonly sessionName: string;
  /** Silence on a connection that is taken for a failure, milliseconds. */
  readonly idleMs: number;
  readonly retry: RetryPolicy;
}

export interface S3Access extends ServiceAccess {
  readonly bucket: string;
  readonly pathStyle: boolean;
  readonly expectedBucketOwner: string | null;
  readonly requesterPays: boolean;
}

/** How a worker gets one object of a bucket. */
export interface S3Locator {
  readonly kind: "s3";
  readonly key: string;
  /** Without quotes, as it was listed; empty if the store gave none. */
  readonly etag: string;
  /** As it was listed; null if the store did not say it. */
  readonly size: number | null;
  readonly access: S3Access;
}

/** Parameters that every request to the bucket carries. */
export function bucketParams(access: S3Access): {
  Bucket: string;
  ExpectedBucketOwner?: string;
  RequestPayer?: "requester";
} {
  return {
    Bucket: access.bucket,
    ...(access.expectedBucketOwner === null ? {} : { ExpectedBucketOwner: access.expectedBucketOwner }),
    ...(access.requesterPays ? { RequestPayer: "requester" } : {}),
  };
}
