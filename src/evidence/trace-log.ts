/** What a call rests on that CloudTrail does not state, its served Region or its tokens: which record of which invocation log, and the record. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import type { InvocationLogRow } from "../parse/invocation-log-record.ts";
import { type CsvRow, findRow } from "./csv-rows.ts";
import { type FoundLogRecord, findLogRecord } from "./find-log-record.ts";
import { type FoundStep, type ReadLog, type TraceStep, fails, holds, unknown } from "./trace-step.ts";

export interface LogTrace {
  readonly steps: readonly TraceStep[];
  /** The log that the steps name, if the pack has one. */
  readonly log: LogPlace | undefined;
}

/** A record of an invocation log, and what the pack says that it says. */
export interface LogPlace {
  readonly uri: string;
  readonly index: number;
  /** By column of the log. */
  readonly said: Readonly<Partial<Record<keyof InvocationLogRow, string>>>;
}

const counts = ["input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"] as const;

/** No digest covers an invocation log: what rests on one never holds. */
export async function traceLog(root: string, row: CsvRow): Promise<LogTrace> {
  const { invocation_key: key = "", account_id: account = "", served_region: served = "" } = row;
  const call = { invocation_key: key, account_id: account };
  const steps: TraceStep[] = [];
  let log: LogPlace | undefined;
  if (row["region_evidence"] === "invocation-log") {
    const rests = `${served} rests on an invocation log, which no digest covers`;
    const found = await rowOf(join(root, "data/calls-by-invocation-log.csv"), key);
    if (found === undefined) steps.push(unknown("region", `${rests}; the pack does not name it`));
    else {
      const said = found["inference_region"] ?? "";
      log = { ...placeOf(found), said: { ...call, inference_region: said } };
      steps.push(
        said === served
          ? unknown("region", `${rests}: ${textOf(log)}`)
          : fails("region", `${textOf(log)} says ${said}, and the row ${served}`),
      );
    }
  }
  const counted = await rowOf(join(root, "data/tokens-by-invocation-log.csv"), key);
  if (counted === undefined) return { steps, log };
  const resting = counts.flatMap((name) => (counted[name] === "" ? [] : [[name, counted[name] ?? ""] as const]));
  log = { ...placeOf(counted), said: { ...call, ...log?.said, ...Object.fromEntries(resting) } };
  const wrong = resting.filter(([name, count]) => row[name] !== count);
  const words = (pairs: typeof resting): string => pairs.map(([name, count]) => `${name} ${count}`).join(", ");
  steps.push(
    wrong.length === 0
      ? unknown("tokens", `${words(resting)} rest on an invocation log, which no digest covers: ${textOf(log)}`)
      : fails("tokens", `${textOf(log)} says ${words(wrong)}, and the row other numbers`),
  );
  return { steps, log };
}

/** The record of the log that was named, from the source: without the prompt and the answer. */
export async function logRecordStep({ uri, index, said }: LogPlace, readLog: ReadLog): Promise<FoundStep> {
  const what = "log";
  const none = (step: TraceStep): FoundStep => ({ step, record: null });
  let bytes: Uint8Array | null;
  try {
    bytes = await readLog(uri);
  } catch (error) {
    return none(unknown(what, `the invocation log cannot be read: ${messageOf(error)}`));
  }
  if (bytes === null) return none(unknown(what, "the source does not have the invocation log"));
  let found: FoundLogRecord | string;
  try {
    found = findLogRecord(bytes, index);
  } catch (error) {
    found = messageOf(error);
  }
  if (typeof found === "string") return none(fails(what, `it is not the invocation log: ${found}`));
  const { fields, row } = found;
  const differences = Object.entries(said).flatMap(([name, wanted]) => {
    // names of the row's columns, all of them
    const value = row[name as keyof InvocationLogRow];
    return String(value) === wanted
      ? []
      : [`${name} is ${String(value ?? "nothing")} in the record and ${wanted} in the pack`];
  });
  if (differences.length > 0)
    return { step: fails(what, `the record differs from the pack: ${differences.join("; ")}`), record: fields };
  return {
    step: holds(
      what,
      `requestId ${row.request_id} says so; AWS signs no invocation logs, so nothing shows it unchanged`,
    ),
    record: fields,
  };
}

async function rowOf(file: string, key: string): Promise<CsvRow | undefined> {
  // packs of before have no such file
  return existsSync(file) ? await findRow(file, (row) => row["invocation_key"] === key) : undefined;
}

function placeOf({ object_uri: uri = "", record_index: index = "" }: CsvRow): Omit<LogPlace, "said"> {
  return { uri, index: Number(index) };
}

function textOf({ uri, index }: LogPlace): string {
  return `record ${index} (from 0) of ${uri}`;
}
