/** The writing of one report of a run: rows from the published warehouse, into a folder or a bucket, whole or not at all. */
import { stat } from "node:fs/promises";
import type { OutputStream } from "../effects.ts";
import { type BucketSettings, bucketOptionsOf } from "../aws/options.ts";
import { type S3PutOptions, putObject } from "../aws/s3/put-object.ts";
import { isS3Url } from "../aws/s3/url.ts";
import { type Report, checkColumns, findReport } from "../report/catalogue.ts";
import { qualify } from "../engines/duckdb/engine.ts";
import type { Engine } from "../engines/engine.ts";
import { formatTraits } from "../report/formats/names.ts";
import { withOutput } from "../report/output.ts";
import { overviewData } from "../report/overview/data.ts";
import { overviewText } from "../report/overview/overview.ts";
import type { PageHead } from "../report/page/data/page-data.ts";
import { pageHead, withoutComparison } from "../report/page/head.ts";
import { policyReader } from "../report/policies/policy-reader.ts";
import type { PolicyView } from "../report/policies/policy-view.ts";
import { describesItself, extrasOf } from "../report/results/extras.ts";
import { selfDescription } from "../report/results/self-description.ts";
import { writeResult } from "../report/results/write-result.ts";
import type { Protection } from "../privacy/stand-ins.ts";
import { applyScopeWherePossible } from "../sql/scope.ts";
import { makeFolder } from "./make-folder.ts";
import { type ReportJob, overviewName } from "./report-jobs.ts";

/** One file that a run wrote. */
export interface WrittenFile {
  readonly target: string;
  readonly report: string;
  readonly format: string;
  /** Null for the overview, which is not a table. */
  readonly rows: number | null;
  readonly bytes: number;
}

/** What the rows come from, and what becomes of them on the way. */
export interface ReportSource {
  readonly engine: Engine;
  readonly catalogue: ReadonlyMap<string, Report>;
  /** What `drift`, `denials` and the overview are judged by; none: nothing. */
  readonly policies: PolicyView | undefined;
  readonly protection: Protection | undefined;
  /** What of the scope no call matches, as it was warned of. */
  readonly unmatched?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** Writes one job's file; `draft` is where it lies on its way to a bucket. */
export async function writeReport(wanted: ReportJob, source: ReportSource, draft: string): Promise<WrittenFile> {
  const job = await judgedByPolicies(wanted, source);
  const { format, target } = job;
  const isRemote = isS3Url(target);
  const file = isRemote ? draft : target;
  if (!isRemote) await makeFolder(target);
  const rows = await writeFile(job, source, file);
  if (isRemote) {
    await putObject(target, file, {
      ...putOptionsOf(job.settings),
      contentType: formatTraits[format].contentType,
      signal: source.signal,
    });
  }
  return { target, report: job.report?.name ?? overviewName, format, rows, bytes: (await stat(file)).size };
}

/** The reports that compare with what is allowed have it in their scope. */
async function judgedByPolicies(job: ReportJob, { policies, engine }: ReportSource): Promise<ReportJob> {
  const compares = job.report === null || job.report.name === "drift";
  if (policies === undefined || !compares) return job;
  const { withReach } = await import("../report/policies/drift.ts");
  return { ...job, scope: await withReach(job.scope, policies, engine) };
}

/** How the bucket of an output is reached: of reports, and of evidence packs. */
export function putOptionsOf(settings: BucketSettings & { readonly kmsKey?: string | undefined }): S3PutOptions {
  return {
    ...bucketOptionsOf(settings),
    kmsKey: settings.kmsKey,
  };
}

async function writeFile(job: ReportJob, source: ReportSource, file: string): Promise<number | null> {
  const { report, scope, format, boundaryName, settings } = job;
  const { engine, signal, catalogue, protection } = source;
  if (report === null) {
    await writeOverview(job, source, file);
    return null;
  }
  const statement = applyScopeWherePossible(report.sql, scope, qualify);
  const itself = describesItself(format, settings.envelope)
    ? await selfDescription(
        { report, sql: statement },
        { scope, boundaryName, engine, protection },
        catalogue.get("claims"),
      )
    : undefined;
  const rows = await engine.run(statement, signal);
  checkColumns(report, rows.columns);
  const result = await policyReader(source.policies, scope, engine)(report.name, rows);
  const head = headOf(job, source);
  const page =
    format === "html" ? { report, head: await withoutComparison(head, engine, [report.name], signal) } : undefined;
  return await writeResult(result, { file, stdout: nowhere }, { format, signal, page, ...extrasOf(format, itself) });
}

async function writeOverview(job: ReportJob, source: ReportSource, file: string): Promise<void> {
  if (job.format === "html") return await writePage(job, source, file);
  const { scope, boundaryName } = job;
  const { catalogue, policies, ...rest } = source;
  const boundary = scope.boundary && { name: boundaryName ?? "", regions: scope.boundary };
  const statement = (name: string, around = (sql: string): string => sql): string =>
    applyScopeWherePossible(around(findReport(catalogue, name).sql), scope, qualify);
  const amend = policyReader(policies, scope, source.engine);
  const text = overviewText(await overviewData({ ...rest, statement, amend, asked: scope, boundary }));
  await withOutput(file, nowhere, async (output) => void output.write(text));
}

async function writePage(job: ReportJob, source: ReportSource, file: string): Promise<void> {
  const { scope } = job;
  const [{ buildPage }, { renderPage }] = await Promise.all([
    import("../report/page/build-page.ts"),
    import("../report/page/page.ts"),
  ]);
  const statement = (report: Report): string => applyScopeWherePossible(report.sql, scope, qualify);
  const amend = policyReader(source.policies, scope, source.engine);
  const page = renderPage(await buildPage({ ...source, statement, amend, head: headOf(job, source) }));
  await withOutput(file, nowhere, async (output) => void output.write(page));
}

function headOf(
  { scope, boundaryName }: ReportJob,
  { engine, policies, protection, unmatched }: ReportSource,
): PageHead {
  return pageHead({
    scope,
    boundaryName,
    engine: engine.name,
    protection,
    bundleDay: policies?.bundle.collected_at,
    notes: unmatched,
  });
}

/** A file is always named: nothing of a run's reports goes to stdout. */
const nowhere: OutputStream = {
  write() {
    throw new Error("a report without a file");
  },
};
