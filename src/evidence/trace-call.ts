/** From a call in a pack to its proof: row, log file, hash, digest, key, and with the logs at hand the record itself. */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { findKey, parsePublicKeys } from "../integrity/public-keys.ts";
import { parseDigest } from "../integrity/digest-document.ts";
import { tailOf } from "../integrity/digest-name.ts";
import { isSignedBy, sameHex } from "../integrity/signature.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import { openStored } from "../parse/seal.ts";
import { type CsvRow, csvRows, findRow } from "./csv-rows.ts";
import { type FoundRecord, findRecord } from "./find-record.ts";
import { logRecordStep, traceLog } from "./trace-log.ts";
import { type FoundStep, type ReadLog, type TraceStep, fails, holds, unknown } from "./trace-step.ts";

export interface Trace {
  readonly steps: readonly TraceStep[];
  /** The call's record as the log file has it, and that of its invocation log without prompt and answer. */
  readonly records: readonly unknown[];
}

/** @throws SpillwayError `usage` for a call that is not in the pack */
export async function traceCall(root: string, key: string, readLog: ReadLog | undefined): Promise<Trace> {
  const { row, file, line } = await findCall(root, key);
  const served = row["served_region"] === "" ? "an unknown Region" : row["served_region"];
  const steps: TraceStep[] = [
    holds(
      "row",
      `${file}, row ${line}: ${row["event_time"] ?? ""}, ${row["outcome"] ?? ""}, from ${row["source_region"] ?? ""} to ${row["outcome"] === "served" ? served : "nowhere"} (${row["region_evidence"] === "" ? "no evidence" : row["region_evidence"]})`,
    ),
  ];
  const { steps: byLog, log } = await traceLog(root, row);
  steps.push(...byLog);
  const uri = row["object_uri"] ?? "";
  const input = await findRow(
    join(root, "data/inputs.csv"),
    (each) => each["uri"] === uri && each["status"] !== "skipped",
  );
  if (input === undefined)
    return { steps: [...steps, fails("log file", `inputs.csv does not have ${uri}`)], records: [] };
  steps.push(logStep(input));
  steps.push(...(await digestSteps(root, input)));
  if (readLog === undefined) return { steps, records: [] };
  const found = [await recordStep(row, input, readLog)];
  if (log !== undefined) found.push(await logRecordStep(log, readLog));
  const records = found.flatMap(({ record }) => (record === null ? [] : [record]));
  return { steps: [...steps, ...found.map(({ step }) => step)], records };
}

async function findCall(root: string, key: string): Promise<{ row: CsvRow; file: string; line: number }> {
  const names = (await readdir(join(root, "data/rows")))
    .filter((name) => /^invocations-.*\.csv$/.test(name))
    .toSorted();
  for (const name of names) {
    let line = 0;
    for await (const row of csvRows(join(root, "data/rows", name))) {
      line++;
      if (row["invocation_key"] === key) return { row, file: `data/rows/${name}`, line };
    }
  }
  throw new SpillwayError("usage", `the pack has no call ${key}`, {
    next: "Take the invocation_key of a row in data/rows/, as it stands.",
  });
}

function logStep({ uri = "", sha256 = "", status = "", digest_verdict: verdict = "" }: CsvRow): TraceStep {
  if (sha256 === "") return unknown("log file", `${uri}: its SHA-256 was not taken; ingest with --verify takes it`);
  return holds("log file", `${uri}: SHA-256 ${sha256}, ${status}${verdict === "" ? "" : `, ${verdict}`}`);
}

async function digestSteps(root: string, input: CsvRow): Promise<readonly TraceStep[]> {
  const { digest_uri: uri = "", digest_verdict: verdict = "", digest_reason: reason = "", sha256 = "" } = input;
  if (verdict === "") return [unknown("digest", "no digest was looked at for this log file")];
  if (verdict !== "valid" || uri === "") {
    const step =
      ["invalid", "missing"].includes(verdict) || reason === "unlisted" || reason === "cut-end" ? fails : unknown;
    return [
      step(
        "digest",
        `the log file is ${verdict}${reason === "" ? "" : ` (${reason})`}${uri === "" ? "" : `, by ${uri}`}`,
      ),
    ];
  }
  const row = await findRow(join(root, "data/integrity/signatures.csv"), (each) => each["uri"] === uri);
  const file = row?.["file"] ?? "";
  if (row === undefined || file === "") return [fails("digest", `signatures.csv does not have ${uri}`)];
  const opened = openStored(await readFile(join(root, "data", file)), 256 << 20);
  const document = opened.flaw === null ? parseDigest(opened.content) : null;
  if (document === null) return [fails("digest", `data/${file} cannot be read`)];
  const listed = document.logs.find(({ s3Object }) => tailOf(s3Object) === tailOf(input["uri"] ?? ""));
  if (listed === undefined || !sameHex(listed.hashValue, sha256))
    return [fails("digest", `data/${file} does not list the log file with this SHA-256`)];
  const digest = holds("digest", `data/${file} lists it with this SHA-256 (${uri})`);
  const keys = parsePublicKeys(
    await readFile(join(root, "data/integrity/public-keys.json"), "utf8"),
    "public-keys.json",
  );
  const ofRegion = keys.filter((key) => key.region === null || key.region === row["region"]);
  const { key } = findKey(ofRegion, document.fingerprint, row["kind"] === "backfill" ? null : document.endsAt);
  if (key === null) return [digest, fails("key", `no public key ${document.fingerprint} of its Region and time`)];
  if (!isSignedBy(document, row["signature"] ?? "", key))
    return [digest, fails("key", `${document.fingerprint} of ${row["region"] ?? ""} did not sign it`)];
  return [digest, holds("key", `${document.fingerprint} of ${row["region"] ?? ""} signed it`)];
}

async function recordStep(row: CsvRow, input: CsvRow, readLog: ReadLog): Promise<FoundStep> {
  const { uri = "", sha256 = "" } = input;
  let bytes: Uint8Array | null;
  try {
    bytes = await readLog(uri);
  } catch (error) {
    return { step: unknown("record", `the log file cannot be read: ${messageOf(error)}`), record: null };
  }
  if (bytes === null) return { step: unknown("record", "the source does not have the log file"), record: null };
  let found: FoundRecord;
  try {
    found = findRecord(bytes, row);
  } catch (error) {
    return { step: fails("record", `it is not a log file: ${messageOf(error)}`), record: null };
  }
  if (sha256 !== "" && !sameHex(found.sha256, sha256))
    return { step: fails("record", `the log file has another SHA-256: ${found.sha256}`), record: null };
  if (found.record === null) return { step: fails("record", "the log file has no record of this call"), record: null };
  const { record, differences } = found;
  if (differences.length > 0)
    return { step: fails("record", `the record differs from the row: ${differences.join("; ")}`), record };
  const held =
    sha256 === "" ? "; the pack holds no SHA-256 to compare the log file with" : ", in the log file of this SHA-256";
  return { step: holds("record", `eventID ${String(record["eventID"])}${held}`), record };
}
