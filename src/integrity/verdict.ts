/** The words of a check: verdicts on digests and log files, their reasons, and which are findings or gaps (R11). */

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
  /** The trail's name; null for a log file that no digest lists. */
  readonly trail: string | null;
  readonly uri: string;
  readonly verdict: Verdict;
  /** The reason; null if valid. */
  readonly reason: Reason | null;
  readonly signatureSource: SignatureSource | null;
}

/** Whether a row is a finding of `--fail-on integrity`: something was changed or removed, or exists without a digest. */
export function isIntegrityFinding({ verdict, reason }: Pick<VerifyRow, "verdict" | "reason">): boolean {
  if (verdict === "invalid" || verdict === "missing") return true;
  return verdict === "undigested" && (reason === "unlisted" || reason === "cut-end");
}

/** Whether a row is a gap of `--strict`: neither valid nor a finding. */
export function isGap(row: Pick<VerifyRow, "verdict" | "reason">): boolean {
  return row.verdict !== "valid" && !isIntegrityFinding(row);
}
