/** The rows of the table `run` and the identities of reconciliation (R8). */
import type { DuckDBConnection } from "duckdb";
import { SpillwayError } from "../errors.ts";
import { textLiteral as sqlText } from "../sql/literal.ts";

export interface RunStart {
  readonly runId: string;
  readonly startedAt: Date;
  readonly source: string;
  readonly version: string;
}

export interface RunCounts {
  readonly objectsListed: number;
  readonly objectsKnown: number;
  readonly objectsLoaded: number;
  readonly objectsSkipped: number;
  readonly objectsQuarantined: number;
  readonly records: number;
  readonly bedrockEvents: number;
  readonly newEvents: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly other: number;
  /** Records of model invocation logs; undefined if no source has any. */
  readonly logRecords?: number;
  readonly logsKept?: number;
  readonly logsRejected?: number;
  readonly logsOther?: number;
  readonly newLogs?: number;
  readonly duplicateLogs?: number;
}

export interface RunFinish extends RunCounts {
  readonly runId: string;
  readonly finishedAt: Date;
}

export async function insertRun(connection: DuckDBConnection, run: RunStart): Promise<void> {
  await connection.run(
    `INSERT INTO run (run_id, started_at, source, version) VALUES (${sqlText(run.runId)}, epoch_ms(${run.startedAt.getTime()}), ${sqlText(run.source)}, ${sqlText(run.version)})`,
  );
}

export async function completeRun(connection: DuckDBConnection, run: RunFinish): Promise<void> {
  reconcile(run);
  await connection.run(`UPDATE run SET finished_at = epoch_ms(${run.finishedAt.getTime()}), objects_listed = ${run.objectsListed},
objects_known = ${run.objectsKnown}, objects_loaded = ${run.objectsLoaded}, objects_skipped = ${run.objectsSkipped},
objects_quarantined = ${run.objectsQuarantined}, records = ${run.records}, bedrock_events = ${run.bedrockEvents},
new_events = ${run.newEvents}, duplicates = ${run.duplicates}, rejected = ${run.rejected}, other = ${run.other},
log_records = ${run.logRecords ?? 0}, logs_kept = ${run.logsKept ?? 0}, new_logs = ${run.newLogs ?? 0}, log_duplicates = ${run.duplicateLogs ?? 0},
logs_rejected = ${run.logsRejected ?? 0}, logs_other = ${run.logsOther ?? 0}
WHERE run_id = ${sqlText(run.runId)}`);
}

/** The identities of R8 with both sides, in the words of the printed summary. */
export function identities(counts: RunCounts): readonly { readonly text: string; readonly holds: boolean }[] {
  const n = (value: number): string => value.toLocaleString("en-US");
  const c = counts;
  return [
    {
      text: `objects   ${n(c.objectsListed)} listed = ${n(c.objectsLoaded)} loaded + ${n(c.objectsKnown)} already loaded + ${n(c.objectsSkipped)} skipped + ${n(c.objectsQuarantined)} quarantined`,
      holds: c.objectsListed === c.objectsLoaded + c.objectsKnown + c.objectsSkipped + c.objectsQuarantined,
    },
    {
      text: `records   ${n(c.records)} read = ${n(c.bedrockEvents)} Bedrock + ${n(c.other)} other + ${n(c.rejected)} rejected`,
      holds: c.records === c.bedrockEvents + c.other + c.rejected,
    },
    {
      text: `events    ${n(c.bedrockEvents)} Bedrock = ${n(c.newEvents)} new + ${n(c.duplicates)} duplicates`,
      holds: c.bedrockEvents === c.newEvents + c.duplicates,
    },
    ...logIdentities(c, n),
  ];
}

/** The identities of invocation logs; none if no source has any. */
function logIdentities(
  { logRecords = 0, logsKept = 0, logsRejected = 0, logsOther = 0, newLogs = 0, duplicateLogs = 0 }: RunCounts,
  n: (value: number) => string,
): readonly { readonly text: string; readonly holds: boolean }[] {
  if (logRecords + logsKept + newLogs + duplicateLogs === 0) return [];
  return [
    {
      text: `logs      ${n(logRecords)} invocation log records read = ${n(logsKept)} kept + ${n(logsOther)} other + ${n(logsRejected)} rejected`,
      holds: logRecords === logsKept + logsOther + logsRejected,
    },
    {
      text: `          ${n(logsKept)} kept = ${n(newLogs)} new + ${n(duplicateLogs)} duplicates`,
      holds: logsKept === newLogs + duplicateLogs,
    },
  ];
}

/** Checks the identities of R8. @throws Error when one does not add up */
export function reconcile(counts: RunCounts): void {
  const wrong = identities(counts).find(({ holds }) => !holds);
  if (wrong === undefined) return;
  throw new SpillwayError("reconciliation", `The counts do not add up: ${wrong.text.replaceAll(/ +/g, " ")}`, {
    next: "This is a defect of Spillway: please report it with this line; the warehouse was not published",
  });
}
