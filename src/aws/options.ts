/** The options that say how a service and a bucket are reached, and their checks. */
import { usageError } from "../errors.ts";
import type { AssumedRole, S3Access, ServiceAccess } from "./access.ts";
import { type RetryPolicy, defaultRetry } from "./retry.ts";

export interface ServiceOptions {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly profile?: string | undefined;
  /** A chain of roles, assumed in order. */
  readonly roles?: readonly AssumedRole[] | undefined;
  readonly sessionName?: string | undefined;
  readonly idleMs?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
}

/** Options of a bucket. `region` is the bucket's; if it lies elsewhere, the redirect is followed. */
export interface S3AccessOptions extends ServiceOptions {
  /** Default: true with an endpoint of one's own. */
  readonly pathStyle?: boolean | undefined;
  readonly expectedBucketOwner?: string | undefined;
  readonly requesterPays?: boolean | undefined;
}

/** How a bucket is reached, as flags and config name it. */
export interface BucketSettings {
  readonly profile?: string | undefined;
  readonly roleArn?: readonly string[] | undefined;
  readonly externalId?: string | undefined;
  readonly s3Endpoint?: string | undefined;
  readonly s3Region?: string | undefined;
  readonly s3PathStyle?: boolean | undefined;
  readonly expectedBucketOwner?: string | undefined;
  readonly s3RequesterPays?: boolean | undefined;
}

/** The way to a bucket that the settings name. */
export function bucketOptionsOf(settings: BucketSettings): S3AccessOptions {
  return {
    profile: settings.profile,
    roles: rolesOf(settings.roleArn, settings.externalId),
    endpoint: settings.s3Endpoint,
    region: settings.s3Region,
    pathStyle: settings.s3PathStyle,
    expectedBucketOwner: settings.expectedBucketOwner,
    requesterPays: settings.s3RequesterPays,
  };
}

const defaultIdleMs = 30_000;
const roleArn = /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/;

/** @throws SpillwayError `usage` for a value that cannot be meant */
export function checkS3Access(options: S3AccessOptions): void {
  checkRoles(options.roles);
  const owner = options.expectedBucketOwner;
  if (owner !== undefined && !/^\d{12}$/.test(owner))
    throw usageError(`${owner} is not an account id`, "The bucket owner is an account id of 12 digits.");
  checkEndpoint(options.endpoint);
}

/** @throws SpillwayError `usage` */
export function checkRoles(roles: readonly AssumedRole[] | undefined): void {
  for (const { arn } of roles ?? []) {
    if (!roleArn.test(arn)) throw usageError(`${arn} is not an ARN of a role`, "Write arn:aws:iam::ACCOUNT:role/NAME.");
  }
}

/** @throws SpillwayError `usage` */
export function checkEndpoint(endpoint: string | undefined): void {
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw usageError(`${endpoint} is not an endpoint`, "Write it with its scheme, for example http://127.0.0.1:9000.");
  }
}

/** The roles that were named; the external id belongs to the last one. */
export function rolesOf(
  arns: readonly string[] | undefined,
  externalId: string | undefined,
): readonly AssumedRole[] | undefined {
  const last = (arns?.length ?? 0) - 1;
  return arns?.map((arn, index) => (index === last && externalId !== undefined ? { arn, externalId } : { arn }));
}

type Env = Readonly<Record<string, string | undefined>>;

/** The way to a service that the options name. */
export function serviceAccess(options: ServiceOptions, env: Env): ServiceAccess {
  return {
    region: options.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "",
    endpoint: options.endpoint ?? null,
    profile: options.profile ?? null,
    roles: options.roles ?? [],
    sessionName: options.sessionName ?? "spillway",
    idleMs: options.idleMs ?? defaultIdleMs,
    retry: options.retry ?? defaultRetry,
  };
}

/** The Region in an access point's ARN: any other would be refused. */
function regionOfAccessPoint(bucket: string): string | undefined {
  return /^arn:[^:]+:s3:([^:]+):/.exec(bucket)?.[1];
}

export function accessOf(bucket: string, options: S3AccessOptions, env: Env): S3Access {
  return {
    ...serviceAccess({ ...options, region: regionOfAccessPoint(bucket) ?? options.region }, env),
    bucket,
    pathStyle: options.pathStyle ?? options.endpoint !== undefined,
    expectedBucketOwner: options.expectedBucketOwner ?? null,
    requesterPays: options.requesterPays ?? false,
  };
}
