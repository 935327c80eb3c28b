/** The key that gathers the records of one request (R1). */
import { nonEmpty } from "./json.ts";
import { type RecordKind, bareErrorCode } from "./operation.ts";

const nilUuid = "00000000-0000-0000-0000-000000000000";

export interface KeyParts {
  readonly kind: RecordKind;
  readonly region: string;
  readonly eventId: string;
  readonly requestId: string | null;
  readonly sharedEventId: string | null;
  readonly parentRequestId: string | null;
  readonly originalRequestId: string | null;
  readonly originalEventId: string | null;
  readonly errorCode: string | null;
}

/** `REGION/uuid`, else `REGION/shared:ID`, else `REGION/event:ID`; null for a record that belongs to no invocation. */
export function invocationKey(parts: KeyParts): string | null {
  if (parts.kind === "other") return null;
  if (parts.kind === "network" && bareErrorCode(parts.errorCode ?? "") !== "VpceAccessDenied") return null;
  const region = parts.region;
  if (isUuid(parts.parentRequestId)) return `${region}/${parts.parentRequestId.toLowerCase()}`;
  if (parts.kind === "completion") return null;
  if (isUuid(parts.originalRequestId)) return `${region}/${parts.originalRequestId.toLowerCase()}`;
  const originalEvent = nonEmpty(parts.originalEventId);
  if (originalEvent !== null) return `${region}/event:${originalEvent}`;
  if (isUuid(parts.requestId)) return `${region}/${parts.requestId.toLowerCase()}`;
  const shared = nonEmpty(parts.sharedEventId);
  return shared === null ? `${region}/event:${parts.eventId}` : `${region}/shared:${shared}`;
}

/** Whether a text is a UUID of any version, but not the nil UUID. */
export function isUuid(text: string | null): text is string {
  if (text === null || text.length !== 36 || text === nilUuid) return false;
  for (let at = 0; at < 36; at += 1) {
    const code = text.charCodeAt(at);
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== 45) return false;
    } else if (!isHex(code)) return false;
  }
  return true;
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}
