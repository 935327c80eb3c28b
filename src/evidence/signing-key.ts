/** Keys that sign packs and check them: P-256 or Ed25519, from a PEM file or in KMS; any other is refused in one line. */
import { type KeyObject, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { SpillwayError, messageOf, usageError } from "../errors.ts";

export interface Signer {
  readonly publicKey: KeyObject;
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}

export interface SignerOptions {
  readonly profile?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `name`: a PEM file, or `kms:ARN`. @throws SpillwayError before anything is signed */
export async function openSigner(name: string, options: SignerOptions = {}): Promise<Signer> {
  return name.startsWith("kms:") ? await kmsSigner(name.slice(4), options) : fileSigner(name);
}

/** Checks what can be known of a signing key without asking for it. @throws SpillwayError `usage` */
export function checkSigningKey(name: string): void {
  if (!name.startsWith("kms:")) fileSigner(name);
}

function fileSigner(file: string): Signer {
  const pem = readPem(file);
  if (/^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(pem)) {
    throw usageError(
      `the key ${file} is encrypted`,
      `Decrypt it for the run: openssl pkey -in ${file} -out key.pem, or keep it in KMS: --sign kms:ARN`,
    );
  }
  if (/^-----BEGIN (?:PUBLIC KEY|CERTIFICATE)/m.test(pem))
    throw usageError(`${file} is a public key, and signing takes the private one`, wantedKinds);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw unreadableKey(file, "private", pem, cause);
  }
  checkKind(key, file);
  const publicKey = createPublicKey(key);
  return { publicKey, sign: (bytes) => Promise.resolve(sign(hashOf(publicKey), bytes, key)) };
}

async function kmsSigner(arn: string, options: SignerOptions): Promise<Signer> {
  const { openKmsKey } = await import("../aws/kms.ts");
  const key = await openKmsKey(arn, options);
  const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: "der", type: "spki" });
  checkKind(publicKey, arn);
  const isEd25519 = publicKey.asymmetricKeyType === "ed25519";
  return {
    publicKey,
    sign: async (bytes) => {
      const signature = await key.sign(bytes, isEd25519 ? "ed25519" : "p256");
      if (isSigned(bytes, signature, publicKey)) return signature;
      throw new SpillwayError("output", `the signature of ${arn} does not fit its public key`, {
        next: "Sign again; if it stays so, sign with another key.",
      });
    },
  };
}

const wantedKinds = "Give a private key of P-256 or Ed25519: openssl genpkey -algorithm ed25519 -out key.pem";

/** A public key that its owner gave, to check a pack with. @throws SpillwayError `usage` */
export function readPublicKey(file: string): KeyObject {
  const pem = readPem(file);
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY/m.test(pem))
    throw usageError(`${file} is a private key`, `Check with the public one: openssl pkey -in ${file} -pubout`);
  try {
    const key = createPublicKey(pem);
    checkKind(key, file);
    return key;
  } catch (cause) {
    if (cause instanceof SpillwayError) throw cause;
    throw unreadableKey(file, "public", pem, cause);
  }
}

export function isSigned(bytes: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  try {
    return verify(hashOf(key), bytes, key, signature);
  } catch {
    return false;
  }
}

/** The hash to sign with; null for Ed25519, which hashes by itself. */
function hashOf(key: KeyObject): "sha256" | null {
  return key.asymmetricKeyType === "ed25519" ? null : "sha256";
}

export function checkKind(key: KeyObject, name: string): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "ed25519" || (type === "ec" && details?.namedCurve === "prime256v1")) return;
  const kind =
    type === "ec"
      ? `an EC key of the curve ${details?.namedCurve ?? "unknown"}`
      : `a key of the kind ${type ?? "unknown"}`;
  throw usageError(`${name} is ${kind}, and packs are signed with P-256 or Ed25519`, wantedKinds);
}

function readPem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new SpillwayError("usage", `cannot read the key ${file}: ${messageOf(cause)}`, {
      next: "Name a PEM file, or a key in KMS: kms:ARN",
      cause,
    });
  }
}

function unreadableKey(file: string, kind: string, pem: string, cause: unknown): SpillwayError {
  const why = pem.includes("-----BEGIN ") ? messageOf(cause) : "it has no line -----BEGIN";
  return new SpillwayError("usage", `${file} is not a ${kind} key in PEM: ${why}`, {
    next: wantedKinds,
    cause,
  });
}
