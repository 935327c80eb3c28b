/** The run report: what a run did, in JSON, for machines and for people the next morning. */
import type { IngestCounts, IngestSummary } from "../ingest/summary.ts";
import type { SourceCounts } from "../ingest/run-totals.ts";
import { withOutput } from "../report/output.ts";
import { makeFolder } from "./make-folder.ts";
import type { Claim, Freshness } from "../report/claims.ts";
import type { EvidencePack } from "./evidence-pack.ts";
import type { RangeFinding } from "./findings.ts";
import type { Changes } from "./snapshot.ts";
import type { WrittenFile } from "./write-report.ts";

export interface RunReport {
  readonly version: string;
  /** The id in the table `run`; null if the run failed before it had one. */
  readonly runId: string | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly seconds: number;
  readonly warehouse: string;
  readonly exitCode: number;
  readonly outcome: "ok" | "failed" | "interrupted" | "findings" | "incomplete";
  /** Why the exit code is not 0, one line each. */
  readonly why: readonly string[];
  readonly error: { readonly code: string; readonly message: string; readonly next: string | null } | null;
  /** Failures that did not stop the run: of a source, or a report's file. */
  readonly failed: readonly (NonNullable<RunReport["error"]> & { readonly what: string })[];
  readonly sources: readonly SourceCounts[];
  readonly counts: Readonly<IngestCounts> | null;
  /** R8: both sides in words, and whether they are equal. */
  readonly identities: readonly { readonly text: string; readonly holds: boolean }[];
  readonly skipped: Readonly<Record<string, number>>;
  /** The first quarantined objects. */
  readonly quarantined: readonly { readonly uri: string; readonly reason: string }[];
  /** Objects replaced or gone since they were loaded: the first of those that were not known before. */
  readonly noticed: IngestSummary["findings"];
  /** Prefixes and other things that could not be listed, each in a sentence. */
  readonly notLookedAt: readonly string[];
  /** Events of days already pruned. */
  readonly lateEvents: number;
  readonly changes: Changes | null;
  readonly findings: readonly RangeFinding[];
  readonly boundaryViolations: number | null;
  /** Rows of the report `drift` in the config's scope, by kind of mark; null without `policies` and without `failOn` drift. */
  readonly drift: Readonly<Record<string, number>> | null;
  /** Account-Region-days in the config's scope, by kind of gap. */
  readonly coverageGaps: Readonly<Record<string, number>>;
  /** The claims about the config's scope; empty if the run failed before. */
  readonly claims: readonly Claim[];
  /** Newest log file of each account and Region. */
  readonly newestLogs: readonly Freshness[];
  readonly pruned: {
    readonly before: string;
    readonly invocations: number;
    readonly events: number;
    readonly bytesBefore: number;
    readonly bytesAfter: number;
  } | null;
  readonly files: readonly WrittenFile[];
  /** Evidence packs: made, unchanged, or changed since they were made before. */
  readonly evidence: readonly EvidencePack[];
  readonly phases: readonly Phase[];
}

export interface Phase {
  readonly name: string;
  readonly seconds: number;
}

/** Writes a small file whole or not at all. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await makeFolder(file);
  await withOutput(file, { write: () => undefined }, async (output) => {
    output.write(text);
    await Promise.resolve();
  });
}
