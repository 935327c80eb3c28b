/** The check of a pack as a bag: every file is listed and unchanged, and nothing else is there. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { declarationText, signatureFiles, tagFiles } from "./layout.ts";
import { isPlainName } from "./plain-name.ts";

/** The function that reports a problem. */
export type Tell = (problem: string) => void;

/** The files of a pack: size by path. */
export type PackFiles = ReadonlyMap<string, number>;

export async function listFiles(root: string, tell: Tell): Promise<PackFiles> {
  const files = new Map<string, number>();
  const walk = async (below: string): Promise<void> => {
    for (const name of (await readdir(join(root, below))).toSorted()) {
      const path = below === "" ? name : `${below}/${name}`;
      const found = await lstat(join(root, path));
      if (found.isSymbolicLink()) tell(`a link instead of a file: ${path}`);
      else if (found.isDirectory()) await walk(path);
      else if (found.isFile()) files.set(path, found.size);
      else tell(`neither file nor folder: ${path}`);
    }
  };
  await walk("");
  return files;
}

/** The value of a label in `bag-info.txt`. */
export async function bagInfo(root: string, files: PackFiles, label: string): Promise<string | undefined> {
  if (!files.has(tagFiles.info)) return undefined;
  const lines = (await readFile(join(root, tagFiles.info), "utf8")).split("\n");
  return lines.find((line) => line.startsWith(`${label}: `))?.slice(label.length + 2);
}

export async function checkBag(root: string, files: PackFiles, tell: Tell): Promise<void> {
  const folded = new Map<string, string>();
  for (const path of files.keys()) {
    const other = folded.get(path.normalize("NFC").toLowerCase());
    if (other !== undefined) tell(`two names that differ only in case: ${other}, ${path}`);
    folded.set(path.normalize("NFC").toLowerCase(), path);
  }
  if (files.has("fetch.txt")) tell("fetch.txt: a pack with holes is refused");
  if (!files.has(tagFiles.declaration)) tell(`missing: ${tagFiles.declaration}`);
  else if ((await readFile(join(root, tagFiles.declaration), "utf8")) !== declarationText)
    tell("bagit.txt is not that of BagIt 1.0");
  const payload = await manifest(root, tagFiles.manifest, files, tell);
  const tags = await manifest(root, tagFiles.tagManifest, files, tell);
  for (const path of payload.keys())
    if (!path.startsWith("data/")) tell(`${tagFiles.manifest} names a file outside data/: ${path}`);
  for (const path of Object.values(tagFiles))
    if (path !== tagFiles.tagManifest && !tags.has(path)) tell(`${tagFiles.tagManifest} does not name ${path}`);
  for (const path of files.keys()) {
    const [name, listed] = path.startsWith("data/") ? [tagFiles.manifest, payload] : [tagFiles.tagManifest, tags];
    if (path === tagFiles.tagManifest || path === signatureFiles.attestation) continue;
    if (!listed.has(path)) tell(`not listed in ${name}: ${path}`);
  }
  const inside = [...files].filter(([path]) => path.startsWith("data/"));
  const oxum = `${inside.reduce((sum, [, size]) => sum + size, 0)}.${inside.length}`;
  const told = await bagInfo(root, files, "Payload-Oxum");
  if (told !== oxum) tell(`Payload-Oxum is ${told ?? "missing"}, and the files make ${oxum}`);
}

/** The entries of a manifest, each compared with its file. */
async function manifest(
  root: string,
  name: string,
  files: PackFiles,
  tell: Tell,
): Promise<ReadonlyMap<string, string>> {
  const entries = new Map<string, string>();
  if (!files.has(name)) {
    tell(`missing: ${name}`);
    return entries;
  }
  const lines = (await readFile(join(root, name), "utf8")).split("\n");
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const [, sha256 = "", path = ""] = /^([0-9a-f]{64}) [ *](.+)$/i.exec(line) ?? [];
    if (path === "") tell(`${name}, line ${index + 1} is not a line of a manifest`);
    else if (!isPlainName(path)) tell(`${name} names a place outside the pack: ${path}`);
    else if (entries.has(path)) tell(`${name} names a file twice: ${path}`);
    else entries.set(path, sha256.toLowerCase());
  }
  for (const [path, sha256] of entries) {
    if (!files.has(path)) tell(`missing: ${path} (listed in ${name})`);
    else if ((await sha256Of(join(root, path))) !== sha256)
      tell(`changed: ${path} (its SHA-256 is not the one in ${name})`);
  }
  return entries;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest("hex");
}
