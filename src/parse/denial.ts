/** The reading of a denial's sentence: its Region, kind of policy, explicit or not, and the policy itself (R4). */
import { foundationModelOfArn } from "./model-id.ts";

export interface Denial {
  /** Region of the denied resource; `unspecified` for the Region-less ARN. */
  readonly region: string | null;
  readonly by: string | null;
  readonly explicit: boolean | null;
  readonly policyArn: string | null;
  /** Foundation model of the denied resource. */
  readonly model: string | null;
}

export const noDenial: Denial = { region: null, by: null, explicit: null, policyArn: null, model: null };

/** CloudTrail cuts errorMessage at 1 KB: a word that reaches this end may be incomplete. */
const cutAt = 1024;

const explicitMark = "with an explicit deny";
const implicitMark = "because no ";

/** The kinds of policy in the sentence's words and in ours. */
const policyKinds: readonly (readonly [said: string, by: string])[] = [
  ["service control policy", "service control policy"],
  ["resource control policy", "resource control policy"],
  ["identity-based policy", "identity policy"],
  ["permissions boundary", "permissions boundary"],
  ["session policy", "session policy"],
  ["resource-based policy", "resource-based policy"],
  ["VPC endpoint policy", "VPC endpoint policy"],
];

/** The denial in a message; `bareCode` is the record's errorCode without its prefix. */
export function parseDenial(message: string | null, bareCode: string): Denial {
  if (message === null) return noDenial;
  const start = afterMark(message, "ot authorized to perform", 0);
  if (start < 0) return bareCode === "VpceAccessDenied" ? endpointDenial(message) : noDenial;
  const wasCut = Buffer.byteLength(message) >= cutAt;

  const resourceMark = afterMark(message, "on resource", start);
  const resourceAt = resourceMark < 0 ? -1 : skipColonAndBlanks(message, resourceMark);
  const resource = resourceAt < 0 ? "" : wordAt(message, resourceAt);
  const resourceEnd = resourceAt < 0 ? start : resourceAt + resource.length;
  const resourceCut = isCut(message, resource, resourceEnd, wasCut);

  const explicitAt = afterMark(message, explicitMark, resourceEnd);
  const implicitAt = explicitAt < 0 ? afterMark(message, implicitMark, resourceEnd) : -1;
  const kindAt = explicitAt < 0 ? implicitAt : afterArticle(message, explicitAt);
  const kind = kindAt < 0 ? undefined : policyKinds.find(([said]) => message.startsWith(said, kindAt));
  return {
    region: regionOf(resource),
    by: kind?.[1] ?? null,
    explicit: explicitAt >= 0 ? true : implicitAt >= 0 ? false : null,
    policyArn: explicitAt < 0 || kind === undefined ? null : policyAt(message, kindAt + kind[0].length, wasCut),
    model: resourceCut ? null : foundationModelOfArn(resource),
  };
}

/** The denial by a VPC endpoint, which has its own sentence: "The request was denied due to a VPC endpoint policy". */
function endpointDenial(message: string): Denial {
  return message.includes("VPC endpoint policy") ? { ...noDenial, by: "VPC endpoint policy" } : noDenial;
}

/** The Region of an ARN, known only if the colon after it is there. */
function regionOf(arn: string): string | null {
  const parts = arn.split(":", 5);
  if (parts[0] !== "arn" || parts.length < 5) return null;
  return parts[3] === "" ? "unspecified" : (parts[3] ?? null);
}

function policyAt(message: string, from: number, wasCut: boolean): string | null {
  if (message[from] !== ":") return null;
  const at = skipColonAndBlanks(message, from);
  const arn = wordAt(message, at);
  if (!arn.startsWith("arn:") || !arn.includes("/") || isCut(message, arn, at + arn.length, wasCut)) return null;
  return arn.endsWith(".") ? arn.slice(0, -1) : arn;
}

function isCut(message: string, word: string, end: number, wasCut: boolean): boolean {
  return (wasCut && end >= message.length) || word.endsWith("..");
}

/** The place after ` in a ` or ` in an `; -1 if something else follows. */
function afterArticle(message: string, at: number): number {
  if (message.startsWith(" in an ", at)) return at + 7;
  return message.startsWith(" in a ", at) ? at + 6 : -1;
}

function afterMark(message: string, mark: string, from: number): number {
  const at = message.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}

function skipColonAndBlanks(message: string, from: number): number {
  let at = from;
  while (message[at] === ":" || message[at] === " ") at += 1;
  return at;
}

/** The word up to the next blank or quote: the sentence may be inside JSON. */
function wordAt(message: string, from: number): string {
  let end = from;
  while (end < message.length && !isBoundary(message.charCodeAt(end))) end += 1;
  return message.slice(from, end);
}

function isBoundary(code: number): boolean {
  // Blank and control characters, then " ' ) , \ }
  return code <= 32 || code === 34 || code === 39 || code === 41 || code === 44 || code === 92 || code === 125;
}
