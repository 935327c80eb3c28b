/** Owns what a user may say about the way to AWS and to a bucket, and its checks. */
import { SpillwayError } from "../errors.ts";
import type { AssumedRole, S3Access } from "./access.ts";
import { type RetryPolicy, defaultRetry } from "./retry.ts";

export interface S3AccessOptions {
  /** Region of the bucket; another one is followed. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly roles?: readonly AssumedRole[] | undefined;
  readonly sessionName?: string | undefined;
  readonly endpoint?: string | undefined;
  /** Default: with an endpoint yes, else no. */
  readonly pathStyle?: boolean | undefined;
  readonly expectedBucketOwner?: string | undefined;
  readonly requesterPays?: boolean | undefined;
  readonly idleMs?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
}

const defaultIdleMs = 30_000;
const roleArn = /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/;

/** @throws SpillwayError `usage` for a value that cannot be meant */
export function checkS3Access(options: S3AccessOptions): void {
  checkRoles(options.roles);
  const owner = options.expectedBucketOwner;
  if (owner !== undefined && !/^\d{12}$/.test(owner))
    throw usage(`${owner} is no account id`, "The bucket owner is an account id of 12 digits.");
  checkEndpoint(options.endpoint);
}

/** @throws SpillwayError `usage` */
export function checkRoles(roles: readonly AssumedRole[] | undefined): void {
  for (const { arn } of roles ?? []) {
    if (!roleArn.test(arn)) throw usage(`${arn} is no ARN of a role`, "Write arn:aws:iam::ACCOUNT:role/NAME.");
  }
}

/** @throws SpillwayError `usage` */
export function checkEndpoint(endpoint: string | undefined): void {
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw usage(`${endpoint} is no endpoint`, "Write it with its scheme, for example http://127.0.0.1:9000.");
  }
}

/** Roles as they were named; the external id is for the last one. */
export function rolesOf(
  arns: readonly string[] | undefined,
  externalId: string | undefined,
): readonly AssumedRole[] | undefined {
  const last = (arns?.length ?? 0) - 1;
  return arns?.map((arn, index) => (index === last && externalId !== undefined ? { arn, externalId } : { arn }));
}

/** An access point's ARN names its Region, and another one would be refused. */
function regionOfAccessPoint(bucket: string): string | undefined {
  return /^arn:[^:]+:s3:([^:]+):/.exec(bucket)?.[1];
}

export function accessOf(
  bucket: string,
  options: S3AccessOptions,
  env: Readonly<Record<string, string | undefined>>,
): S3Access {
  const { endpoint } = options;
  return {
    bucket,
    region: regionOfAccessPoint(bucket) ?? options.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "",
    endpoint: endpoint ?? null,
    pathStyle: options.pathStyle ?? endpoint !== undefined,
    profile: options.profile ?? null,
    roles: options.roles ?? [],
    sessionName: options.sessionName ?? "spillway",
    expectedBucketOwner: options.expectedBucketOwner ?? null,
    requesterPays: options.requesterPays ?? false,
    idleMs: options.idleMs ?? defaultIdleMs,
    retry: options.retry ?? defaultRetry,
  };
}

function usage(message: string, next: string): SpillwayError {
  return new SpillwayError("usage", message, { next });
}
