/** The table of source kinds, for flags, config and checks: how each is written, its settings, and how it is opened. */
import { existsSync } from "node:fs";
import { bucketOptionsOf, rolesOf } from "../../aws/options.ts";
import { parseS3Url } from "../../aws/s3/url.ts";
import { parseBytes } from "../../bytes-text.ts";
import { SpillwayError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { ObjectSource } from "../listing/source.ts";
import { parseAthenaName } from "./athena/name.ts";
import { invocationLogLayout } from "./invocation-logs/layout.ts";
import { logsPrefix, parseLogsFolder, parseLogsUrl, placeOfLogs } from "./invocation-logs/name.ts";
import { parseLookupName } from "./lookup-events/name.ts";
import type { S3SourceOptions } from "./s3/options.ts";
import { type SettingName, type SourceSettings, athenaSettings, logTableSettings } from "./settings.ts";

/** The context that a source is opened in. */
export interface SourceContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface SourceKind {
  /** Its label in the help, before each of its settings. */
  readonly label: "bucket" | "lookup" | "athena" | "folder" | "logs";
  /** Its plural in messages. */
  readonly plural: string;
  readonly prefix: string;
  /** The way a user writes one. */
  readonly written: string;
  /** Checks a name. @throws SpillwayError `usage` for one that cannot be meant */
  readonly parse: (name: string) => unknown;
  readonly settings: readonly SettingName[];
  readonly open: (name: string, settings: SourceSettings, context: SourceContext) => Promise<ObjectSource>;
}

const shared = ["from", "to", "profile", "roleArn", "externalId"] as const;

const bucket: SourceKind = {
  label: "bucket",
  plural: "buckets",
  prefix: "s3://",
  written: "s3://BUCKET[/PREFIX]",
  parse: parseS3Url,
  settings: [
    ...shared,
    "account",
    "region",
    "s3Endpoint",
    "s3Region",
    "s3PathStyle",
    "expectedBucketOwner",
    "s3RequesterPays",
    "s3KeptDays",
    "anyName",
  ],
  open: async (name, settings, context) =>
    (await import("./s3/source.ts")).s3Source(name, s3Options(settings, context)),
};

function s3Options(settings: SourceSettings, { now, log, signal }: SourceContext): S3SourceOptions {
  return {
    from: settings.from,
    to: settings.to,
    accounts: settings.account,
    regions: settings.region,
    ...bucketOptionsOf(settings),
    keptDays: settings.s3KeptDays,
    anyName: settings.anyName,
    now,
    log,
    signal,
  };
}

const lookup: SourceKind = {
  label: "lookup",
  plural: "lookup-events sources",
  prefix: "lookup-events:",
  written: "lookup-events:REGION[,REGION...]",
  parse: parseLookupName,
  settings: [...shared, "lookupRole", "cloudtrailEndpoint"],
  open: async (name, settings, { now, log, signal }) => {
    const { lookupSource } = await import("./lookup-events/source.ts");
    const { externalId } = settings;
    return lookupSource(name, {
      from: settings.from,
      to: settings.to,
      profile: settings.profile,
      roles: rolesOf(settings.roleArn, settings.lookupRole === undefined ? externalId : undefined),
      accountRoles: settings.lookupRole?.map((arn) => ({ arn, externalId })),
      endpoint: settings.cloudtrailEndpoint,
      now,
      log,
      signal,
    });
  },
};

const athena: SourceKind = {
  label: "athena",
  plural: "athena tables",
  prefix: "athena:",
  written: "athena:DATABASE.TABLE",
  parse: parseAthenaName,
  settings: [
    ...shared,
    "account",
    "region",
    ...athenaSettings,
    "maxScan",
    ...logTableSettings,
    "lateDays",
    "countRecords",
  ],
  open: async (name, settings, { env, now, log, signal }) => {
    const { athenaSource } = await import("./athena/source.ts");
    const options = {
      from: settings.from,
      to: settings.to,
      accounts: settings.account,
      regions: settings.region,
      profile: settings.profile,
      roles: rolesOf(settings.roleArn, settings.externalId),
      workgroup: settings.athenaWorkgroup,
      output: settings.athenaOutput,
      region: settings.athenaRegion,
      endpoint: settings.athenaEndpoint,
      s3Endpoint: settings.athenaS3Endpoint,
      pricePerTerabyte: settings.athenaPrice,
      maxScanBytes: settings.maxScan === undefined ? undefined : parseBytes(String(settings.maxScan)),
      dayColumn: settings.dayColumn,
      tableLacks: settings.tableLacks,
      tableAccounts: settings.tableAccounts,
      lateDays: settings.lateDays,
      countRecords: settings.countRecords,
      now,
      log,
      signal,
    };
    return athenaSource(name, options, env);
  },
};

const folder: SourceKind = {
  label: "folder",
  plural: "folders",
  prefix: "",
  written: "a folder or file",
  parse: (name) => name,
  settings: ["anyName"],
  open: async (name, { anyName }) => (await import("./folder.ts")).folderSource(name, { anyName }),
};

const logsBucket: SourceKind = {
  label: "logs",
  plural: "buckets of invocation logs",
  prefix: `${logsPrefix}s3://`,
  written: `${logsPrefix}s3://BUCKET[/PREFIX]`,
  parse: parseLogsUrl,
  settings: bucket.settings,
  open: async (name, settings, context) => {
    const { s3Source } = await import("./s3/source.ts");
    const options = { ...s3Options(settings, context), layout: invocationLogLayout };
    return named(name, s3Source(placeOfLogs(name), options));
  },
};

const logsFolder: SourceKind = {
  label: "logs",
  plural: "folders of invocation logs",
  prefix: logsPrefix,
  written: `${logsPrefix}FOLDER`,
  parse: parseLogsFolder,
  settings: folder.settings,
  open: async (name, { anyName }) => {
    const { folderSource } = await import("./folder.ts");
    return named(name, folderSource(parseLogsFolder(name), { anyName, layout: invocationLogLayout }));
  },
};

/** The source with the user's own words as its name. */
function named(name: string, source: ObjectSource): ObjectSource {
  return { ...source, name };
}

/** All kinds; the folder comes last, since any name without another's prefix is one. */
export const sourceKinds: readonly SourceKind[] = [bucket, lookup, athena, logsBucket, logsFolder, folder];

/** The labels of the kinds that take a setting, each once. */
export function takersOf(name: SettingName): readonly string[] {
  return [...new Set(sourceKinds.flatMap(({ label, settings }) => (settings.includes(name) ? [label] : [])))];
}

/** A scheme, which a drive's letter is not. */
const scheme = /^[a-z][a-z0-9+.-]+:/i;

/** The kind of a source's name. @throws SpillwayError `usage` for an unknown scheme, unless a file has that name */
export function kindOf(name: string): SourceKind {
  const written = name.toLowerCase();
  const kind = sourceKinds.find(({ prefix }) => written.startsWith(prefix)) ?? folder;
  if (kind !== folder || !scheme.test(name) || existsSync(name)) return kind;
  const ways = [folder, ...sourceKinds.slice(0, -1)].map((each) => each.written);
  throw new SpillwayError("usage", `${name} is not a source that Spillway knows`, {
    next: `Name ${ways.slice(0, -1).join(", ")}, or ${ways.at(-1) ?? ""}.`,
  });
}

/** The settings that none of the kinds takes, and the kinds that would take the first of them. */
export function straySettings(
  kinds: readonly SourceKind[],
  given: readonly SettingName[],
): { readonly stray: readonly SettingName[]; readonly takers: readonly SourceKind[] } {
  const stray = given.filter((name) => !kinds.some(({ settings }) => settings.includes(name)));
  const [first] = stray;
  return { stray, takers: first === undefined ? [] : sourceKinds.filter(({ settings }) => settings.includes(first)) };
}
