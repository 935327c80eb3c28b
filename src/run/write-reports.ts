/** The step of a run that writes its reports: one that cannot be written does not keep the others from it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isS3Url } from "../aws/s3/url.ts";
import type { Config } from "../config/config.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engines/engine.ts";
import { SpillwayError } from "../errors.ts";
import { warnOfEmptyScope } from "../report/empty-scope.ts";
import { filesFor } from "../report/output.ts";
import { interrupted } from "./interrupted.ts";
import type { RunState } from "./record-run.ts";
import type { ReportJob } from "./report-jobs.ts";
import { withEngine } from "./with-engine.ts";
import { type ReportSource, writeReport } from "./write-report.ts";

export interface ReportStep extends Pick<ReportSource, "catalogue" | "policies" | "signal"> {
  readonly config: Config;
  readonly effects: Effects;
}

/** Writes the jobs' files and notes in `progress` what was written and what failed. */
export async function writeReports(jobs: readonly ReportJob[], step: ReportStep, progress: RunState): Promise<void> {
  const { config, effects, signal } = step;
  const { protection } = progress;
  const folder = await mkdtemp(join(tmpdir(), "spillway-reports-"));
  const draft = join(folder, "report");
  const files = [draft, ...jobs.map(({ target }) => target).filter((target) => !isS3Url(target))];
  try {
    const writing = async (engine: Engine): Promise<void> => {
      const scopes = new Map(jobs.map(({ scope }) => [JSON.stringify(scope), scope]));
      const unmatched = new Map<string, readonly string[]>();
      for (const [key, scope] of scopes) unmatched.set(key, await warnOfEmptyScope(engine, scope, effects.log));
      for (const job of jobs) {
        if (signal.aborted) throw interrupted();
        const source = { ...step, engine, protection, unmatched: unmatched.get(JSON.stringify(job.scope)) };
        await tryJob(job, source, draft, effects, progress);
      }
    };
    await withEngine(config, writing, { protection, writable: files.flatMap(filesFor) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryJob(
  job: ReportJob,
  source: ReportSource,
  draft: string,
  { log }: Effects,
  progress: RunState,
): Promise<void> {
  try {
    const file = await writeReport(job, source, draft);
    progress.files.push(file);
    const rows = file.rows === null ? "" : `: ${file.rows.toLocaleString("en-US")} rows`;
    log.info(`wrote ${file.target}${rows}`, { ...file });
  } catch (error) {
    if (source.signal.aborted || !(error instanceof SpillwayError)) throw error;
    progress.failures.push({ what: job.target, error });
  }
}
