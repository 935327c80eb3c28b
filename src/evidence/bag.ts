/** The tag files of a BagIt bag (RFC 8493), which list what has to be in `data/`, byte for byte. */
import { declarationText, packSchema, tagFiles } from "./layout.ts";
import type { PackFolder, WrittenFile } from "./pack-folder.ts";

export interface BagInfo {
  readonly description: string;
  readonly group: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly software: string;
}

/** Two blanks and a line feed: `sha256sum -c` reads the same file. */
function manifestText(files: readonly WrittenFile[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join("");
}

/** Writes the tag files for everything that was written before. */
export async function closeBag(pack: PackFolder, info: BagInfo): Promise<void> {
  const payload = pack.files.filter(({ path }) => path.startsWith("data/"));
  const bytes = payload.reduce((sum, { size }) => sum + size, 0);
  await pack.writeWhole(tagFiles.declaration, declarationText);
  await pack.writeWhole(
    tagFiles.info,
    [
      `Bag-Group-Identifier: ${oneLine(info.group)}`,
      `Bag-Software-Agent: ${oneLine(info.software)}`,
      `Bagging-Date: ${info.date}`,
      `External-Description: ${oneLine(info.description)}`,
      `Payload-Oxum: ${bytes}.${payload.length}`,
      `Spillway-Schema: ${packSchema}`,
      "",
    ].join("\n"),
  );
  await pack.writeWhole(tagFiles.manifest, manifestText(payload));
  await pack.writeWhole(tagFiles.tagManifest, manifestText(pack.files.filter(({ path }) => !path.startsWith("data/"))));
}

/** The text in one line, since a line break would begin another label. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
