/** Signing with a key that never leaves KMS. */
import { SpillwayError, messageOf, usageError } from "../errors.ts";
import type { ServiceAccess } from "./access.ts";
import { callService } from "./call.ts";
import { disconnect } from "./connection.ts";
import { serviceAccess } from "./options.ts";
import { refusal } from "./refusals.ts";

export interface KmsKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly sign: (bytes: Uint8Array, kind: "p256" | "ed25519") => Promise<Uint8Array>;
}

export interface KmsOptions {
  readonly profile?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const specs: readonly string[] = ["ECC_NIST_P256", "ECC_NIST_EDWARDS25519"];

/** Opens a key by asking for its public part: a key that cannot sign is refused before the work begins. @throws SpillwayError */
export async function openKmsKey(arn: string, options: KmsOptions): Promise<KmsKey> {
  const [, region] = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(?:key|alias)\/.+$/.exec(arn) ?? [];
  if (region === undefined)
    throw usageError(
      `kms:${arn} is not an ARN of a key`,
      "Write kms:arn:aws:kms:REGION:ACCOUNT:key/ID, or …:alias/NAME.",
    );
  const access = serviceAccess({ region, profile: options.profile }, {});
  const {
    PublicKey: spki,
    KeySpec,
    CustomerMasterKeySpec: spec = KeySpec,
    KeyUsage: usage,
  } = await ask("kms:GetPublicKey", arn, access, () =>
    callService(
      "kms",
      access,
      ({ sdk, client }, sending) => client.send(new sdk.GetPublicKeyCommand({ KeyId: arn }), sending),
      options.signal,
    ),
  );
  // an answer without the kind is judged by the key itself
  if (spki === undefined || (spec !== undefined && !specs.includes(spec)) || usage !== "SIGN_VERIFY")
    throw usageError(
      `${arn} is a key of ${spec ?? "unknown"} for ${usage ?? "unknown"}, and packs are signed with P-256 or Ed25519`,
      `Make one: aws kms create-key --key-usage SIGN_VERIFY --key-spec ECC_NIST_P256`,
    );
  return {
    spki,
    sign: async (bytes, kind) => {
      const answer = await ask("kms:Sign", arn, access, () =>
        callService(
          "kms",
          access,
          ({ sdk, client }, sending) => client.send(new sdk.SignCommand(signInput(arn, bytes, kind)), sending),
          options.signal,
        ),
      );
      if (answer.Signature === undefined) throw refused(arn, "it gave no signature");
      return answer.Signature;
    },
  };
}

/** The request for a signature over the bytes themselves: they stay far below the 4,096 bytes that KMS accepts. */
function signInput(KeyId: string, Message: Uint8Array, kind: "p256" | "ed25519") {
  const SigningAlgorithm = kind === "ed25519" ? "ED25519_SHA_512" : "ECDSA_SHA_256";
  return { KeyId, Message, MessageType: "RAW", SigningAlgorithm } as const;
}

async function ask<T>(permission: string, arn: string, access: ServiceAccess, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    if (thrown instanceof SpillwayError || !(thrown instanceof Error) || thrown.name === "AbortError") throw thrown;
    const known = refusal(thrown, {
      service: "KMS",
      access,
      what: `the key ${arn}`,
      permission,
      allow: (missing) => `Allow ${missing} on the key, in its policy and to the caller.`,
      codes: { denied: "source-denied", unreachable: "source-unreachable" },
      checkNetwork: "Check the network, the proxy and the endpoint.",
      tryAgain: "Run the same command again later, or sign with a key in a file.",
    });
    throw known ?? refused(arn, `${thrown.name}: ${messageOf(thrown)}`, thrown);
  } finally {
    await disconnect("kms", access);
  }
}

function refused(arn: string, why: string, cause?: unknown): SpillwayError {
  return new SpillwayError("source-denied", `the key ${arn} does not sign: ${why}`, {
    next: "See its state: aws kms describe-key --key-id ARN; it has to be enabled, and for SIGN_VERIFY.",
    cause,
  });
}
