/** The settings of sources, for flags and config alike: each one's kind of value and meaning. */

/** All settings; `placeholder` stands for the value in the help, and one without it is on or off. */
export const sourceSettings = {
  from: { value: "day", placeholder: "day", help: "first delivery day, or day of the events (default: 90 days back)" },
  to: { value: "day", placeholder: "day", help: "last delivery day, or day of the events" },
  account: { value: "accounts", placeholder: "ids", help: "only these accounts" },
  region: { value: "texts", placeholder: "regions", help: "only these Regions" },
  profile: { value: "text", placeholder: "name", help: "profile of the AWS configuration" },
  roleArn: { value: "texts", placeholder: "arns", help: "role to assume; several are assumed one through the other" },
  externalId: { value: "text", placeholder: "id", help: "external id for the last role; with lookup roles, for each" },
  s3Endpoint: { value: "url", placeholder: "url", help: "an S3-compatible store" },
  s3Region: { value: "text", placeholder: "region", help: "Region of the bucket; AWS's are found without it" },
  s3PathStyle: { value: "switch", placeholder: "", help: "name the bucket in the path, not in the host" },
  expectedBucketOwner: {
    value: "account",
    placeholder: "account",
    help: "refuse the bucket if another account owns it",
  },
  s3RequesterPays: { value: "switch", placeholder: "", help: "you pay for the requests" },
  s3KeptDays: {
    value: "days",
    placeholder: "n",
    help: "days before its lifecycle may delete a log; one that is gone earlier is a finding (default: 365)",
  },
  anyName: {
    value: "switch",
    placeholder: "",
    help: "read files of any name, not only those that are called like a log",
  },
  lookupRole: {
    value: "texts",
    placeholder: "arns",
    help: "a role in each account to read; assumed by the last role above, if any",
  },
  cloudtrailEndpoint: { value: "url", placeholder: "url", help: "another endpoint than AWS's" },
  athenaWorkgroup: { value: "text", placeholder: "name", help: "workgroup (default: primary)" },
  athenaOutput: {
    value: "text",
    placeholder: "url",
    help: "s3://bucket/prefix for results, where the workgroup has none",
  },
  athenaRegion: { value: "text", placeholder: "region", help: "Region of Athena" },
  athenaEndpoint: { value: "url", placeholder: "url", help: "another endpoint for Athena" },
  athenaS3Endpoint: { value: "url", placeholder: "url", help: "another S3 endpoint for the results" },
  athenaPrice: {
    value: "dollars",
    placeholder: "dollars",
    help: "US dollars for a TB scanned (default: 5, the list price)",
  },
  maxScan: { value: "bytes", placeholder: "bytes", help: "stop beyond so many bytes scanned, for example 10GB" },
  dayColumn: {
    value: "text",
    placeholder: "names",
    help: "where such a table has the delivery day: day, or year,month,day (default: $path)",
  },
  tableLacks: { value: "texts", placeholder: "columns", help: "columns of AWS's own table that it does not have" },
  tableAccounts: {
    value: "accounts",
    placeholder: "ids",
    help: "accounts to name in every query, for a table with injected accounts",
  },
  lateDays: {
    value: "lateDays",
    placeholder: "n",
    help: "days that are read again once a day, for late files (default: 30)",
  },
  countRecords: {
    value: "switch",
    placeholder: "",
    help: "count the records of other services too; reads the logs twice",
  },
} as const;

export type SettingName = keyof typeof sourceSettings;

/** The kinds of value that settings take. */
export type SettingValue = (typeof sourceSettings)[SettingName]["value"];

/** The settings that reach a bucket, for reading or writing. */
export const bucketSettings = [
  "profile",
  "roleArn",
  "externalId",
  "s3Endpoint",
  "s3Region",
  "s3PathStyle",
  "expectedBucketOwner",
] as const satisfies readonly SettingName[];

/** The settings that reach Athena. */
export const athenaSettings = [
  "athenaWorkgroup",
  "athenaOutput",
  "athenaRegion",
  "athenaEndpoint",
  "athenaS3Endpoint",
  "athenaPrice",
] as const satisfies readonly SettingName[];

/** The settings that describe somebody else's table of logs. */
export const logTableSettings = ["dayColumn", "tableLacks", "tableAccounts"] as const satisfies readonly SettingName[];

/** The type of a kind of value. */
export type TypeOf<V extends SettingValue> = V extends "texts" | "accounts"
  ? readonly string[]
  : V extends "switch"
    ? boolean
    : V extends "days" | "lateDays" | "dollars"
      ? number
      : V extends "bytes"
        ? number | string
        : string;

/** The settings of a source, from flags or config. */
export type SourceSettings = {
  readonly [Name in SettingName]?: TypeOf<(typeof sourceSettings)[Name]["value"]> | undefined;
};

// Object.keys widens the keys of a constant to text
export const settingNames = Object.keys(sourceSettings) as readonly SettingName[];
