/** The fields read of an invocation log's record, and its conversion into a row. It loads zod: import it lazily. */
import { z } from "zod";
import { parseEventTime } from "./event-time.ts";
import { isUuid } from "./invocation-key.ts";
import { isObject } from "./json.ts";
import type { Wanted } from "./json-fields.ts";
import { fieldOf } from "./record-schema.ts";
import { tokenCount } from "./tokens.ts";

/** All fields that are read; the last three only tell files of another kind. */
export const logFields: Wanted = {
  schemaType: "value",
  timestamp: "value",
  accountId: "value",
  region: "value",
  requestId: "value",
  operation: "value",
  modelId: "value",
  errorCode: "value",
  inferenceRegion: "value",
  identity: { arn: "value" },
  input: { inputTokenCount: "value", cacheReadInputTokenCount: "value", cacheWriteInputTokenCount: "value" },
  output: { outputTokenCount: "value" },
  eventSource: "presence",
  Records: "presence",
  logEvents: "presence",
};

const optional = <Type extends z.ZodType>(type: Type): z.ZodType<z.output<Type> | null> =>
  z.preprocess((value) => (value === undefined || value === "" ? null : value), type.nullable());

/** The forms of identifiers: a field that holds anything else is rejected or absent. */
const regionName = z.string("a Region or null").regex(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/, "a Region or null");
const code = z.string("a code or null").regex(/^[\w.:#-]{1,200}$/, "a code or null");
const identifier = z.string("an identifier or null").regex(/^[\x21-\x7e]{1,2048}$/, "an identifier or null");
const anyCount = z.unknown().optional().transform(tokenCount);
const absentPart = { arn: null };

/** The schema of a record; a part that is not an object has none of its fields. */
const recordSchema = z.object(
  {
    timestamp: z
      .string("an RFC 3339 time")
      .transform((text, context) => parseEventTime(text) ?? (context.addIssue("an RFC 3339 time"), z.NEVER)),
    accountId: z.string("twelve digits").regex(/^\d{12}$/, "twelve digits"),
    region: z.string("a Region").regex(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/, "a Region"),
    requestId: z.string("an identifier").regex(/^[\x21-\x7e]{1,256}$/, "an identifier"),
    operation: optional(code),
    modelId: optional(identifier),
    errorCode: optional(code),
    inferenceRegion: optional(regionName),
    identity: z
      .strictObject(
        {
          arn: z
            .unknown()
            .optional()
            .transform((arn) => (identifier.safeParse(arn).success ? String(arn) : null)),
        },
        objectOrNull(),
      )
      .nullish()
      .transform((part) => part ?? absentPart),
    input: z
      .strictObject(
        { inputTokenCount: anyCount, cacheReadInputTokenCount: anyCount, cacheWriteInputTokenCount: anyCount },
        objectOrNull(),
      )
      .nullish(),
    output: z.strictObject({ outputTokenCount: anyCount }, objectOrNull()).nullish(),
  },
  "an object",
);

function objectOrNull(): string {
  return "an object or null";
}

/** The columns of `invocation_log` in the table's order, without `object_uri` and `record_index`. */
export type InvocationLogRow = {
  readonly request_id: string;
  readonly invocation_key: string | null;
  readonly account_id: string;
  readonly source_region: string;
  /** The time in epoch milliseconds. */
  readonly event_time: number;
  readonly inference_region: string | null;
  readonly model_id: string | null;
  readonly operation: string | null;
  readonly error_code: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  readonly identity_arn: string | null;
};

/** The row of a record, or one line on why it is rejected: the field and the kind of its value, never the value. */
export function toLogRow(record: unknown): { readonly row: InvocationLogRow } | { readonly reason: string } {
  const { data, error } = recordSchema.safeParse(record);
  if (data === undefined) {
    const [issue] = error.issues;
    const path = issue?.path ?? [];
    return { reason: `${fieldOf(path)}: expected ${issue?.message ?? "another value"}, found ${kindAt(record, path)}` };
  }
  const requestId = data.requestId.toLowerCase();
  return {
    row: {
      request_id: requestId,
      invocation_key: isUuid(requestId) ? `${data.region}/${requestId}` : null,
      account_id: data.accountId,
      source_region: data.region,
      event_time: data.timestamp,
      inference_region: data.inferenceRegion,
      model_id: data.modelId,
      operation: data.operation,
      error_code: data.errorCode,
      input_tokens: data.input?.inputTokenCount ?? null,
      output_tokens: data.output?.outputTokenCount ?? null,
      cache_read_tokens: data.input?.cacheReadInputTokenCount ?? null,
      cache_write_tokens: data.input?.cacheWriteInputTokenCount ?? null,
      identity_arn: data.identity.arn,
    },
  };
}

function kindAt(record: unknown, path: readonly PropertyKey[]): string {
  let value = record;
  for (const step of path) value = isObject(value) ? value[String(step)] : undefined;
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  const unkept = isObject(value) ? value["unkept"] : undefined;
  if (isObject(value)) return typeof unkept === "string" && unkept !== "object" ? `a ${unkept}` : "an object";
  return typeof value === "string" ? "another text" : `a ${typeof value}`;
}
