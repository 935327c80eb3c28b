/** Owns the writing of a run's reports: rows from the published warehouse, into a folder or a bucket, each file whole or not at all. */
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ConfigFormat } from "../config/config.ts";
import type { OutputStream } from "../effects.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import { putObject } from "../aws/put-object.ts";
import { isS3Url } from "../aws/url.ts";
import { qualify } from "../report/duckdb-engine.ts";
import type { Engine } from "../report/engine.ts";
import { formats } from "../report/formats/index.ts";
import { withOutput } from "../report/output.ts";
import { type Protection, protectResult } from "../report/pseudonymise.ts";
import { applyScope } from "../report/scope.ts";
import type { ReportJob } from "./report-jobs.ts";

/** One file that a run wrote. */
export interface WrittenFile {
  readonly target: string;
  readonly report: string;
  readonly format: string;
  readonly rows: number;
  readonly bytes: number;
}

const contentTypes: Readonly<Record<ConfigFormat, string>> = {
  table: "text/plain; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  ndjson: "application/x-ndjson",
  markdown: "text/markdown; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
  arrow: "application/vnd.apache.arrow.stream",
};

/** Writes one job's file. */
export async function writeReport(
  job: ReportJob,
  engine: Engine,
  protection: Protection | undefined,
  signal: AbortSignal,
): Promise<WrittenFile> {
  const { report, format, target } = job;
  if (!isS3Url(target)) {
    await makeFolder(target);
    const rows = await writeFile(job, engine, protection, target, signal);
    return { target, report: report.name, format, rows, bytes: (await stat(target)).size };
  }
  const folder = await mkdtemp(join(tmpdir(), "spillway-report-"));
  try {
    const file = join(folder, "report");
    const rows = await writeFile(job, engine, protection, file, signal);
    const { settings } = job;
    const last = (settings.roleArn?.length ?? 0) - 1;
    await putObject(target, file, {
      profile: settings.profile,
      roles: settings.roleArn?.map((arn, index) =>
        index === last ? { arn, externalId: settings.externalId } : { arn },
      ),
      endpoint: settings.s3Endpoint,
      region: settings.s3Region,
      pathStyle: settings.s3PathStyle,
      expectedBucketOwner: settings.expectedBucketOwner,
      kmsKey: settings.kmsKey,
      contentType: contentTypes[format],
      signal,
    });
    return { target, report: report.name, format, rows, bytes: (await stat(file)).size };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeFile(
  { report, scope, format }: ReportJob,
  engine: Engine,
  protection: Protection | undefined,
  file: string,
  signal: AbortSignal,
): Promise<number> {
  const result = await engine.run(applyScope(report.sql, scope, qualify), signal);
  const shown = protection === undefined ? result : protectResult(result, protection);
  return await withOutput(file, nowhere, (output) => formats[format](shown, output));
}

/** A file is always named: nothing of a run's reports goes to stdout. */
const nowhere: OutputStream = {
  write() {
    throw new Error("a report without a file");
  },
};

async function makeFolder(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (cause) {
    throw new SpillwayError("output", `cannot make the folder of ${file}: ${messageOf(cause)}`, {
      next: "Check its parent's permissions, or name another output.",
      cause,
    });
  }
}
