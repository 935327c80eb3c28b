/** The opening of what a check of digests needs: archives, public keys and saved signatures, from flags or the config. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import { SpillwayError } from "../errors.ts";
import type { VerifyPlan } from "../ingest/check-digests.ts";
import { bucketOptionsOf, rolesOf } from "../aws/options.ts";
import { kindOf } from "../ingest/sources/kinds.ts";
import type { SourceSettings } from "../ingest/sources/settings.ts";
import type { Archive } from "../integrity/archive.ts";
import type { KeySource, PublicKey } from "../integrity/public-keys.ts";
import type { CommandContext } from "./flags/context.ts";
import { list } from "./flags/values.ts";

/** The files saved beside a copy. */
export interface KeyFlags {
  readonly publicKeys?: readonly string[];
  readonly signatures?: readonly string[];
}

type AwsFlags = Pick<SourceSettings, "profile" | "roleArn" | "externalId" | "cloudtrailEndpoint">;
type ArchiveFlags = Omit<SourceSettings, "from" | "to">;

export function addKeyFlags(command: Command, of = ""): Command {
  return command
    .option("--public-keys <file>", `${of}saved answer of ListPublicKeys; else AWS is asked, in each Region`, list)
    .option("--signatures <file>", `${of}signatures that a copy has lost: CSV with uri and signature`, list);
}

export interface OpenedKeys {
  readonly keys: KeySource;
  readonly used: () => readonly { readonly key: PublicKey; readonly source: string }[];
}

/** The public keys: only the saved ones if there are any, else those from AWS. */
export async function openKeys(flags: KeyFlags & AwsFlags, { effects, signal }: CommandContext): Promise<OpenedKeys> {
  if (flags.publicKeys !== undefined) {
    const [{ savedKeys }, { readPublicKeys }] = await Promise.all([
      import("../integrity/public-keys.ts"),
      import("../integrity/saved-files.ts"),
    ]);
    const saved = flags.publicKeys.flatMap((file) =>
      readPublicKeys([file]).map((key): { key: PublicKey; source: string } => ({ key, source: file })),
    );
    return { keys: savedKeys(saved.map(({ key }) => key)), used: () => saved };
  }
  const { fetchedKeys } = await import("../integrity/fetched-keys.ts");
  const fetched = fetchedKeys({
    profile: flags.profile,
    roles: rolesOf(flags.roleArn, flags.externalId),
    endpoint: flags.cloudtrailEndpoint,
    signal,
    onRefused: ({ message, next }) => effects.log.warn(message, { next }),
  });
  return { keys: fetched, used: () => fetched.all.map((key) => ({ key, source: "ListPublicKeys" })) };
}

/** Opens archives. @throws SpillwayError `usage` for a source without digests */
export async function openArchives(
  sources: readonly string[],
  flags: ArchiveFlags,
  context: CommandContext,
): Promise<readonly Archive[]> {
  const other = sources.find((source) => !hasDigests(source));
  if (other !== undefined) throw noDigestsIn(other);
  return await Promise.all(sources.map((source) => openArchive(source, flags, context)));
}

function hasDigests(source: string): boolean {
  return ["bucket", "folder"].includes(kindOf(source).label);
}

function noDigestsIn(source: string): SpillwayError {
  return new SpillwayError("usage", `there are no digests in ${source}`, {
    next: "Name the bucket that the trail delivers to, s3://BUCKET[/PREFIX], or a folder that holds AWSLogs/.",
  });
}

async function openArchive(source: string, flags: ArchiveFlags, { signal }: CommandContext): Promise<Archive> {
  if (kindOf(source).label === "folder") {
    const { folderArchive } = await import("../integrity/folder-archive.ts");
    // The digests of a single file are those of its folder.
    return folderArchive(statSync(source, { throwIfNoEntry: false })?.isFile() === true ? dirname(source) : source);
  }
  const { s3Archive } = await import("../integrity/s3-archive.ts");
  return s3Archive(source, {
    accounts: flags.account,
    regions: flags.region,
    ...bucketOptionsOf(flags),
    signal,
  });
}

export interface SourceWithFlags {
  readonly source: string;
  readonly flags: ArchiveFlags;
}

/** The plan of an ingest that verifies; sources without digests are left out, unless there are no others. */
export async function openVerifyPlan(
  sources: readonly SourceWithFlags[],
  keyFlags: KeyFlags & AwsFlags,
  context: CommandContext,
): Promise<VerifyPlan> {
  const able = sources.filter(({ source }) => hasDigests(source));
  if (able.length === 0 && sources[0] !== undefined) throw noDigestsIn(sources[0].source);
  const { readSignatures } = await import("../integrity/saved-files.ts");
  const opened = await openKeys(keyFlags, context);
  return {
    archives: await Promise.all(able.map(({ source, flags }) => openArchive(source, flags, context))),
    keys: opened.keys,
    usedKeys: opened.used,
    signatures: readSignatures(keyFlags.signatures ?? []),
  };
}
