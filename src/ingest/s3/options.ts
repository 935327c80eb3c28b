/** Owns the options of an S3 source, their checks and defaults. */
import { SpillwayError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { AssumedRole, S3Access } from "../../aws/access.ts";
import { isDay } from "./days.ts";
import { type RetryPolicy, defaultRetry } from "../../aws/retry.ts";
import { accountFolder, regionFolder } from "./trail-prefix.ts";

export interface S3SourceOptions {
  /** Days of delivery to list anew, YYYY-MM-DD, inclusive; without them the look-back rules. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** An object that is gone is a finding until it is this old; older ones may have been deleted by the bucket's lifecycle. */
  readonly keptDays?: number | undefined;
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
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
  /** Listings at once. */
  readonly readers?: number | undefined;
  readonly idleMs?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly now?: (() => Date) | undefined;
  readonly log?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const defaultReaders = 16;
/** How long AWS Control Tower's log archive keeps its logs unless told otherwise. */
export const defaultKeptDays = 365;
const defaultIdleMs = 30_000;
const roleArn = /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/;

/** @throws SpillwayError `usage` for a value that cannot be meant */
export function checkS3Options(options: S3SourceOptions): void {
  const { from, to } = options;
  for (const [flag, day] of [
    ["--from", from],
    ["--to", to],
  ] as const) {
    if (day !== undefined && !isDay(day))
      throw usage(`${flag} ${day} is no day`, "Write days as YYYY-MM-DD, for example 2026-09-14.");
  }
  if (from !== undefined && to !== undefined && from > to)
    throw usage(`--from ${from} is after --to ${to}`, "Exchange them.");
  for (const account of options.accounts ?? []) {
    if (!accountFolder.test(account)) throw usage(`${account} is no account id`, "Account ids have 12 digits.");
  }
  for (const region of options.regions ?? []) {
    if (!regionFolder.test(region)) throw usage(`${region} is no Region`, "Regions look like eu-west-1.");
  }
  for (const { arn } of options.roles ?? []) {
    if (!roleArn.test(arn)) throw usage(`${arn} is no ARN of a role`, "Write arn:aws:iam::ACCOUNT:role/NAME.");
  }
  const owner = options.expectedBucketOwner;
  if (owner !== undefined && !accountFolder.test(owner))
    throw usage(`${owner} is no account id`, "The bucket owner is an account id of 12 digits.");
  if (options.endpoint !== undefined && !URL.canParse(options.endpoint)) {
    throw usage(`${options.endpoint} is no endpoint`, "Write it with its scheme, for example http://127.0.0.1:9000.");
  }
}

export function accessOf(
  bucket: string,
  options: S3SourceOptions,
  env: Readonly<Record<string, string | undefined>>,
): S3Access {
  const { endpoint } = options;
  return {
    bucket,
    region: options.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "",
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
