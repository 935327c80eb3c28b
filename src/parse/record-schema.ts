/** The zod schema of a sound record, and the line that explains why one was rejected; load it lazily, zod is heavy. */
import { z } from "zod";
import { parseEventTime } from "./event-time.ts";
import { isObject } from "./json.ts";

const text = z.string("a string or null").nullish();
const filledText = z.string("a string that is not empty").min(1, "a string that is not empty");
const time = z.string("an RFC 3339 time").refine((value) => parseEventTime(value) !== null, "an RFC 3339 time");

// In all other fields a wrong type reads as absent: it is removed before the check.
const orEmpty = (value: unknown): unknown => (isObject(value) ? value : {});
const regionPair = z.preprocess(
  (pair) => (isObject(pair) && pair.key === "inferenceRegion" ? pair : {}),
  z.looseObject({ value: text }),
);
const entries = z.preprocess(
  (value) => (Array.isArray(value) ? { asList: value } : { asMap: orEmpty(value) }),
  z.object({ asList: z.array(regionPair).optional(), asMap: z.looseObject({ inferenceRegion: text }).optional() }),
);
const completion = z.preprocess(orEmpty, z.looseObject({ additionalEntries: entries.optional() }));

function part<Fields extends z.ZodRawShape>(fields: Fields): z.ZodType {
  return z.looseObject(fields, "an object or null").nullish();
}

/** The schema of a sound record (R8), field by field; unknown fields, missing parts and other versions pass. */
export const recordSchema: z.ZodType = z.looseObject(
  {
    eventTime: time,
    eventName: filledText,
    awsRegion: filledText,
    eventID: filledText,
    requestID: text,
    sharedEventID: text,
    errorCode: text,
    userIdentity: part({}),
    requestParameters: part({ modelId: text }),
    additionalEventData: part({ inferenceRegion: text }),
    serviceEventDetails: part({
      parentRequestId: text,
      AdditionalEventData: completion.optional(),
      additionalEventData: completion.optional(),
    }),
  },
  "an object",
);

/** One line with the field, what was expected and what was found; it shows only types, and the text of a time. */
export function explainRejection(record: unknown): string {
  const issue = recordSchema.safeParse(record).error?.issues[0];
  if (issue === undefined) return "the record is sound";
  const path = issue.path.filter((step) => step !== "asList" && step !== "asMap");
  const field = fieldOf(path);
  const found = path.reduce<unknown>(valueAt, record);
  return `${field}: expected ${issue.message}, found ${describe(found, field === "eventTime")}`;
}

export function fieldOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "record" : path.map(String).join(".");
}

function valueAt(value: unknown, step: PropertyKey): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, step)?.value as unknown; // typed any by the library
}

function describe(value: unknown, showText: boolean): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (value === "") return "an empty string";
  if (typeof value === "string" && showText) return JSON.stringify(value.slice(0, 40));
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
