/** The content of a digest file: its fields, checked, and the hash that its signature covers. */
import { createHash } from "node:crypto";
import { z } from "zod";

const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/i);
const time = z.string().refine((text) => /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text)));

const logEntrySchema = z.object({
  s3Bucket: z.string().min(1),
  s3Object: z.string().min(1),
  hashValue: hex,
  hashAlgorithm: z.string(),
});

const digestSchema = z
  .object({
    awsAccountId: z.string(),
    digestStartTime: time,
    digestEndTime: time,
    digestS3Bucket: z.string().min(1),
    digestS3Object: z.string().min(1),
    digestPublicKeyFingerprint: z.string().min(1),
    digestSignatureAlgorithm: z.string(),
    previousDigestS3Bucket: z.string().nullish(),
    previousDigestS3Object: z.string().nullish(),
    previousDigestHashValue: hex.nullish(),
    previousDigestHashAlgorithm: z.string().nullish(),
    previousDigestSignature: hex.nullish(),
    logFiles: z.array(logEntrySchema),
  })
  // A starting digest has no predecessor; CloudTrail never writes only some of these fields.
  .refine(
    ({ previousDigestS3Object, previousDigestSignature, previousDigestS3Bucket }) =>
      new Set([previousDigestS3Object == null, previousDigestSignature == null, previousDigestS3Bucket == null])
        .size === 1,
  )
  .refine(({ digestStartTime, digestEndTime }) => Date.parse(digestStartTime) <= Date.parse(digestEndTime));

export interface LogEntry {
  readonly s3Bucket: string;
  readonly s3Object: string;
  readonly hashValue: string;
  readonly hashAlgorithm: string;
}

export interface PreviousDigest {
  readonly bucket: string;
  readonly key: string;
  readonly signature: string;
  /** The hash in lower case; null where the digest does not say. */
  readonly hash: string | null;
}

export interface DigestDocument {
  readonly accountId: string;
  readonly startsAt: number;
  readonly endsAt: number;
  /** The end time as it is printed, which the signature covers. */
  readonly endText: string;
  readonly bucket: string;
  readonly key: string;
  readonly fingerprint: string;
  /** The predecessor; null for a starting digest. */
  readonly previous: PreviousDigest | null;
  readonly logs: readonly LogEntry[];
  /** Whether all algorithms are known. */
  readonly hasKnownAlgorithms: boolean;
  /** SHA-256 over the bytes of the document, hex. */
  readonly sha256: string;
}

/** The document; null if it does not have the form of a digest. */
export function parseDigest(content: Uint8Array): DigestDocument | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    return null;
  }
  const parsed = digestSchema.safeParse(value);
  if (!parsed.success) return null;
  const { data } = parsed;
  const { previousDigestS3Bucket: bucket, previousDigestS3Object: key, previousDigestSignature: signature } = data;
  return {
    accountId: data.awsAccountId,
    startsAt: Date.parse(data.digestStartTime),
    endsAt: Date.parse(data.digestEndTime),
    endText: data.digestEndTime,
    bucket: data.digestS3Bucket,
    key: data.digestS3Object,
    fingerprint: data.digestPublicKeyFingerprint.toLowerCase(),
    previous:
      bucket == null || key == null || signature == null
        ? null
        : { bucket, key, signature, hash: data.previousDigestHashValue?.toLowerCase() ?? null },
    logs: data.logFiles,
    hasKnownAlgorithms:
      data.digestSignatureAlgorithm === "SHA256withRSA" &&
      (data.previousDigestHashAlgorithm ?? "SHA-256") === "SHA-256" &&
      data.logFiles.every(({ hashAlgorithm }) => hashAlgorithm === "SHA-256"),
    sha256: createHash("sha256").update(content).digest("hex"),
  };
}
