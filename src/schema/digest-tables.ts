/** The tables of an ingest that verifies: CloudTrail's digests, their public keys, and log files that are gone. */
import { type Table, column } from "./column.ts";

export const digestTable = {
  name: "digest",
  doc: "CloudTrail's digests, each as it was judged last; also those that should be there and are not",
  columns: [
    column("uri", "text", "digest file; with a * where only the hour is known in which it should have ended"),
    column("account_id", "text", "account folder it lies in"),
    column("region", "text", "Region folder it lies in"),
    column("day", "text", "day on which its hour ended, YYYY-MM-DD"),
    column("trail", "text", "name of the trail"),
    column("kind", "text", "standard or backfill: each is a chain of its own"),
    column("starts_at", "timestamp", "begin of the time of delivery that it covers, UTC; null if it could not be read"),
    column("ends_at", "timestamp", "end of that time, UTC"),
    column("verdict", "text", "valid, invalid, missing, unreadable or undigested"),
    column("reason", "text", "why it is not valid"),
    column("signature", "text", "the signature that was checked, hex"),
    column("signature_source", "text", "metadata, successor or file"),
    column("fingerprint", "text", "fingerprint of the public key that it names"),
    column("previous_uri", "text", "its predecessor, as it names it; null for a starting digest"),
    column("sha256", "text", "SHA-256 of its inflated bytes, hex"),
    column("log_files", "bigint", "log files that it lists"),
    column("body", "text", "the file as it is stored, base64"),
    column("run_id", "text", "run that judged it"),
    column("checked_at", "timestamp", "when, UTC"),
  ],
} satisfies Table;

export const publicKeyTable = {
  name: "public_key",
  doc: "CloudTrail's public keys that digests were checked with",
  columns: [
    column("region", "text", "Region that was asked; null for a saved key that does not say"),
    column("fingerprint", "text", "MD5 of its DER bytes, hex"),
    column("value", "text", "its DER bytes, base64"),
    column("valid_from", "timestamp", "UTC"),
    column("valid_to", "timestamp", "UTC"),
    column("source", "text", "ListPublicKeys, or the file that it was read from"),
  ],
} satisfies Table;

export const missingLogTable = {
  name: "missing_log",
  doc: "Log files that a valid digest lists and that are not there, or not where we may look",
  columns: [
    column("uri", "text", "log file"),
    column("account_id", "text", "account folder of its digest"),
    column("region", "text", "Region folder of its digest"),
    column("day", "text", "delivery day by its name, YYYY-MM-DD"),
    column("verdict", "text", "missing or unreadable"),
    column("reason", "text", "not-found, scope, ..."),
    column("digest_uri", "text", "digest that lists it"),
    column("listed_hash", "text", "SHA-256 that the digest gives, hex"),
    column("run_id", "text", "run that missed it"),
  ],
} satisfies Table;

/** The digests as reports read them; verdicts on existing log files are in the ledger. */
export const digestCheckTable = {
  name: "digest_check",
  doc: "Verdicts on digests, and on log files that are not there, counted by account, Region and day",
  columns: [
    column("account_id", "text", "account folder"),
    column("region", "text", "Region folder"),
    column("day", "text", "day on which a digest's hour ended or a log file was delivered, YYYY-MM-DD"),
    column("kind", "text", "digest or log"),
    column("verdict", "text", "as spillway verify has it"),
    column("reason", "text", "why it is not valid"),
    column("files", "bigint", "digests or log files"),
  ],
} satisfies Table;

export const digestTables: readonly Table[] = [digestTable, publicKeyTable, missingLogTable, digestCheckTable];
