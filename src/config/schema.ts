/** The keys of `spillway.json` with their meanings, for the loader, the JSON Schema and the docs. */
import { z } from "zod";
import { parseBytes } from "../bytes-text.ts";
import { isDay } from "../day.ts";
import { sourceKinds, takersOf } from "../ingest/sources/kinds.ts";
import {
  type SettingName,
  type SettingValue,
  type SourceSettings,
  type TypeOf,
  bucketSettings,
  settingNames,
  sourceSettings,
} from "../ingest/sources/settings.ts";
import { formatNames } from "../report/formats/names.ts";

/** The settings that reach an organization; sources have them too. */
const organizationSettings = ["profile", "roleArn", "externalId"] as const satisfies readonly SettingName[];

const text = z.string().min(1);
const texts = z.array(text).min(1);
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { abort: true, error: "write a day as YYYY-MM-DD" })
  .refine(isDay, "there is no such day");
const account = z.string().regex(/^\d{12}$/, "account ids have 12 digits");
const accounts = z.array(account).min(1);
const days = z.int().min(1).max(36_500);
const size = z.union([
  z.int().min(1),
  z.string().refine((value) => (parseBytes(value) ?? 0) > 0, "write it as 10GB, or a number of bytes"),
]);

const valueSchemas: { readonly [Value in SettingValue]: z.ZodType<TypeOf<Value>> } = {
  text,
  texts,
  day,
  days,
  account,
  accounts,
  url: z.url(),
  switch: z.boolean(),
  bytes: size,
  dollars: z.number().min(0),
  lateDays: z.int().min(0).max(30),
};

/** A setting of a source as a key; `of` stands before its meaning. */
function settingKey(name: SettingName, of = ""): z.ZodOptional {
  const { value, help } = sourceSettings[name];
  return valueSchemas[value].optional().describe(`${of}${help}`);
}

/** The kinds of source that take a setting, as words before its meaning. */
const ofTakers = (name: SettingName): string => `${takersOf(name).join(", ")}: `;

type SettingKeys<Name extends SettingName> = { [Each in Name]: z.ZodOptional<z.ZodType<SourceSettings[Each]>> };

function keysOf<Name extends SettingName>(names: readonly Name[], of: (name: Name) => string): SettingKeys<Name> {
  // Object.fromEntries forgets which name got which schema; each has the type that valueSchemas holds it to
  return Object.fromEntries(names.map((name) => [name, settingKey(name, of(name))])) as SettingKeys<Name>;
}

const sourceSchema = z
  .strictObject({
    source: text.describe(sourceKinds.map(({ written }) => written).join(", ")),
    lookBackDays: days
      .optional()
      .describe("bucket, lookup, athena: so many days back on every run, instead of the rules of docs/s3.md"),
    ...keysOf(settingNames, ofTakers),
  })
  .describe("a bucket, an event history or a table, with how to reach it");

/** Problems of an entry: accounts are named by one of two keys, and some keys belong to only one of these. */
function expectedProblems(entry: Readonly<Record<string, unknown>>): string[] {
  const isGiven = (key: string): boolean => entry[key] !== undefined;
  if (isGiven("account") === isGiven("organization")) return ["give either account, a list, or organization: true"];
  if (isGiven("organization")) return [];
  const stray = ["except", ...organizationSettings, "organizationsEndpoint"].filter(isGiven);
  return stray.map((key) => `${key} goes with organization: true`);
}

const scopeKeys = {
  lastDays: days.optional().describe("from this many days before today, UTC, until now"),
  from: day.optional().describe("first day"),
  to: day.optional().describe("day at which it ends, not included"),
  account: accounts.optional().describe("accounts of callers"),
  region: texts.optional().describe("source Regions"),
  principal: texts.optional().describe("principals, whole or by their last part; `*` stands for any text"),
};

const scopeSchema = z.strictObject(scopeKeys);

const format = z.enum(formatNames);

const strangers = (output: string): readonly string[] =>
  (output.match(/\{[^{}]*\}?/g) ?? []).filter((placeholder) => placeholder !== "{date}");
const hasOnlyDates = (output: string): boolean => strangers(output).length === 0;
const unknownPlaceholder = (output: string): string =>
  `${strangers(output).join(" and ")} stands for nothing; the one that does is {date}`;

const reportSchema = z.strictObject({
  name: z
    .union([text, texts])
    .default("all")
    .describe(
      "a report, several, or `all` (those that need a boundary only if there is one); `overview`, for people, is a page with `html` and text with any other `format`",
    ),
  format: z
    .union([format, z.array(format).min(1)])
    .default("csv")
    .describe("how the rows are written; several make several files"),
  envelope: z
    .boolean()
    .optional()
    .describe("`json`: an object with the rows and with what they are: report, scope, claims, version, run"),
  output: text
    .refine(hasOnlyDates, { error: (issue) => unknownPlaceholder(String(issue.input)) })
    .describe(
      "a folder or `s3://bucket/prefix`; files are named after their report. `{date}` stands for the run's day, UTC",
    ),
  boundary: text.optional().describe("instead of the config's boundary"),
  ...scopeKeys,
  ...keysOf(bucketSettings, () => "bucket: "),
  kmsKey: text.optional().describe("bucket: encrypt the reports with this KMS key (ARN)"),
});

const evidenceSchema = z.strictObject({
  output: text.describe(
    "a folder or `s3://bucket/prefix`; a pack is `spillway-BOUNDARY-FROM-TO.zip`, and `…-rev2.zip` where it had to be made again",
  ),
  boundary: text.optional().describe("instead of the config's boundary"),
  from: day.optional().describe("with `to`: one pack for the range; alone: months from this day on"),
  to: day.optional().describe("day at which it ends, not included"),
  sign: text.optional().describe("PEM file with a P-256 or Ed25519 key, or `kms:ARN`; default: unsigned"),
  clauses: text.optional().describe("JSON file with a clause map of your own"),
  keepPersonal: z
    .boolean()
    .optional()
    .describe("keep people in the packs; default: left out, or replaced by keyed hashes if there is a key"),
  ...keysOf(bucketSettings, () => "bucket: "),
  kmsKey: text.optional().describe("bucket: encrypt the packs with this KMS key (ARN)"),
});

/** The warehouse's default name; its folder is the config's. */
export const defaultWarehouse = "spillway.duckdb";

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe("where editors find the JSON Schema; not read"),
    warehouse: text.default(defaultWarehouse).describe("warehouse file; default: beside the config file"),
    sources: z
      .array(z.union([text, sourceSchema]))
      .default([])
      .describe("what `spillway run` loads; a text is short for an object with nothing but `source`"),
    threads: z.int().min(1).max(64).optional().describe("worker threads; default: one per core, at most 8"),
    maxObjectMb: z.int().min(1).max(4096).default(512).describe("quarantine objects that inflate to more than this"),
    scope: scopeSchema
      .default({})
      .describe("what findings, coverage gaps and, unless they say otherwise, reports are about; default: everything"),
    boundary: text
      .optional()
      .describe("approved Regions: `eu`, `eea`, `us`, ..., a name from `boundaries`, or Regions with commas"),
    boundaries: z
      .record(z.string(), z.array(text).min(1))
      .default({})
      .describe(
        "boundaries of your own: name to list of Regions or of names such as `eu`; also rows of the table `boundary`",
      ),
    reportsFolder: text.optional().describe("a folder with SQL reports of your own"),
    reports: z.array(reportSchema).default([]).describe("reports that each run writes"),
    evidence: evidenceSchema
      .optional()
      .describe(
        "evidence packs: one for each month that is over, or for a range; made again only when its inputs changed: docs/evidence.md",
      ),
    verify: z
      .union([
        z.boolean(),
        z.strictObject({
          publicKeys: texts.optional().describe("saved answers of ListPublicKeys; else AWS is asked, in each Region"),
          signatures: texts.optional().describe("signatures of digests that a copy has lost"),
          cloudtrailEndpoint: z.url().optional().describe("another endpoint than AWS's for ListPublicKeys"),
        }),
      ])
      .default(false)
      .describe("check what is loaded by CloudTrail's digests, which lie beside the logs: docs/verify.md"),
    policies: z
      .strictObject({
        bundle: text.describe("file with the documents, from `spillway policy collect`; read anew on each run"),
        context: z
          .record(z.string(), texts)
          .optional()
          .describe("condition keys with their values: what the flag `--context` says"),
        absent: texts.optional().describe("condition keys that calls do not have: what the flag `--absent` says"),
      })
      .optional()
      .describe(
        "policy documents that `drift`, `denials` and `overview` are judged by; without them nothing is said of what is allowed",
      ),
    failOn: z
      .array(z.enum(["boundary", "integrity", "stale", "drift", "first-seen", "evidence", "findings"]))
      .default([])
      .describe(
        'exit with 3 when there is: `boundary`, served outside the boundary; `integrity`, an object replaced or gone since it was loaded, or (with `verify`) a digest or log file that is changed, missing or that nothing vouches for; `stale`, an account and Region whose newest log is older than `maxAge`, or that never delivered; `drift`, a mark of the report `drift` other than "allowed and never used"; `first-seen`, a principal, profile, model or account that reached a served Region for the first time within the scope, or a day whose spill left its usual range (report `first-seen`; the scope needs `from` or `lastDays`); `evidence`, a pack that had to be made again of other inputs; `findings`, any of these but `first-seen`, which has to be named, and `drift` only with `policies`',
      ),
    strict: z
      .boolean()
      .default(false)
      .describe(
        "exit with 4 when something was quarantined, rejected or denied, or a claim was not shown (a gap, an unknown)",
      ),
    expected: z
      .array(
        z
          .strictObject({
            account: accounts.optional().describe("accounts, each in every Region of the entry"),
            organization: z
              .literal(true)
              .optional()
              .describe(
                "instead of `account`: the active accounts of the organization, as each run reads them (`organizations:ListAccounts`, from the management account or a delegated administrator), each from the day on which it joined",
              ),
            region: texts.describe("Regions"),
            since: day.optional().describe("first day on which they are expected; default: always"),
            except: accounts.optional().describe("organization: without these accounts"),
            ...keysOf(organizationSettings, () => "organization: "),
            organizationsEndpoint: z.url().optional().describe("organization: another endpoint than AWS's"),
          })
          .superRefine((entry, context) => {
            for (const message of expectedProblems(entry)) context.addIssue({ code: "custom", message });
          }),
      )
      .default([])
      .describe(
        "accounts and Regions whose logs are expected: one that delivers none is a gap by name, and the claim `complete` is about these",
      ),
    maxAge: z
      .int()
      .min(1)
      .max(8760)
      .default(24)
      .describe("hours after which the newest log of an account and Region is stale"),
    personalData: z
      .enum(["keep", "pseudonymise", "drop"])
      .optional()
      .describe("in reports; default: pseudonymise if there is a key, else keep"),
    pseudonymiseKeyFile: text
      .optional()
      .describe("file with the key; else the key is in SPILLWAY_PSEUDONYMISE_KEY. A key never stands in the config"),
    metricsFile: text
      .optional()
      .describe("OpenMetrics text for the node exporter's textfile collector: name it `.../spillway.prom`"),
    reportFile: text.optional().describe("the run report, JSON"),
    logFormat: z.enum(["text", "json"]).default("text").describe("log lines on stderr"),
    retentionDays: days
      .optional()
      .describe("each run removes what is older than this many whole days; default: nothing is removed"),
  })
  .describe("Configuration of Spillway");
