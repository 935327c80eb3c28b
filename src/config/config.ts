/** Owns the shape of the effective config. What its keys mean stands in schema.ts. */
import type { SourceSettings } from "../ingest/sources/settings.ts";
import type { FormatName } from "../report/formats/names.ts";

export const failOnChoices = ["boundary", "integrity", "stale", "first-seen", "findings"] as const;

export type FailOn = (typeof failOnChoices)[number];

/** How a bucket is reached, to write reports into it: settings of a bucket as a source, too. */
export const bucketSettings = [
  "profile",
  "roleArn",
  "externalId",
  "s3Endpoint",
  "s3Region",
  "s3PathStyle",
  "expectedBucketOwner",
] as const;

export type BucketConfig = Pick<SourceSettings, (typeof bucketSettings)[number]>;

export interface SourceConfig extends SourceSettings {
  readonly source: string;
  readonly lookBackDays?: number | undefined;
}

export interface ScopeConfig {
  readonly lastDays?: number | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly account?: readonly string[] | undefined;
  readonly region?: readonly string[] | undefined;
  readonly principal?: readonly string[] | undefined;
}

export interface ReportConfig extends ScopeConfig, BucketConfig {
  readonly name: string | readonly string[];
  readonly format: FormatName | readonly FormatName[];
  readonly output: string;
  readonly boundary?: string | undefined;
  readonly kmsKey?: string | undefined;
}

/** Accounts and Regions whose logs are expected. */
export interface ExpectedConfig {
  readonly account: readonly string[];
  readonly region: readonly string[];
  readonly since?: string | undefined;
}

export interface VerifyConfig {
  readonly publicKeys?: readonly string[] | undefined;
  readonly signatures?: readonly string[] | undefined;
  readonly cloudtrailEndpoint?: string | undefined;
}

export interface Config {
  readonly $schema?: string | undefined;
  readonly warehouse: string;
  readonly sources: readonly (string | SourceConfig)[];
  readonly threads?: number | undefined;
  readonly maxObjectMb: number;
  readonly scope: ScopeConfig;
  readonly boundary?: string | undefined;
  readonly boundaries: Readonly<Record<string, readonly string[]>>;
  readonly reportsFolder?: string | undefined;
  readonly reports: readonly ReportConfig[];
  readonly verify: boolean | VerifyConfig;
  readonly failOn: readonly FailOn[];
  readonly expected: readonly ExpectedConfig[];
  /** Hours. */
  readonly maxAge?: number | undefined;
  readonly strict: boolean;
  readonly personalData?: "keep" | "pseudonymise" | "drop" | undefined;
  readonly pseudonymiseKeyFile?: string | undefined;
  readonly metricsFile?: string | undefined;
  readonly reportFile?: string | undefined;
  readonly logFormat: "text" | "json";
  readonly retentionDays?: number | undefined;
}
