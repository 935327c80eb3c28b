/** CloudTrail's aggregated events: counts of data events in five minutes, without the calls themselves. */
import { inferenceOperation } from "./operation.ts";
import { parseEventTime } from "./event-time.ts";
import { type JsonObject, isObject } from "./json.ts";

/** The calls of one operation that an aggregated event counts. */
export interface AggregatedCalls {
  /** The `eventId` of the aggregated event, which counts once even if delivered twice. */
  readonly eventId: string;
  readonly accountId: string | null;
  readonly region: string | null;
  readonly eventSource: string;
  readonly eventName: string;
  /** Whether the operation runs a model, whose served Region then stays unknown. */
  readonly isInference: boolean;
  /** Start of the window, epoch milliseconds. */
  readonly windowStart: number | null;
  readonly calls: number;
}

/** Whether a record is a summary of CloudTrail's and not a call (it has neither eventName nor eventTime). */
export function isAggregated(record: JsonObject): boolean {
  return record.eventType === "AwsAggregatedEvent";
}

/** The event's counts by operation; none if it counts something else. */
export function aggregatedCalls(record: JsonObject): readonly AggregatedCalls[] {
  const { eventId, eventID, accountId, awsRegion, eventSource, summary, timeWindow } = record;
  const id = eventId ?? eventID;
  if (typeof id !== "string" || typeof eventSource !== "string") return [];
  return namesAndCounts(summary).map(([eventName, calls]) => ({
    eventId: id,
    accountId: typeof accountId === "string" ? accountId : null,
    region: typeof awsRegion === "string" ? awsRegion : null,
    eventSource,
    eventName,
    isInference: inferenceOperation(eventName, eventSource, null, null) !== null,
    windowStart: isObject(timeWindow) ? startOf(timeWindow.windowStart) : null,
    calls,
  }));
}

/** The start of the window; both spellings are in use, with T and Z and with a blank. */
function startOf(value: unknown): number | null {
  return parseEventTime(typeof value === "string" ? value.replace(/^(\S+) (\S+)$/, "$1T$2Z") : value);
}

function namesAndCounts(summary: unknown): readonly (readonly [name: string, calls: number])[] {
  const dimension = isObject(summary) ? summary.primaryDimension : undefined;
  if (!isObject(dimension) || dimension.dimension !== "eventName" || !Array.isArray(dimension.statistics)) return [];
  return dimension.statistics.flatMap((statistic: unknown) => {
    if (!isObject(statistic) || typeof statistic.name !== "string" || typeof statistic.value !== "number") return [];
    return [[statistic.name, statistic.value] as const];
  });
}
