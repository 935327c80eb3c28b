/** The check of a pack's signature: over this tag manifest, with these claims, by the key that was asked for. */
import { type KeyObject, createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import type { PackFiles, Tell } from "./check-bag.ts";
import { bundleSchema, encodedForSigning, keyIdOf, predicateOf, sha256Of, statementSchema } from "./dsse.ts";
import { signatureFiles, tagFiles } from "./layout.ts";
import { checkKind, isSigned } from "./signing-key.ts";
import type { Claim } from "./summary.ts";

export interface SignatureCheck {
  /** SHA-256 of the key that signed. */
  readonly keyId: string;
  /** Whether the key was given by the caller, and not taken from the pack. */
  readonly isTrusted: boolean;
}

/** The signature; undefined if the pack is not signed, or wrongly. */
export async function checkSignature(
  root: string,
  files: PackFiles,
  trusted: KeyObject | undefined,
  claims: readonly Claim[],
  tell: Tell,
): Promise<SignatureCheck | undefined> {
  const { attestation, publicKey } = signatureFiles;
  if (!files.has(attestation)) {
    if (trusted !== undefined) tell(`a key was given, and the pack is not signed: there is no ${attestation}`);
    else if (files.has(publicKey)) tell(`missing: ${attestation} (${publicKey} says that the pack was signed)`);
    return undefined;
  }
  let said = 0;
  const wrong: Tell = (problem) => {
    said++;
    tell(`${attestation}: ${problem}`);
  };
  let key: KeyObject;
  try {
    key = trusted ?? createPublicKey(await readFile(join(root, publicKey)));
    checkKind(key, publicKey);
  } catch (error) {
    wrong(`the key that it was signed with cannot be read from ${publicKey}: ${messageOf(error)}`);
    return undefined;
  }
  const bundle = bundleSchema.safeParse(parsed(await readFile(join(root, attestation), "utf8")));
  if (!bundle.success) {
    wrong(`no Sigstore bundle v0.3 with one DSSE signature: ${firstIssue(bundle.error)}`);
    return undefined;
  }
  const { payload, payloadType, signatures } = bundle.data.dsseEnvelope;
  const bytes = Buffer.from(payload, "base64");
  const [signature] = signatures;
  const keyId = keyIdOf(key);
  if (signature?.keyid !== keyId) wrong(`signed with the key ${signature?.keyid ?? ""}, and not with ${keyId}`);
  if (
    signature === undefined ||
    !isSigned(encodedForSigning(payloadType, bytes), Buffer.from(signature.sig, "base64"), key)
  )
    wrong("the signature does not fit");
  const statement = statementSchema.safeParse(parsed(bytes.toString("utf8")));
  if (!statement.success) {
    wrong(`no in-toto statement over ${tagFiles.tagManifest}: ${firstIssue(statement.error)}`);
    return undefined;
  }
  const manifest = sha256Of(await readFile(join(root, tagFiles.tagManifest)));
  if (statement.data.subject[0]?.digest.sha256 !== manifest) wrong(`it is about another ${tagFiles.tagManifest}`);
  const wanted = predicateOf(claims, sha256Of(await readFile(join(root, "data/config.json"))));
  if (JSON.stringify(statement.data.predicate) !== JSON.stringify(wanted))
    wrong("its result is not that of the claims in summary.json");
  return said === 0 ? { keyId, isTrusted: trusted !== undefined } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first fault that a schema finds. */
function firstIssue({
  issues,
}: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  const [first] = issues;
  return first === undefined ? "" : `${first.path.map(String).join(".")}: ${first.message}`;
}
