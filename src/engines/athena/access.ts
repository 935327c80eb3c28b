/** The way to Athena, as plain data: the user's options, and what they become. */
import { variables } from "../../variables.ts";
import { SpillwayError, usageError } from "../../errors.ts";
import type { S3Access, ServiceAccess } from "../../aws/access.ts";
import { type ServiceOptions, serviceAccess } from "../../aws/options.ts";
import { isS3Url, parseS3Url } from "../../aws/s3/url.ts";

/** Region and endpoint are those of Athena itself: the endpoint of a VPC, or a server that speaks its protocol. */
export interface AthenaOptions extends ServiceOptions {
  /** Endpoint of the bucket with the results. */
  readonly s3Endpoint?: string | undefined;
  /** Default: Athena's `primary`. */
  readonly workgroup?: string | undefined;
  /** Where results are written, `s3://bucket/prefix`; a workgroup may have its own and may enforce it. */
  readonly output?: string | undefined;
  readonly database?: string | undefined;
  readonly catalog?: string | undefined;
  /** Age up to which results of the same statement are reused; Athena allows a week. */
  readonly reuseMinutes?: number | undefined;
  readonly poll?: Polling | undefined;
}

/** The waits between two looks at a running statement. */
export interface Polling {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** The way to Athena; it holds no secret. */
export interface AthenaAccess {
  readonly service: ServiceAccess;
  readonly workgroup: string;
  readonly output: string | null;
  readonly database: string | null;
  readonly catalog: string | null;
  readonly reuseMinutes: number | null;
  readonly poll: Polling;
  /** The way to the results; the bucket is known when a statement has run. */
  readonly s3: S3Access;
}

/** Athena User Guide, "Reuse query results in Athena": seven days at most. */
const mostReuseMinutes = 10_080;
/** A short statement takes about a second; GetQueryExecution is throttled at 5 calls a second for each account at first. */
const defaultPoll: Polling = { firstMs: 300, mostMs: 5_000 };

/** Milliseconds until the second look at a query: looks count against a quota that an account's tools share. */
const pollVariable = variables.athenaPollMs.name;

function pollOf(text: string | undefined): Polling {
  if (text === undefined || text === "") return defaultPoll;
  const firstMs = Number(text);
  if (Number.isInteger(firstMs) && firstMs > 0) return { firstMs, mostMs: Math.max(firstMs, defaultPoll.mostMs) };
  throw new SpillwayError("usage", `${pollVariable} is ${JSON.stringify(text)}, not a number of milliseconds`, {
    next: "Set it to 300, for example, or unset it.",
  });
}

/** @throws SpillwayError `usage` for a value that cannot be meant */
export function athenaAccess(
  options: AthenaOptions,
  env: Readonly<Record<string, string | undefined>> = {},
): AthenaAccess {
  check(options);
  const service = serviceAccess(options, env);
  return {
    service,
    workgroup: options.workgroup ?? "primary",
    output: options.output === undefined ? null : `${options.output.replace(/\/+$/, "")}/`,
    database: options.database ?? null,
    catalog: options.catalog ?? null,
    reuseMinutes: options.reuseMinutes ?? null,
    poll: options.poll ?? pollOf(env[pollVariable]),
    s3: {
      ...service,
      bucket: "",
      endpoint: options.s3Endpoint ?? null,
      pathStyle: options.s3Endpoint !== undefined,
      expectedBucketOwner: null,
      requesterPays: false,
    },
  };
}

function check(options: AthenaOptions): void {
  const { output, reuseMinutes } = options;
  if (output !== undefined && !isS3Url(output))
    throw usageError(`${output} is not a place for results`, "Write --athena-output s3://BUCKET/PREFIX.");
  if (output !== undefined) parseS3Url(output);
  for (const endpoint of [options.endpoint, options.s3Endpoint]) {
    if (endpoint !== undefined && !URL.canParse(endpoint))
      throw usageError(`${endpoint} is not an endpoint`, "Write it with its scheme, for example https://host:port.");
  }
  if (
    reuseMinutes !== undefined &&
    !(Number.isInteger(reuseMinutes) && reuseMinutes >= 0 && reuseMinutes <= mostReuseMinutes)
  )
    throw usageError(
      `${reuseMinutes} minutes is not an age for results to reuse`,
      "Give whole minutes, at most 10080: a week.",
    );
}
