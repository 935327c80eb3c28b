/** Owns how a source is named on the command line, and the flags that only a bucket needs. */
import type { Command } from "commander";
import type { AssumedRole } from "../../aws/access.ts";
import { SpillwayError } from "../../errors.ts";
import { type SourceKind, kindOfSource } from "../../ingest/sources/kinds.ts";
import type { ObjectSource } from "../../ingest/listing/source.ts";
import type { CommandContext } from "./context.ts";
import { list, wholeNumber } from "./values.ts";

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
  readonly lookupRole?: readonly string[];
  readonly cloudtrailEndpoint?: string;
  /** Digests are checked: public keys are asked for, whatever the source. */
  readonly verify?: boolean;
  readonly anyName?: boolean;
}

/** How a bucket is reached. `of` stands before each description. */
export function addBucketFlags(command: Command, of = "bucket"): Command {
  return command
    .option("--profile <name>", `${of}: profile of the AWS configuration`)
    .option("--role-arn <arns>", `${of}: role to assume; several are assumed one through the other`, list)
    .option("--external-id <id>", `${of}: external id for the last role`)
    .option("--s3-endpoint <url>", "bucket: an S3-compatible store")
    .option("--s3-region <region>", "bucket: its Region")
    .option("--s3-path-style", "bucket: name it in the path, not in the host")
    .option("--expected-bucket-owner <account>", "bucket: refuse it if another account owns it")
    .option("--s3-requester-pays", "bucket: you pay for the requests");
}

export function addSourceFlags(command: Command): Command {
  command
    .option("--from <day>", "bucket: first delivery day to list, YYYY-MM-DD (default: 90 days back); lookup: first day")
    .option("--to <day>", "bucket: last delivery day to list; lookup: last day")
    .option("--account <ids>", "bucket: only these accounts", list)
    .option("--region <regions>", "bucket: only these Regions", list);
  return addBucketFlags(command, "bucket, lookup")
    .option(
      "--s3-kept-days <n>",
      "bucket: days before its lifecycle may delete a log; one that is gone earlier is a finding (default: 365)",
      wholeNumber("--s3-kept-days", 1, 36_500),
    )
    .option(
      "--lookup-role <arns>",
      "lookup: a role in each account to read; assumed by the last --role-arn, if any; --external-id is for each of them",
      list,
    )
    .option("--any-name", "folder, bucket: read files of any name, not only those that are called like a log")
    .option("--cloudtrail-endpoint <url>", "lookup: another endpoint than AWS's");
}

export async function openSources(
  names: readonly string[],
  flags: SourceFlags,
  context: CommandContext,
): Promise<ObjectSource[]> {
  const kinds = new Set(names.map(kindOfSource));
  refuseStrayFlags(kinds, flags);
  const [{ folderSource }, bucketOf, lookupOf] = await Promise.all([
    import("../../ingest/sources/folder.ts"),
    kinds.has("bucket") ? bucketOpener(flags, context) : undefined,
    kinds.has("lookup") ? lookupOpener(flags, context) : undefined,
  ]);
  return names.map((name) => {
    const kind = kindOfSource(name);
    return (
      (kind === "bucket" ? bucketOf?.(name) : kind === "lookup" ? lookupOf?.(name) : undefined) ??
      folderSource(name, { anyName: flags.anyName })
    );
  });
}

function refuseStrayFlags(kinds: ReadonlySet<SourceKind>, flags: SourceFlags): void {
  const stray = Object.keys(flags).filter((flag) => {
    const takenBy = flags.verify === true && forKeys.includes(flag) ? undefined : takers.get(flag);
    return takenBy !== undefined && !takenBy.some((kind) => kinds.has(kind));
  });
  const [first] = stray;
  if (first === undefined) return;
  const forLookup = takers.get(first)?.[0] === "lookup";
  const which = forLookup ? "lookup-events sources" : "buckets";
  throw new SpillwayError(
    "usage",
    `these flags are for ${which}, and no source is one: ${stray.map(dashed).join(", ")}`,
    {
      next:
        kinds.has("folder") && !forLookup
          ? "A folder is always read as a whole; give a report its time with spillway report --from."
          : "Leave them out, or name such a source; spillway ingest --help says which flag is for which.",
    },
  );
}

/** As it was typed: `s3Endpoint` is `--s3-endpoint`. */
function dashed(flag: string): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

async function bucketOpener(
  flags: SourceFlags,
  { effects, signal }: CommandContext,
): Promise<(name: string) => ObjectSource> {
  const { s3Source } = await import("../../ingest/sources/s3/source.ts");
  const options = {
    from: flags.from,
    to: flags.to,
    accounts: flags.account,
    regions: flags.region,
    profile: flags.profile,
    roles: rolesOf(flags),
    endpoint: flags.s3Endpoint,
    region: flags.s3Region,
    pathStyle: flags.s3PathStyle,
    expectedBucketOwner: flags.expectedBucketOwner,
    requesterPays: flags.s3RequesterPays,
    keptDays: flags.s3KeptDays,
    anyName: flags.anyName,
    now: effects.now,
    log: effects.log,
    signal,
  };
  return (name) => s3Source(name, options);
}

/** The external id is the last one's. */
export function rolesOf({
  roleArn,
  externalId,
}: Pick<SourceFlags, "roleArn" | "externalId">): readonly AssumedRole[] | undefined {
  const last = (roleArn?.length ?? 0) - 1;
  return roleArn?.map((arn, index) => (index === last && externalId !== undefined ? { arn, externalId } : { arn }));
}

async function lookupOpener(
  flags: SourceFlags,
  { effects, signal }: CommandContext,
): Promise<(name: string) => ObjectSource> {
  const { lookupSource } = await import("../../ingest/sources/lookup-events/source.ts");
  const { externalId } = flags;
  const last = (flags.roleArn?.length ?? 0) - 1;
  const isLast = (index: number): boolean => flags.lookupRole === undefined && index === last;
  const options = {
    from: flags.from,
    to: flags.to,
    profile: flags.profile,
    roles: flags.roleArn?.map((arn, index) => ({ arn, externalId: isLast(index) ? externalId : undefined })),
    accountRoles: flags.lookupRole?.map((arn) => ({ arn, externalId })),
    endpoint: flags.cloudtrailEndpoint,
    now: effects.now,
    log: effects.log,
    signal,
  };
  return (name) => lookupSource(name, options);
}

const forKeys: readonly string[] = ["profile", "roleArn", "externalId", "cloudtrailEndpoint"];
const both = ["bucket", "lookup"] as const;
/** Which sources a flag is for; flags of the command itself are not here. */
const takers: ReadonlyMap<string, readonly SourceKind[]> = new Map<string, readonly SourceKind[]>([
  ["from", both],
  ["to", both],
  ["profile", both],
  ["roleArn", both],
  ["externalId", both],
  ["account", ["bucket"]],
  ["region", ["bucket"]],
  ["s3Endpoint", ["bucket"]],
  ["s3Region", ["bucket"]],
  ["s3PathStyle", ["bucket"]],
  ["expectedBucketOwner", ["bucket"]],
  ["s3RequesterPays", ["bucket"]],
  ["s3KeptDays", ["bucket"]],
  ["anyName", ["bucket", "folder"]],
  ["lookupRole", ["lookup"]],
  ["cloudtrailEndpoint", ["lookup"]],
]);
