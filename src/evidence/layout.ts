/** The names in an evidence pack and the version of its form. */

/** The version of the form; readers refuse others, whose files may mean something else. */
export const packSchema = 1;

/** Tag files of BagIt, and those of ours beside them. */
export const tagFiles = {
  declaration: "bagit.txt",
  info: "bag-info.txt",
  manifest: "manifest-sha256.txt",
  tagManifest: "tagmanifest-sha256.txt",
  guide: "VERIFY.md",
  verifier: "verify.py",
} as const;

/** The files of a signed pack. The attestation is over the tag manifest, which therefore cannot list it. */
export const signatureFiles = { attestation: "attestation.sigstore.json", publicKey: "signing-key.pem" } as const;

export const declarationText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/** The name of the bag: the folder inside a zip. */
export function packName(boundary: string, from: Date, to: Date): string {
  const day = (time: Date): string => time.toISOString().replace("T00:00:00.000Z", "").replaceAll(/[:.]/g, "");
  return `spillway-${boundary.replaceAll(/[^A-Za-z0-9-]+/g, "-")}-${day(from)}-${day(to)}`;
}

/** What stands before the path of a local file: where the folder lies that it was read from, a pack does not say. */
const localPlace = /^folder(?:-\d+)?:/;

/** The path below a folder of what a pack names; the URI of an S3 object as it is. */
export function pathOfPlace(place: string): string {
  return place.replace(localPlace, "");
}
