/** Owns how a bucket is reached, as plain data: it travels to the worker threads with every task. */
import type { RetryPolicy } from "./retry.ts";

/** A role to assume. Several are assumed one through the other, in order. */
export interface AssumedRole {
  readonly arn: string;
  readonly externalId?: string | undefined;
}

/** Never holds a secret: every thread asks the credential chain itself. */
export interface S3Access {
  readonly bucket: string;
  /** Empty until the bucket was located: then the one of the profile comes first. */
  readonly region: string;
  /** Of an S3-compatible store; null for AWS (and whatever `AWS_ENDPOINT_URL_S3` says). */
  readonly endpoint: string | null;
  readonly pathStyle: boolean;
  readonly profile: string | null;
  readonly roles: readonly AssumedRole[];
  readonly sessionName: string;
  readonly expectedBucketOwner: string | null;
  readonly requesterPays: boolean;
  /** Silence on a connection that is taken for a failure, milliseconds. */
  readonly idleMs: number;
  readonly retry: RetryPolicy;
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
