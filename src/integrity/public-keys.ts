/** CloudTrail's public keys: reading the answer of ListPublicKeys, and which key a digest names. */
import { hourMs } from "../day.ts";
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { SpillwayError } from "../errors.ts";

export interface PublicKey {
  /** Null: the list does not say for which Region it was asked. */
  readonly region: string | null;
  /** MD5 of the DER bytes, hex, lower case. */
  readonly fingerprint: string;
  /** Base64 of the DER bytes. */
  readonly value: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly key: KeyObject;
}

/** The AWS CLI prints times as text or as seconds, as it is configured. */
const moment = z
  .union([z.number(), z.string().min(1)])
  .transform((value) => {
    const seconds = typeof value === "number" ? value : /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
    return seconds === undefined ? Date.parse(String(value)) : seconds * 1000;
  })
  .refine((time) => !Number.isNaN(time));

const keySchema = z.object({
  Value: z.string().min(1),
  Fingerprint: z.string().min(1),
  ValidityStartTime: moment,
  ValidityEndTime: moment,
  Region: z.string().nullish(),
});
const listSchema = z.object({ PublicKeyList: z.array(keySchema) });

/**
 * The keys of a list, as ListPublicKeys answers; `Region` beside a key is Spillway's own addition.
 * @throws SpillwayError `usage` when it is not such an answer, or a key is not an RSA key or not the one of its fingerprint
 */
export function parsePublicKeys(text: string, origin: string): readonly PublicKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notKeys(origin, "it is not JSON", cause);
  }
  const lists = z.union([listSchema, z.array(listSchema)]).safeParse(value);
  if (!lists.success) throw notKeys(origin, "it has no PublicKeyList with Value, Fingerprint and validity");
  const keys = [lists.data].flat().flatMap(({ PublicKeyList }) => PublicKeyList);
  return keys.map((key) =>
    publicKey(
      {
        region: key.Region ?? null,
        fingerprint: key.Fingerprint,
        value: key.Value,
        validFrom: key.ValidityStartTime,
        validTo: key.ValidityEndTime,
      },
      origin,
    ),
  );
}

/** @throws SpillwayError `usage` */
export function publicKey(given: Omit<PublicKey, "key">, origin: string): PublicKey {
  const der = Buffer.from(given.value, "base64");
  const fingerprint = given.fingerprint.toLowerCase();
  if (createHash("md5").update(der).digest("hex") !== fingerprint)
    throw notKeys(origin, `the key ${given.fingerprint} is not the one of its fingerprint`);
  const key = keyOf(der);
  if (key?.asymmetricKeyType !== "rsa") throw notKeys(origin, `the key ${given.fingerprint} is not an RSA key`);
  return { ...given, fingerprint, key };
}

/** PKCS#1 by documentation; one of the three keys that AWS has published is SubjectPublicKeyInfo. */
function keyOf(der: Buffer): KeyObject | undefined {
  for (const type of ["pkcs1", "spki"] as const) {
    try {
      return createPublicKey({ key: der, format: "der", type });
    } catch {
      // the other one, then
    }
  }
  return undefined;
}

function notKeys(origin: string, why: string, cause?: unknown): SpillwayError {
  return new SpillwayError("usage", `${origin} holds no public keys of CloudTrail: ${why}`, {
    next: "Save them with: aws cloudtrail list-public-keys --region REGION --start-time T --end-time T > keys.json",
    cause,
  });
}

/** Keys of one Region and time, from wherever they come. */
export interface KeySource {
  /** Null: nobody could be asked, or what is there says nothing of this time. */
  keys(region: string, from: number, to: number): Promise<readonly PublicKey[] | null>;
}

/** Keys that were saved before. */
export function savedKeys(saved: readonly PublicKey[]): KeySource {
  return {
    keys: (region) => Promise.resolve(saved.filter((key) => key.region === null || key.region === region)),
  };
}

/** "Log file validation ... at rotation": a digest may be signed up to two hours after the hour that it covers (AWS CLI, #10072). */
export const rotationMs: number = 2 * hourMs;

export type FoundKey =
  | { readonly key: KeyObject; readonly problem: null }
  /** `expired`: not of that time; `unknown`: keys of that time are there and this is none of them; `none`: none are there. */
  | { readonly key: null; readonly problem: "expired" | "unknown" | "none" };

/** The key that a digest names. `signedAt`: when it was made; null: nobody knows. */
export function findKey(keys: readonly PublicKey[] | null, fingerprint: string, signedAt: number | null): FoundKey {
  if (keys === null) return { key: null, problem: "none" };
  const isOfTime = ({ validFrom, validTo }: PublicKey): boolean =>
    signedAt === null || (validFrom - rotationMs <= signedAt && signedAt <= validTo + rotationMs);
  const named = keys.filter((key) => key.fingerprint === fingerprint);
  const found = named.find(isOfTime);
  if (found !== undefined) return { key: found.key, problem: null };
  if (named.length > 0) return { key: null, problem: "expired" };
  return { key: null, problem: keys.some(isOfTime) ? "unknown" : "none" };
}
