/** Owns how a source is named on the command line, and the flags that only a bucket needs. */
import type { Command } from "commander";
import { SpillwayError } from "../errors.ts";
import type { ObjectSource } from "../ingest/source.ts";
import type { CommandContext } from "./main.ts";
import { list, wholeNumber } from "./options.ts";

export interface SourceFlags {
  readonly from?: string;
  readonly to?: string;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly profile?: string;
  readonly roleArn?: readonly string[];
  readonly externalId?: string;
  readonly s3Endpoint?: string;
  readonly s3Region?: string;
  readonly s3PathStyle?: boolean;
  readonly expectedBucketOwner?: string;
  readonly s3RequesterPays?: boolean;
  readonly s3KeptDays?: number;
}

export function addSourceFlags(command: Command): Command {
  return command
    .option("--from <day>", "bucket: first delivery day to list, YYYY-MM-DD (default: 90 days back)")
    .option("--to <day>", "bucket: last delivery day to list")
    .option("--account <ids>", "bucket: only these accounts", list)
    .option("--region <regions>", "bucket: only these Regions", list)
    .option("--profile <name>", "bucket: profile of the AWS configuration")
    .option("--role-arn <arns>", "bucket: role to assume; several are assumed one through the other", list)
    .option("--external-id <id>", "bucket: external id for the last role")
    .option("--s3-endpoint <url>", "bucket: an S3-compatible store")
    .option("--s3-region <region>", "bucket: its Region")
    .option("--s3-path-style", "bucket: name it in the path, not in the host")
    .option("--expected-bucket-owner <account>", "bucket: refuse it if another account owns it")
    .option("--s3-requester-pays", "bucket: you pay for the requests")
    .option(
      "--s3-kept-days <n>",
      "bucket: days before its lifecycle may delete a log; one that is gone earlier is a finding (default: 365)",
      wholeNumber("--s3-kept-days", 1, 36_500),
    );
}

/** `s3://bucket/prefix` is a bucket, everything else a folder or file. */
export async function openSources(
  names: readonly string[],
  flags: SourceFlags,
  { effects, signal }: CommandContext,
): Promise<ObjectSource[]> {
  const buckets = names.filter((name) => name.startsWith("s3://"));
  const given = Object.keys(flags).filter((flag) => bucketFlags.has(flag));
  if (buckets.length === 0 && given.length > 0) {
    throw new SpillwayError("usage", `these flags are for buckets, and no source is one: ${given.join(", ")}`, {
      next: "A folder is always read as a whole; give a report its time with spillway report --from.",
    });
  }
  const { folderSource } = await import("../ingest/folder.ts");
  if (buckets.length === 0) return names.map(folderSource);
  const { s3Source } = await import("../ingest/s3/source.ts");
  const last = (flags.roleArn?.length ?? 0) - 1;
  const options = {
    from: flags.from,
    to: flags.to,
    accounts: flags.account,
    regions: flags.region,
    profile: flags.profile,
    roles: flags.roleArn?.map((arn, index) =>
      index === last && flags.externalId !== undefined ? { arn, externalId: flags.externalId } : { arn },
    ),
    endpoint: flags.s3Endpoint,
    region: flags.s3Region,
    pathStyle: flags.s3PathStyle,
    expectedBucketOwner: flags.expectedBucketOwner,
    requesterPays: flags.s3RequesterPays,
    keptDays: flags.s3KeptDays,
    now: effects.now,
    log: effects.log,
    signal,
  };
  return names.map((name) => (name.startsWith("s3://") ? s3Source(name, options) : folderSource(name)));
}

const bucketFlags: ReadonlySet<string> = new Set([
  "from",
  "to",
  "account",
  "region",
  "profile",
  "roleArn",
  "externalId",
  "s3Endpoint",
  "s3Region",
  "s3PathStyle",
  "expectedBucketOwner",
  "s3RequesterPays",
  "s3KeptDays",
]);
