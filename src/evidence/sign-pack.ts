/** The signing of a closed bag: over its tag manifest, beside it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleOf, encodedForSigning, payloadType, statementOf } from "./dsse.ts";
import { signatureFiles, tagFiles } from "./layout.ts";
import type { PackFolder } from "./pack-folder.ts";
import type { Signer } from "./signing-key.ts";
import type { Summary } from "./summary.ts";

export async function signPack(pack: PackFolder, { claims }: Summary, signer: Signer): Promise<void> {
  const manifest = await readFile(join(pack.folder, tagFiles.tagManifest));
  const config = pack.files.find(({ path }) => path === "data/config.json")?.sha256 ?? "";
  const payload = Buffer.from(statementOf(manifest, claims, config), "utf8");
  const signature = await signer.sign(encodedForSigning(payloadType, payload));
  await pack.writeWhole(signatureFiles.attestation, bundleOf(payload, signature, signer.publicKey));
}
