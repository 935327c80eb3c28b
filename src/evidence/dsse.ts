/** The attestation over a pack: an in-toto Statement v1 in a DSSE envelope, written as a Sigstore bundle v0.3. */
import { createHash } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { tagFiles } from "./layout.ts";
import type { Claim } from "./summary.ts";

const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
export const payloadType = "application/vnd.in-toto+json";
const statementType = "https://in-toto.io/Statement/v1";
const predicateType = "https://in-toto.io/attestation/test-result/v0.1";

const digestSchema = z.object({ sha256: z.string() });

export const bundleSchema = z.object({
  mediaType: z.literal(bundleType),
  verificationMaterial: z.object({ publicKey: z.object({ hint: z.string() }) }),
  dsseEnvelope: z.object({
    payload: z.base64(),
    payloadType: z.literal(payloadType),
    signatures: z.array(z.object({ sig: z.base64(), keyid: z.string() })).length(1),
  }),
});

export const statementSchema = z.object({
  _type: z.literal(statementType),
  subject: z.array(z.object({ name: z.literal(tagFiles.tagManifest), digest: digestSchema })).length(1),
  predicateType: z.literal(predicateType),
  predicate: z.unknown(),
});

/** The claims as tests: met passes, not shown is a warning, not met fails. */
export function predicateOf(claims: readonly Claim[], config: string): object {
  const with_ = (outcome: string): readonly string[] =>
    claims.flatMap((each) => (each.outcome === outcome ? [each.claim] : []));
  const [failedTests, warnedTests] = [with_("not met"), with_("not shown")];
  return {
    result: failedTests.length > 0 ? "FAILED" : warnedTests.length > 0 ? "WARNED" : "PASSED",
    configuration: [{ name: "data/config.json", digest: { sha256: config } }],
    passedTests: with_("met"),
    warnedTests,
    failedTests,
  };
}

/** What is signed. Its one subject is the tag manifest, which names every other manifest: so it stays small whatever the pack holds. */
export function statementOf(tagManifest: Uint8Array, claims: readonly Claim[], config: string): string {
  const predicate = predicateOf(claims, config);
  const subject = [{ name: tagFiles.tagManifest, digest: { sha256: sha256Of(tagManifest) } }];
  return JSON.stringify({ _type: statementType, subject, predicateType, predicate });
}

/** DSSE's pre-authentication encoding: the type is signed with the payload. */
export function encodedForSigning(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "utf8"), payload]);
}

export function bundleOf(payload: Uint8Array, signature: Uint8Array, key: KeyObject): string {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const hint = createHash("sha256").update(spki(key)).digest("base64");
  const dsseEnvelope = {
    payload: base64(payload),
    payloadType,
    signatures: [{ sig: base64(signature), keyid: keyIdOf(key) }],
  };
  return `${JSON.stringify({ mediaType: bundleType, verificationMaterial: { publicKey: { hint } }, dsseEnvelope }, null, 2)}\n`;
}

/** The SHA-256 of the key, hex: what the sender tells the receiver by another way. */
export function keyIdOf(key: KeyObject): string {
  return sha256Of(spki(key));
}

function spki(key: KeyObject): Buffer {
  return key.export({ format: "der", type: "spki" });
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
