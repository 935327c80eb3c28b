/** The verdict on a single digest: form, place, account, algorithms, key and signature. Its links are checked later. */
import { openStored } from "../parse/seal.ts";
import { type Area, type DigestFile, type DigestMetadata, type Unread, isUnread } from "./archive.ts";
import { type DigestDocument, parseDigest } from "./digest-document.ts";
import { parseLogName } from "./digest-name.ts";
import { type PublicKey, findKey } from "./public-keys.ts";
import { isSignedBy } from "./signature.ts";
import type { Reason, SignatureSource, Verdict } from "./verdict.ts";

/** The largest digest to read; none comes near: 100 log files take 50 KB. */
const digestLimit = 256 << 20;

/** A digest as it was read. */
export interface OpenedDigest {
  readonly file: DigestFile;
  readonly metadata: DigestMetadata | null;
  /** The file as stored; null if it could not be read. */
  readonly stored: Uint8Array | null;
  readonly document: DigestDocument | null;
  readonly problem: { readonly verdict: "invalid" | "missing" | "unreadable"; readonly reason: Reason } | null;
  /** The archive's words, where it could not be read. */
  readonly detail: string | null;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly signatureSource: SignatureSource | null;
  /** The signature that was checked, hex. */
  readonly signature: string | null;
}

export async function openDigest(area: Area, file: DigestFile): Promise<OpenedDigest> {
  const found = await area.readDigest(file);
  if (isUnread(found)) return { ...unopened(file), problem: problemOf(found), detail: found.detail };
  const { metadata, bytes } = found;
  const read = { ...unopened(file), metadata, stored: bytes };
  const opened = openStored(bytes, digestLimit);
  if (opened.flaw !== null) return { ...read, problem: { verdict: "invalid", reason: opened.flaw } };
  const document = parseDigest(opened.content);
  return { ...read, document, problem: document === null ? { verdict: "invalid", reason: "format" } : null };
}

function unopened(file: DigestFile): OpenedDigest {
  return { file, metadata: null, stored: null, document: null, problem: null, detail: null };
}

/** The problem of an unread digest: missing if it vanished after the listing, else unreadable. */
function problemOf({ unread }: Unread): OpenedDigest["problem"] {
  return unread === "not-found"
    ? { verdict: "missing", reason: "not-found" }
    : { verdict: "unreadable", reason: unread };
}

export interface JudgeContext {
  readonly area: Area;
  readonly keys: readonly PublicKey[] | null;
  /** Signatures that were saved separately, by URI or key. */
  readonly signatures: (file: DigestFile) => string | null;
}

/** The verdict; `successor` and the one after it, if any, hold the signatures of their predecessors. */
export function judgeDigest(
  opened: OpenedDigest,
  successors: readonly (OpenedDigest | undefined)[],
  context: JudgeContext,
): Judgement {
  const { document, problem } = opened;
  if (problem !== null || document === null) {
    const { verdict, reason } = problem ?? { verdict: "invalid", reason: "format" };
    return { verdict, reason, signatureSource: null, signature: null };
  }
  const misplaced = misplacement(opened, document, context.area);
  const checked = checkSignature(opened, document, successors, context);
  return misplaced === null ? checked : { ...checked, verdict: "invalid", reason: misplaced };
}

/** The fault of its place and of its own statements, before any signature. */
function misplacement({ file, metadata }: OpenedDigest, document: DigestDocument, area: Area): Reason | null {
  const { name } = file;
  if (area.keyOf(document.bucket, document.key) !== file.key) return "moved";
  if (document.accountId !== name.accountId) return "account";
  for (const { s3Object } of document.logs) {
    const log = parseLogName(s3Object);
    if (log !== null && log.accountId !== name.accountId) return "account";
    if (log !== null && log.region !== name.region) return "region";
  }
  if (!document.hasKnownAlgorithms) return "algorithm";
  if ((metadata?.algorithm ?? "SHA256withRSA") !== "SHA256withRSA") return "algorithm";
  // Only with metadata: the suffix and the time stamp belong together.
  if (metadata !== null && metadata.signature !== null && name.isBackfill !== (metadata.backfillAt !== null))
    return "format";
  return null;
}

interface FoundSignature {
  readonly source: SignatureSource;
  readonly signature: string;
}

/** The signatures to try, in order. One from the metadata is the only one: if it is wrong, no other counts. */
function signaturesFor(
  opened: OpenedDigest,
  [successor, afterwards]: readonly (OpenedDigest | undefined)[],
  context: JudgeContext,
): { readonly candidates: readonly FoundSignature[]; readonly isForged: boolean } {
  const own = opened.metadata?.signature;
  if (own != null) return { candidates: [{ source: "metadata", signature: own }], isForged: false };
  const named = namedBy(successor, opened, context.area);
  const saved = context.signatures(opened.file);
  const candidates: FoundSignature[] = [];
  if (named !== null) candidates.push({ source: "successor", signature: named });
  if (saved !== null) candidates.push({ source: "file", signature: saved });
  return { candidates, isForged: named !== null && isKnownForgery(successor, afterwards, context) };
}

/** The signature of `opened` that its successor holds. */
function namedBy(successor: OpenedDigest | undefined, opened: OpenedDigest, area: Area): string | null {
  const previous = successor?.document?.previous;
  if (previous == null || area.keyOf(previous.bucket, previous.key) !== opened.file.key) return null;
  return previous.signature;
}

/** Whether a successor is known to be wrong, so that its word does not count. */
function isKnownForgery(
  successor: OpenedDigest | undefined,
  afterwards: OpenedDigest | undefined,
  { area, keys }: JudgeContext,
): boolean {
  if (successor?.document == null) return false;
  const signature = successor.metadata?.signature ?? namedBy(afterwards, successor, area);
  if (signature === null) return false;
  const { key } = findKey(keys, successor.document.fingerprint, signedAt(successor));
  return key !== null && !isSignedBy(successor.document, signature, key);
}

/** The time of signing: a backfill digest's time stamp, or any time without one. */
function signedAt({ file, metadata, document }: OpenedDigest): number | null {
  if (!file.name.isBackfill) return document?.endsAt ?? file.name.endsAt;
  const made = Date.parse(metadata?.backfillAt ?? "");
  return Number.isNaN(made) ? null : made;
}

function checkSignature(
  opened: OpenedDigest,
  document: DigestDocument,
  successors: readonly (OpenedDigest | undefined)[],
  context: JudgeContext,
): Judgement {
  const { candidates, isForged } = signaturesFor(opened, successors, context);
  const first = candidates[0];
  const given = { signatureSource: first?.source ?? null, signature: first?.signature ?? null };
  if (first === undefined) return { ...given, verdict: "unreadable", reason: "signature-missing" };
  const { key, problem } = findKey(context.keys, document.fingerprint, signedAt(opened));
  if (problem === "expired") return { ...given, verdict: "invalid", reason: "key-expired" };
  if (problem === "unknown") return { ...given, verdict: "invalid", reason: "key-unknown" };
  if (key === null) return { ...given, verdict: "unreadable", reason: "key-unknown" };
  const right = candidates.find(({ signature }) => isSignedBy(document, signature, key));
  if (right !== undefined)
    return { verdict: "valid", reason: null, signatureSource: right.source, signature: right.signature };
  // Only a successor that is itself wrong contradicts it: that does not count.
  return isForged && candidates.length === 1
    ? { verdict: "unreadable", reason: "signature-missing", signatureSource: null, signature: null }
    : { ...given, verdict: "invalid", reason: "signature" };
}
