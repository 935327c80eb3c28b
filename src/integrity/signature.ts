/** The text that a digest's signature covers, and its check. CloudTrail User Guide, "Custom implementations of log file integrity validation". */
import { type KeyObject, verify } from "node:crypto";
import type { DigestDocument } from "./digest-document.ts";

/** Four lines: end time as printed, own place, hash of the document, signature of the predecessor or the word null. */
function signedText(digest: Pick<DigestDocument, "endText" | "bucket" | "key" | "sha256" | "previous">): string {
  const { endText, bucket, key, sha256, previous } = digest;
  return `${endText}\n${bucket}/${key}\n${sha256}\n${previous?.signature ?? "null"}`;
}

/** RSA PKCS#1 v1.5 with SHA-256; `signature` in hex. */
export function isSignedBy(digest: DigestDocument, signature: string, key: KeyObject): boolean {
  if (!/^(?:[0-9a-f]{2})+$/i.test(signature)) return false;
  return verify("sha256", Buffer.from(signedText(digest), "utf8"), key, Buffer.from(signature, "hex"));
}

/** Whether two hex texts are equal, whatever their case. */
export function sameHex(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
