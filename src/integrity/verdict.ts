/** The words of a check: what a digest or a log file came to, why, and which of it is a finding or a gap (R11). */

export type Verdict = "valid" | "invalid" | "missing" | "unreadable" | "not-yet-digested" | "undigested";

export type Reason =
  // invalid: it was read, and it is not what CloudTrail signed
  | "signature"
  | "hash"
  | "moved"
  | "format"
  | "trailing-bytes"
  | "key-expired"
  | "link"
  | "continuity"
  | "account"
  | "region"
  | "algorithm"
  // invalid where other keys of that time are known, else unreadable
  | "key-unknown"
  // missing
  | "not-found"
  | "gap"
  | "cut-end"
  // unreadable
  | "denied"
  | "archived"
  | "kms"
  | "scope"
  | "failed"
  // loaded by an ingest that did not verify
  | "not-hashed"
  | "signature-missing"
  // undigested
  | "unlisted"
  | "validation-off"
  | "digest-invalid"
  | "digest-missing"
  | "digest-unreadable"
  | "no-digests"
  // not-yet-digested
  | "recent";

export type SignatureSource = "metadata" | "successor" | "file";

/** One line of `spillway verify`. */
export interface VerifyRow {
  readonly kind: "digest" | "log";
  readonly accountId: string;
  readonly region: string;
  /** Name of the trail; null for a log file that no digest lists. */
  readonly trail: string | null;
  readonly uri: string;
  readonly verdict: Verdict;
  /** Null if valid. */
  readonly reason: Reason | null;
  readonly signatureSource: SignatureSource | null;
}

/** `--fail-on integrity`: something was changed or taken away, or lies there and nobody vouches for it. */
export function isIntegrityFinding({ verdict, reason }: Pick<VerifyRow, "verdict" | "reason">): boolean {
  if (verdict === "invalid" || verdict === "missing") return true;
  return verdict === "undigested" && (reason === "unlisted" || reason === "cut-end");
}

/** `--strict`: neither valid nor a finding; it could not be shown. */
export function isGap(row: Pick<VerifyRow, "verdict" | "reason">): boolean {
  return row.verdict !== "valid" && !isIntegrityFinding(row);
}
