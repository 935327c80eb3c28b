/** Small made-up log files for tests: sound records and the folders they lie in. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

export type AnyRecord = Readonly<Record<string, unknown>>;

/** A call of Converse through a profile that spilled; `n` names it, `changes` replace fields. */
export function bedrockRecord(n: number, changes: AnyRecord = {}): AnyRecord {
  return {
    eventVersion: "1.11",
    eventTime: `2026-09-02T10:${String(Math.floor(n / 60) % 60).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}Z`,
    eventSource: "bedrock.amazonaws.com",
    eventName: "Converse",
    eventType: "AwsApiCall",
    eventID: `e0000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    requestID: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    awsRegion: "eu-central-1",
    recipientAccountId: "111122223333",
    userIdentity: {
      type: "AssumedRole",
      accountId: "111122223333",
      arn: "arn:aws:sts::111122223333:assumed-role/app/session",
    },
    requestParameters: { modelId: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0" },
    additionalEventData: { inferenceRegion: "eu-north-1" },
    ...changes,
  };
}

export function gzipLog(records: readonly unknown[]): Buffer {
  return gzipSync(JSON.stringify({ Records: records }));
}

/** The path of a log file below the folder of a copied trail. */
export function logPath(folder: string, name: string, kind = "CloudTrail"): string {
  return join(
    folder,
    "AWSLogs",
    "111122223333",
    kind,
    "eu-central-1",
    "2026",
    "09",
    "02",
    `111122223333_${kind}_eu-central-1_20260902T1000Z_${name}.json.gz`,
  );
}

export function putFile(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Three sound files, with a second record of the same request in two of them. */
export function putSoundFiles(folder: string): void {
  putFile(
    logPath(folder, "Sound1"),
    gzipLog([bedrockRecord(1), bedrockRecord(2), { eventSource: "s3.amazonaws.com", eventName: "GetObject" }]),
  );
  putFile(logPath(folder, "Sound2"), gzipLog([bedrockRecord(3), bedrockRecord(1)]));
  putFile(logPath(folder, "Sound3"), gzipLog([{ eventSource: "ec2.amazonaws.com", eventName: "RunInstances" }]));
}
