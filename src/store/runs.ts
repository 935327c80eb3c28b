/** Owns the rows of the table `run` and the identities of reconciliation (R8). */
import type { DuckDBConnection } from "duckdb";
import { SpillwayError } from "../errors.ts";
import { sqlText } from "./duck.ts";

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
new_events = ${run.newEvents}, duplicates = ${run.duplicates}, rejected = ${run.rejected}, other = ${run.other}
WHERE run_id = ${sqlText(run.runId)}`);
}

/** Fails loudly when an identity of R8 does not add up. */
export function reconcile(counts: RunCounts): void {
  const { objectsListed, objectsKnown, objectsLoaded, objectsSkipped, objectsQuarantined } = counts;
  const identities: readonly (readonly [string, number, number])[] = [
    [
      "objects listed = known + loaded + skipped + quarantined",
      objectsListed,
      objectsKnown + objectsLoaded + objectsSkipped + objectsQuarantined,
    ],
    ["records = Bedrock + other + rejected", counts.records, counts.bedrockEvents + counts.other + counts.rejected],
    ["Bedrock = new + duplicates", counts.bedrockEvents, counts.newEvents + counts.duplicates],
  ];
  for (const [identity, left, right] of identities) {
    if (left === right) continue;
    throw new SpillwayError("reconciliation", `The counts do not add up: ${identity}, but ${left} is not ${right}`, {
      next: "This is a defect of Spillway: please report it with this line; the warehouse was not published",
    });
  }
}
