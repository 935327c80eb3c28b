/** How a service and a bucket are reached, as plain data: it travels to the worker threads with every task. */
import type { RetryPolicy } from "./retry.ts";

/** A role to assume. A list of roles is a chain: each is assumed with the credentials of the one before. */
export interface AssumedRole {
  readonly arn: string;
  readonly externalId?: string | undefined;
}

/** The way to a service. It holds no secret: every thread asks the credential chain itself. */
export interface ServiceAccess {
  /** The Region; empty for the profile's own. */
  readonly region: string;
  /** An endpoint other than AWS's; null for AWS (and for what `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` say). */
  readonly endpoint: string | null;
  readonly profile: string | null;
  readonly roles: readonly AssumedRole[];
  readonly sessionName: string;
  /** Milliseconds of silence after which a connection counts as failed. */
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
  /** The ETag as it was listed, without quotes; empty if the store gave none. */
  readonly etag: string;
  /** The size as it was listed; null if the store gave none. */
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
