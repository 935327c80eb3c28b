/** The files that a run writes: the config's reports, one file each. */
import { dayMs } from "../day.ts";
import type { Config, ReportConfig, ScopeConfig } from "../config/config.ts";
import { SpillwayError } from "../errors.ts";
import { isS3Url, parseS3Url } from "../aws/s3/url.ts";
import { resolveBoundary } from "../report/boundary.ts";
import { type Report, findReport } from "../report/catalogue.ts";
import { type FormatName, formatTraits } from "../report/formats/names.ts";
import { type Scope, applyScope } from "../sql/scope.ts";

/** The overview for people, a text or page made of several reports, without rows. */
export const overviewName = "overview";

/** One file to write. */
export interface ReportJob {
  /** The report; null for the overview. */
  readonly report: Report | null;
  readonly format: FormatName;
  readonly scope: Scope;
  /** The boundary's name, if there is one. */
  readonly boundaryName: string | undefined;
  /** A path, or `s3://bucket/key`. */
  readonly target: string;
  readonly settings: ReportConfig;
}

/**
 * The files of the config's reports.
 * @throws SpillwayError `report-unknown`, `usage` for a boundary, `config` when two would be the same file
 */
export function reportJobs(config: Config, catalogue: ReadonlyMap<string, Report>, now: Date): ReportJob[] {
  const jobs = config.reports.flatMap((settings) => jobsOf(settings, config, catalogue, now));
  const targets = new Set<string>();
  for (const { target } of jobs) {
    if (targets.has(target)) {
      throw new SpillwayError("config", `two reports would be written to ${target}`, {
        next: "Give them different outputs.",
      });
    }
    targets.add(target);
  }
  return jobs;
}

function jobsOf(
  settings: ReportConfig,
  config: Config,
  catalogue: ReadonlyMap<string, Report>,
  now: Date,
): ReportJob[] {
  const boundaryName = settings.boundary ?? config.boundary;
  const scope = scopeOf(ownScope(settings) ?? config.scope, boundaryOf(config, boundaryName), now);
  const output = settings.output.replaceAll("{date}", now.toISOString().slice(0, 10)).replace(/\/+$/, "");
  if (isS3Url(output)) parseS3Url(output);
  const formats = [...new Set([settings.format].flat())];
  if (settings.envelope === true && !formats.includes("json")) {
    throw new SpillwayError(
      "config",
      `an envelope is for json, and the reports in ${output} are ${formats.join(", ")}`,
      {
        next: 'Add "json" to their format; Parquet and Arrow carry the same as metadata.',
      },
    );
  }
  return reportsOf(settings, scope, catalogue).flatMap((report) =>
    (report === null ? overviewFormats(formats) : formats).map((format) => {
      const target = `${output}/${report?.name ?? overviewName}.${formatTraits[format].extension}`;
      return { report, format, scope, boundaryName, target, settings };
    }),
  );
}

/** The formats of an overview: text, and a page if the config asks for one. */
function overviewFormats(formats: readonly FormatName[]): readonly FormatName[] {
  if (!formats.includes("html")) return ["table"];
  return formats.length === 1 ? ["html"] : ["table", "html"];
}

function reportsOf(
  { name }: ReportConfig,
  scope: Scope,
  catalogue: ReadonlyMap<string, Report>,
): readonly (Report | null)[] {
  if (name === "all") return [...catalogue.values()].filter((report) => !report.needsBoundary || scope.boundary);
  const reports = [...new Set([name].flat())].map((each) =>
    each === overviewName && !catalogue.has(each) ? null : findReport(catalogue, each),
  );
  const needing = reports.find((report) => report?.needsBoundary === true);
  if (needing && scope.boundary === undefined) {
    throw new SpillwayError("config", `the report ${needing.name} compares with a boundary, and there is none`, {
      next: 'Add a boundary, for example "boundary": "eu".',
    });
  }
  // reported now, not after everything is read; with `all`, some show parts without principals whole
  for (const report of reports) if (report !== null) applyScope(report.sql, scope, (relation) => relation);
  return reports;
}

/** The approved Regions of a boundary's name, else of the config's boundary; none: undefined. */
export function boundaryOf(config: Config, name: string | undefined = config.boundary): readonly string[] | undefined {
  return name === undefined ? undefined : resolveBoundary(name, config.boundaries).regions;
}

/** The times and names that a scope of the config means today. */
export function scopeOf(scope: ScopeConfig, boundary: readonly string[] | undefined, now: Date): Scope {
  const midnight = Math.floor(now.getTime() / dayMs) * dayMs;
  const since = scope.lastDays === undefined ? undefined : new Date(midnight - scope.lastDays * dayMs);
  const from = scope.from === undefined ? since : new Date(`${scope.from}T00:00:00Z`);
  return {
    from,
    to: scope.to === undefined ? undefined : new Date(`${scope.to}T00:00:00Z`),
    accounts: scope.account,
    regions: scope.region,
    principals: scope.principal,
    boundary,
    asOf: now,
  };
}

function ownScope(settings: ReportConfig): ScopeConfig | undefined {
  const { lastDays, from, to, account, region, principal } = settings;
  const own = { lastDays, from, to, account, region, principal };
  return Object.values(own).some((value) => value !== undefined) ? own : undefined;
}
