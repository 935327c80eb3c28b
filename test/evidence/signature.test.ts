/** Signed packs: accepted by us, by verify.py, by openssl by hand and by securesystemslib; refused by each after one byte. */
import { spawnSync } from "node:child_process";
import { type KeyObject, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KmsServer } from "../support/kms-server.ts";
import { pythonWith } from "../support/python.ts";
import { runCli } from "../support/run-cli.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { copyOf, forge } from "./forge.ts";
import { evidence, ingestVerified, runVerifier, trailWithCalls } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const warehouse = join(folder, "spillway.duckdb");
const attestation = "attestation.sigstore.json";
const kinds = ["p256", "ed25519"] as const;
const pairs = {
  p256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ed25519: generateKeyPairSync("ed25519"),
  other: generateKeyPairSync("ed25519"),
};

const file = (name: string): string => join(folder, name);
const pem = (key: KeyObject, type: "spki" | "pkcs8"): string | Buffer => key.export({ format: "pem", type });

beforeAll(async () => {
  await ingestVerified(trailWithCalls(), warehouse);
  for (const [name, { publicKey, privateKey }] of Object.entries(pairs)) {
    writeFileSync(file(`${name}.pem`), pem(privateKey, "pkcs8"));
    writeFileSync(file(`${name}.pub.pem`), pem(publicKey, "spki"));
  }
  for (const kind of kinds) {
    const made = await evidence(warehouse, file(kind), "--sign", file(`${kind}.pem`));
    expect(made.stderr).toContain("; signed");
    expect(made.code).toBe(0);
  }
});

const verify = async (pack: string, ...more: readonly string[]): Promise<{ code: number; said: string }> => {
  const { code, stdout, stderr } = await runCli(["evidence", "verify", pack, ...more]);
  return { code, said: `${stderr}${stdout}` };
};

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly sig: string; readonly keyid: string }[];
}

const envelopeOf = (pack: string): Envelope =>
  (JSON.parse(readFileSync(join(pack, attestation), "utf8")) as { dsseEnvelope: Envelope }).dsseEnvelope;

/** As the guide tells an auditor: the encoding of DSSE, then openssl. */
function openssl(pack: string, key: string): number | null {
  const { payload, payloadType, signatures } = envelopeOf(pack);
  const bytes = Buffer.from(payload, "base64");
  writeFileSync(
    file("signed"),
    Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]),
  );
  writeFileSync(file("sig"), Buffer.from(signatures[0]?.sig ?? "", "base64"));
  const args = key.includes("ed25519")
    ? ["pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", file("signed"), "-sigfile", file("sig")]
    : ["dgst", "-sha256", "-verify", key, "-signature", file("sig"), file("signed")];
  return spawnSync("openssl", args).status;
}

/** The payload with one byte changed that leaves it well-formed. */
function changePayload(pack: string): void {
  forge(pack, attestation, (text) => {
    const bundle = JSON.parse(text) as { dsseEnvelope: { payload: string } };
    const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString("utf8");
    bundle.dsseEnvelope.payload = Buffer.from(payload.replace('"FAILED"', '"PASSED"')).toString("base64");
    return JSON.stringify(bundle);
  });
}

describe.each(kinds)("a pack signed with %s", (kind) => {
  const pack = file(kind);
  const key = file(`${kind}.pub.pem`);

  it("is valid for us with its key, and says so of the key in the pack without one", async () => {
    const with_ = await verify(pack, "--key", key);
    expect(with_.said).toContain("the key that was given");
    expect(with_.said).toMatch(/^valid$/m);
    expect(with_.code).toBe(0);
    const without = await verify(pack);
    expect(without.said).toContain("whose it is, only --key can say");
    expect(without.code).toBe(0);
  });

  it("is valid for its own verifier", () => {
    const { code, lines } = runVerifier(pack);
    expect(lines.at(-1)).toBe("valid");
    expect(lines.join("\n")).toContain("signature: by the key ");
    expect(code).toBe(0);
  });

  it("is accepted by openssl by hand, and refused after one byte", () => {
    expect(openssl(pack, key)).toBe(0);
    const where = copyOf(pack);
    changePayload(where);
    expect(openssl(where, key)).toBe(1);
  });

  it("is a statement over the tag manifest with the outcomes of the claims", () => {
    const statement = JSON.parse(Buffer.from(envelopeOf(pack).payload, "base64").toString("utf8")) as Record<
      string,
      unknown
    >;
    expect(statement).toMatchObject({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "tagmanifest-sha256.txt" }],
      predicateType: "https://in-toto.io/attestation/test-result/v0.1",
      predicate: {
        result: "FAILED",
        failedTests: ["inside-boundary"],
        passedTests: expect.arrayContaining(["unaltered"]),
      },
    });
  });

  const faults: readonly (readonly [string, (where: string) => void, RegExp])[] = [
    ["one byte of the payload changed", changePayload, /the signature does not fit/],
    [
      "the manifests mended",
      (where) => forge(where, "data/config.json", (text) => text.replace('"keepUsers": false', '"keepUsers":  false')),
      /another tagmanifest-sha256\.txt/,
    ],
    ["the attestation gone", (where) => rmSync(join(where, attestation)), /missing: attestation\.sigstore\.json/],
    [
      "the attestation broken",
      (where) => writeFileSync(join(where, attestation), "{}"),
      /attestation\.sigstore\.json: (no Sigstore|cannot be read)/,
    ],
  ];
  for (const [name, damage, said] of faults)
    it(`is refused: ${name}`, async () => {
      const where = copyOf(pack);
      damage(where);
      const ours = await verify(where);
      expect(ours.said).toMatch(said);
      expect(ours.code).toBe(3);
      const { code, lines } = runVerifier(where);
      expect(lines.join("\n")).toMatch(said);
      expect(code).toBe(3);
    });
});

it("another key than the one that was asked for is invalid, and so is a pack without a signature", async () => {
  const other = await verify(file("p256"), "--key", file("other.pub.pem"));
  expect(other.said).toMatch(/signed with the key [0-9a-f]{64}, and not with/);
  expect(other.code).toBe(3);
  await evidence(warehouse, file("unsigned"));
  const unsigned = await verify(file("unsigned"), "--key", file("p256.pub.pem"));
  expect(unsigned.said).toContain("a key was given, and the pack is not signed");
  expect(unsigned.code).toBe(3);
});

it("a statement with another result than that of the claims is invalid, though the right key signed it", async () => {
  const where = copyOf(file("ed25519"));
  const { payload, payloadType } = envelopeOf(where);
  const better = Buffer.from(payload, "base64").toString("utf8").replace('"result":"FAILED"', '"result":"PASSED"');
  const bytes = Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${better.length} `),
    Buffer.from(better),
  ]);
  const sig = sign(null, bytes, pairs.ed25519.privateKey).toString("base64");
  const bundle = readFileSync(join(where, attestation), "utf8").replace(
    payload,
    Buffer.from(better).toString("base64"),
  );
  writeFileSync(join(where, attestation), bundle.replace(/"sig": "[^"]*"/, `"sig": "${sig}"`));
  const said = /attestation\.sigstore\.json: its result is not that of the claims in summary\.json/;
  const ours = await verify(where, "--key", file("ed25519.pub.pem"));
  expect([ours.said, ours.code]).toEqual([expect.stringMatching(said), 3]);
  expect(ours.said).not.toContain("the signature does not fit");
  const { code, lines } = runVerifier(where);
  expect([lines.join("\n"), code]).toEqual([expect.stringMatching(said), 3]);
});

it("Ed25519 gives the same bytes twice; of P-256 all but the attestation are the same", async () => {
  await evidence(warehouse, file("again"), "--sign", file("ed25519.pem"));
  expect(readFileSync(join(file("again"), attestation))).toEqual(readFileSync(join(file("ed25519"), attestation)));
});

it("securesystemslib accepts the envelopes, and refuses them after one byte", (context) => {
  const tool = pythonWith("securesystemslib[crypto]==1.6.0");
  if ("missing" in tool) return context.skip(tool.missing);
  const script = `
import json, sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
envelope = json.load(open(sys.argv[1]))["dsseEnvelope"]
key = SSlibKey.from_crypto(load_pem_public_key(open(sys.argv[2], "rb").read()), keyid=envelope["signatures"][0]["keyid"])
Envelope.from_dict(envelope).verify([key], 1)
`;
  const check = (pack: string, key: string): number | null =>
    spawnSync(tool.python, ["-c", script, join(pack, attestation), key]).status;
  for (const kind of kinds) {
    const key = file(`${kind}.pub.pem`);
    expect(check(file(kind), key)).toBe(0);
    const where = copyOf(file(kind));
    changePayload(where);
    expect(check(where, key)).toBe(1);
  }
}, 240_000);

describe("keys that cannot sign are refused in one line, before anything is written", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
  const cases: readonly (readonly [string, () => string | Buffer, RegExp])[] = [
    ["rsa", () => pem(rsa, "pkcs8"), /a key of the kind rsa, and packs are signed with P-256 or Ed25519/],
    ["p384", () => pem(p384, "pkcs8"), /an EC key of the curve secp384r1/],
    [
      "encrypted",
      () => pairs.p256.privateKey.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" }),
      /is encrypted/,
    ],
    ["public", () => pem(pairs.p256.publicKey, "spki"), /is a public key/],
    ["nothing", () => "hello", /is not a private key in PEM/],
  ];
  for (const [name, content, said] of cases)
    it(name, async () => {
      writeFileSync(file(`${name}-bad.pem`), content());
      const run = await evidence(warehouse, file("never"), "--sign", file(`${name}-bad.pem`));
      expect(run.stderr).toMatch(said);
      expect(run.code).toBe(2);
      expect(existsSync(file("never"))).toBe(false);
    });

  it("a file that is not there, and a private key for --key", async () => {
    expect((await evidence(warehouse, file("never"), "--sign", file("none.pem"))).code).toBe(2);
    const run = await verify(file("p256"), "--key", file("p256.pem"));
    expect(run.said).toContain("is a private key");
    expect(run.code).toBe(2);
  });
});

describe("a key in KMS", () => {
  const arn = (name: string): string => `arn:aws:kms:eu-central-1:111122223333:key/${name}`;
  const before = process.env["AWS_ENDPOINT_URL_KMS"];
  let kms: KmsServer;

  beforeAll(async () => {
    kms = await KmsServer.start();
    process.env["AWS_ENDPOINT_URL_KMS"] = kms.endpoint;
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const refuses = (type: string, message: string, status = 400) => ({
      ...pairs.p256,
      spec: "ECC_NIST_P256",
      refuses: { type, message, status },
    });
    kms.keys.set(arn("p256"), { ...pairs.p256, spec: "ECC_NIST_P256" });
    kms.keys.set(arn("ed25519"), { ...pairs.ed25519, spec: "ECC_NIST_EDWARDS25519" });
    kms.keys.set(arn("rsa"), { ...rsa, spec: "RSA_2048" });
    kms.keys.set(
      arn("denied"),
      refuses(
        "AccessDeniedException",
        "User: arn:aws:iam::111122223333:role/app is not authorized to perform: kms:Sign on resource: the key",
      ),
    );
    kms.keys.set(arn("disabled"), refuses("DisabledException", "the key is disabled"));
    kms.keys.set(arn("liar"), {
      ...pairs.p256,
      spec: "ECC_NIST_P256",
      liesWith: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
    });
  });
  afterAll(async () => {
    await kms[Symbol.asyncDispose]();
    if (before === undefined) delete process.env["AWS_ENDPOINT_URL_KMS"];
    else process.env["AWS_ENDPOINT_URL_KMS"] = before;
  });

  it.each(kinds)("signs with %s", async (kind) => {
    const pack = file(`kms-${kind}`);
    const run = await evidence(warehouse, pack, "--sign", `kms:${arn(kind)}`);
    expect(run.stderr).toContain("; signed");
    expect(kms.asked.at(-1)).toBe(
      kind === "p256" ? "Sign ECDSA_SHA_256 RAW in eu-central-1" : "Sign ED25519_SHA_512 RAW in eu-central-1",
    );
    expect((await verify(pack, "--key", file(`${kind}.pub.pem`))).code).toBe(0);
    expect(createPublicKey(readFileSync(join(pack, "signing-key.pem"))).equals(pairs[kind].publicKey)).toBe(true);
  });

  const refusals: readonly (readonly [string, string, number, RegExp])[] = [
    ["of another kind", arn("rsa"), 2, /a key of RSA_2048 for SIGN_VERIFY/],
    ["that is not there", arn("none"), 1, /does not sign: NotFoundException/],
    ["that may not be used", arn("denied"), 1, /access denied to the key .*kms:Sign is missing/],
    ["that is disabled", arn("disabled"), 1, /does not sign: DisabledException: the key is disabled/],
    ["whose signature does not fit", arn("liar"), 1, /does not fit its public key/],
    ["without an ARN", "my-key", 2, /is not an ARN of a key/],
  ];
  for (const [name, key, code, said] of refusals)
    it(`one ${name} leaves no pack`, async () => {
      const run = await evidence(warehouse, file("refused"), "--sign", `kms:${key}`);
      expect(run.stderr).toMatch(said);
      expect(run.code).toBe(code);
      expect(readdirSync(folder).filter((entry) => entry.startsWith("refused"))).toEqual([]);
    });
});
