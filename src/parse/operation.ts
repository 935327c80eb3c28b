/** The classification of records: whether they are inference, of what kind, and how the call ended (R3). */
import { findInferenceOperation, isNeverInference } from "../reference/operations.ts";
import { flagOrNull } from "./json.ts";

export type RecordKind = "api-call" | "completion" | "network" | "other";
export type CallOutcome = "served" | "denied" | "throttled" | "failed";

/** The eventName of a listed inference operation, `other-inference` for an unknown one that qualifies, else null. */
export function inferenceOperation(
  eventName: string,
  eventSource: string | null,
  modelId: string | null,
  host: string | null,
): string | null {
  if (findInferenceOperation(eventName, eventSource) !== undefined) return eventName;
  if (modelId === null || host === null || !host.startsWith("bedrock-runtime.")) return null;
  return isNeverInference(eventName) ? null : "other-inference";
}

/** Whether the answer is streamed; `streamParameter`, from the request, decides where the operation does not. */
export function isStreaming(operation: string, eventSource: string | null, streamParameter: unknown): boolean {
  const streaming = findInferenceOperation(operation, eventSource)?.streaming ?? false;
  return streaming === "by-parameter" ? flagOrNull(streamParameter) === true : streaming;
}

export function recordKind(
  operation: string | null,
  eventType: string | null,
  eventCategory: string | null,
): RecordKind {
  if (operation === null) return "other";
  // Both spellings occur in AWS's own pages.
  if (eventType === "AwsVpceEvent" || eventType === "AwsVpceEvents" || eventCategory === "NetworkActivity")
    return "network";
  return eventType === "AwsServiceEvent" ? "completion" : "api-call";
}

/** The outcome by the code alone: messages of failures may say "Access denied" too. */
export function outcomeOf(kind: RecordKind, errorCode: string | null): CallOutcome | null {
  if (kind === "other") return null;
  // A stream that broke off was served: the model had received the data.
  if (kind === "completion" || errorCode === null || errorCode === "") return "served";
  const code = bareErrorCode(errorCode);
  switch (code) {
    case "AccessDenied":
    case "AccessDeniedException":
    case "UnauthorizedOperation":
    case "VpceAccessDenied":
      return "denied";
  }
  const throttled =
    code.startsWith("Throttling") || code.startsWith("TooManyRequests") || code.startsWith("ServiceQuotaExceeded");
  return throttled ? "throttled" : "failed";
}

/** The code without the prefix that some services put before it. */
export function bareErrorCode(errorCode: string): string {
  return errorCode.startsWith("Client.") ? errorCode.slice(7) : errorCode;
}
