/** The making of CloudTrail digests: documents, their signatures and the links between them, signed with any RSA key. */
import { hourMs } from "../day.ts";
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { gzipSync } from "node:zlib";

/** A private key with what ListPublicKeys would answer about it. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  /** Base64 of the public key in PKCS#1 form. */
  readonly value: string;
  readonly fingerprint: string;
}

/** A log file as a digest lists it. */
export interface ChainLog {
  readonly key: string;
  /** The inflated content. */
  readonly content: Uint8Array;
}

export interface ChainPlan {
  readonly bucket: string;
  /** The key up to the account's folder: `AWSLogs/o-exampleorgid/`. */
  readonly root: string;
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly homeRegion: string;
  readonly key: SigningKey;
  /** End of the hour before the first digest, epoch milliseconds. */
  readonly start: number;
  /** Log files, hour by hour. */
  readonly hours: readonly (readonly ChainLog[])[];
  readonly hourMs?: number;
  /** When each digest of a backfill chain is made; its digests say so. */
  readonly backfillAt?: ((endsAt: number) => number) | undefined;
}

export interface DigestBody {
  readonly digestEndTime: string;
  readonly digestS3Bucket: string;
  readonly digestS3Object: string;
  readonly previousDigestSignature: string | null;
  readonly [field: string]: unknown;
}

export interface MadeDigest {
  readonly key: string;
  readonly document: DigestBody;
  readonly body: Buffer;
  readonly signature: string;
  /** Metadata of the S3 object, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

export function signingKey(pem: string | KeyObject): SigningKey {
  const privateKey = typeof pem === "string" ? createPrivateKey(pem) : pem;
  const der = createPublicKey(privateKey).export({ format: "der", type: "pkcs1" });
  return {
    privateKey,
    value: der.toString("base64"),
    fingerprint: createHash("md5").update(der).digest("hex"),
  };
}

/** An answer of ListPublicKeys as the AWS CLI prints it. */
export function publicKeyList(keys: readonly SigningKey[], from: number, to: number): string {
  const PublicKeyList = keys.map(({ value, fingerprint }) => ({
    Value: value,
    ValidityStartTime: from / 1000,
    ValidityEndTime: to / 1000,
    Fingerprint: fingerprint,
  }));
  return `${JSON.stringify({ PublicKeyList }, null, 2)}\n`;
}

/** The digests of a chain, oldest first. `previous` is the digest that it continues; without it the first one is a starting digest. */
export function makeChain(plan: ChainPlan, previous: MadeDigest | null = null): readonly MadeDigest[] {
  const made: MadeDigest[] = [];
  const length = plan.hourMs ?? hourMs;
  let last = previous;
  for (const [index, logs] of plan.hours.entries()) {
    const startsAt = plan.start + index * length;
    last = makeDigest(plan, logs, startsAt, startsAt + length, last);
    made.push(last);
  }
  return made;
}

function makeDigest(
  plan: ChainPlan,
  logs: readonly ChainLog[],
  startsAt: number,
  endsAt: number,
  previous: MadeDigest | null,
): MadeDigest {
  const { bucket, account, key, backfillAt } = plan;
  const eventTimes = logs.length === 0 ? [null, null] : [isoSeconds(endsAt - 60_000), isoSeconds(startsAt)];
  const document: DigestBody = {
    awsAccountId: account,
    digestStartTime: isoSeconds(startsAt),
    digestEndTime: isoSeconds(endsAt),
    digestS3Bucket: bucket,
    digestS3Object: digestKey(plan, endsAt),
    digestPublicKeyFingerprint: key.fingerprint,
    digestSignatureAlgorithm: "SHA256withRSA",
    newestEventTime: eventTimes[0],
    oldestEventTime: eventTimes[1],
    previousDigestS3Bucket: previous?.document.digestS3Bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous === null ? null : sha256(Buffer.from(JSON.stringify(previous.document))),
    previousDigestHashAlgorithm: previous === null ? null : "SHA-256",
    previousDigestSignature: previous?.signature ?? null,
    logFiles: logs.map((log) => ({
      s3Bucket: bucket,
      s3Object: log.key,
      hashValue: sha256(log.content),
      hashAlgorithm: "SHA-256",
      newestEventTime: eventTimes[0],
      oldestEventTime: eventTimes[1],
    })),
  };
  return signDigest(document, key, backfillAt?.(endsAt));
}

/** A digest with this document, right or wrong, signed as CloudTrail would sign it. */
export function signDigest(document: DigestBody, key: SigningKey, backfillAt?: number): MadeDigest {
  const content = Buffer.from(JSON.stringify(document));
  const { digestEndTime, digestS3Bucket, digestS3Object, previousDigestSignature } = document;
  const text = [
    digestEndTime,
    `${digestS3Bucket}/${digestS3Object}`,
    sha256(content),
    previousDigestSignature ?? "null",
  ].join("\n");
  const signature = sign("sha256", Buffer.from(text), key.privateKey).toString("hex");
  const metadata = {
    signature,
    "signature-algorithm": "SHA256withRSA",
    ...(backfillAt === undefined ? {} : { "backfill-generation-timestamp": isoSeconds(backfillAt) }),
  };
  return { key: digestS3Object, document, body: gzipSync(content), signature, metadata };
}

function digestKey(
  { root, account, region, trail, homeRegion, backfillAt }: Omit<ChainPlan, "hours" | "key" | "start" | "bucket">,
  endsAt: number,
): string {
  const stamp = isoSeconds(endsAt).replaceAll(/[-:]/g, "");
  const day = isoSeconds(endsAt).slice(0, 10).replaceAll("-", "/");
  const suffix = backfillAt === undefined ? "" : "_backfill";
  return `${root}${account}/CloudTrail-Digest/${region}/${day}/${account}_CloudTrail-Digest_${region}_${trail}_${homeRegion}_${stamp}${suffix}.json.gz`;
}

function isoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
