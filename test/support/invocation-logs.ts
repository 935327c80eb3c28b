/** Made-up model invocation logs for tests: records that fit `bedrockRecord`, their paths, and poison in all that must not be read. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { AnyRecord } from "./trail-files.ts";

/** The log of the call that `bedrockRecord(n)` is about, as Bedrock writes it, with a prompt and a completion. */
export function invocationLog(n: number, changes: AnyRecord = {}): AnyRecord {
  return {
    schemaType: "ModelInvocationLog",
    schemaVersion: "1.0",
    timestamp: `2026-09-02T10:${String(Math.floor(n / 60) % 60).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}Z`,
    accountId: "111122223333",
    identity: { arn: "arn:aws:sts::111122223333:assumed-role/app/session" },
    region: "eu-central-1",
    requestId: requestId(n),
    operation: "Converse",
    modelId: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    input: {
      inputContentType: "application/json",
      inputBodyJson: { messages: [{ role: "user", content: [{ text: "hello" }] }] },
      inputTokenCount: 12,
      cacheReadInputTokenCount: 900,
      cacheWriteInputTokenCount: 3,
    },
    output: { outputContentType: "application/json", outputBodyJson: { output: { text: "hi" } }, outputTokenCount: 88 },
    inferenceRegion: "eu-west-3",
    ...changes,
  };
}

export function requestId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** JSON lines, gzipped. */
export function gzipLines(records: readonly unknown[]): Buffer {
  return gzipSync(records.map((record) => JSON.stringify(record)).join("\n"));
}

export interface LogPlace {
  readonly account?: string;
  readonly region?: string;
  readonly day?: string;
  readonly hour?: string;
}

/** The key of a log object; `name` may hold a folder, as in `data/x_input`. */
export function logKey(name: string, place: LogPlace = {}): string {
  const { account = "111122223333", region = "eu-central-1", day = "2026-09-02", hour = "10" } = place;
  return `AWSLogs/${account}/BedrockModelInvocationLogs/${region}/${day.replaceAll("-", "/")}/${hour}/${name}.json.gz`;
}

export function invocationLogPath(folder: string, name: string, place: LogPlace = {}): string {
  return join(folder, ...logKey(name, place).split("/"));
}

/** Short enough for a parser to quote it whole. */
export const poison = "p0is0n7";

/** The same record with poison in every field that is not read, known and unknown, in any place and any form. */
export function poisoned(record: AnyRecord): AnyRecord {
  const input = record["input"];
  const output = record["output"];
  return {
    [poison]: { [poison]: poison },
    errorMessage: poison,
    ...record,
    requestMetadata: { owner: `${poison}@example.com`, [`${poison}-key`]: poison },
    identity: { ...Object(record["identity"]), principalTags: { mail: poison } },
    input: {
      ...Object(input),
      inputContentType: poison,
      inputBodyJson: { messages: [{ content: [{ text: `"${poison}\\"{[ \u{1f600} ${poison}` }] }], system: [poison] },
      inputBodyS3Path: `s3://bucket/${poison}/data/x_input.json.gz`,
      inputTokenCounts: poison,
    },
    output: {
      ...Object(output),
      outputContentType: poison,
      outputBodyJson: [{ output: { message: { content: [{ text: poison }] } } }, poison, [[poison]]],
      outputBodyS3Path: `s3://bucket/${poison}/data/x_output.json.gz`,
    },
    guardrailTrace: poison,
    nested: [[[{ inferenceRegion: poison, requestId: poison, schemaType: poison }]]],
  };
}
