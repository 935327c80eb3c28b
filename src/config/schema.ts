/** Owns what may stand in `spillway.json`: every key with its meaning, once, for the loader, the JSON Schema and the docs. */
import { z } from "zod";
import { isDay } from "../day.ts";
import { formatNames } from "../report/formats/names.ts";
import { type Config, failOnChoices } from "./config.ts";

const text = z.string().min(1);
const texts = z.array(text).min(1);
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { abort: true, error: "write a day as YYYY-MM-DD" })
  .refine(isDay, "there is no such day");
const account = z.string().regex(/^\d{12}$/, "account ids have 12 digits");
const accounts = z.array(account).min(1);
const days = z.int().min(1).max(36_500);

/** How a bucket is reached, for reading and for writing; the flags of `spillway ingest` have the same names. */
const bucketKeys = {
  profile: text.optional().describe("profile of the AWS configuration"),
  roleArn: texts.optional().describe("roles to assume, one through the other"),
  externalId: text.optional().describe("external id for the last role"),
  s3Endpoint: z.url().optional().describe("an S3-compatible store"),
  s3Region: text.optional().describe("Region of the bucket; AWS's are found without it"),
  s3PathStyle: z.boolean().optional().describe("name the bucket in the path, not in the host"),
  expectedBucketOwner: account.optional().describe("refuse the bucket if another account owns it"),
};

const sourceSchema = z
  .strictObject({
    source: text.describe(
      "a folder, a file, `s3://bucket/prefix`, or `lookup-events:REGION,...`; an `athena:` table has its own command: `spillway ingest`",
    ),
    lookBackDays: days.optional().describe("list this many days back on every run, instead of the rules of docs/s3.md"),
    from: day.optional().describe("first delivery day to list, on every run"),
    to: day.optional().describe("last delivery day to list"),
    account: accounts.optional().describe("only these accounts"),
    region: texts.optional().describe("only these Regions"),
    ...bucketKeys,
    s3RequesterPays: z.boolean().optional().describe("you pay for the requests"),
    lookupRole: texts
      .optional()
      .describe("lookup-events: a role in each account to read; assumed by the last `roleArn`, if any"),
    cloudtrailEndpoint: z.url().optional().describe("lookup-events: another endpoint than AWS's"),
    s3KeptDays: days.optional().describe("days before the bucket's lifecycle may delete a log; default: 365"),
  })
  .describe("a bucket or an event history, with how to reach it");

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

const reportSchema = z.strictObject({
  name: z
    .union([text, texts])
    .default("all")
    .describe(
      "a report, several, or `all` (those that need a boundary only if there is one); `overview`, for people, is text whatever `format` says",
    ),
  format: z
    .union([format, z.array(format).min(1)])
    .default("csv")
    .describe("how the rows are written; several make several files"),
  output: text.describe(
    "a folder or `s3://bucket/prefix`; files are named after their report. `{date}` stands for the run's day, UTC",
  ),
  boundary: text.optional().describe("instead of the config's boundary"),
  ...scopeKeys,
  ...bucketKeys,
  kmsKey: text.optional().describe("bucket: encrypt the reports with this KMS key (ARN)"),
});

export const configSchema: z.ZodType<Config> = z
  .strictObject({
    $schema: z.string().optional().describe("where editors find the JSON Schema; not read"),
    warehouse: text.default("spillway.duckdb").describe("warehouse file"),
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
      .describe("boundaries of your own: name to list of Regions"),
    reportsFolder: text.optional().describe("a folder with SQL reports of your own"),
    reports: z.array(reportSchema).default([]).describe("reports that each run writes"),
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
    failOn: z
      .array(z.enum(failOnChoices))
      .default([])
      .describe(
        "exit with 3 when there is: `boundary`, served outside the boundary; `integrity`, an object replaced or gone since it was loaded, or (with `verify`) a digest or log file that is changed, missing or that nothing vouches for; `findings`, any of them",
      ),
    strict: z
      .boolean()
      .default(false)
      .describe("exit with 4 when something was quarantined, rejected or denied, or coverage has a gap"),
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
