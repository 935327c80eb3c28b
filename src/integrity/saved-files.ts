/** The files saved beside a copy of the digests: public keys and signatures, perhaps in an evidence pack. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { SpillwayError, messageOf } from "../errors.ts";
import type { DigestFile } from "./archive.ts";
import { tailOf } from "./digest-name.ts";
import { type PublicKey, parsePublicKeys } from "./public-keys.ts";

/** The saved public keys. @throws SpillwayError `usage` for a file that is missing or holds no keys */
export function readPublicKeys(files: readonly string[]): readonly PublicKey[] {
  return files.flatMap((file) => {
    const path = within(file, "public-keys.json");
    return parsePublicKeys(readText(path), path);
  });
}

/**
 * Signatures by the key of their digest: CSV with the columns `uri` and `signature`, or a JSON array of objects with both.
 * @throws SpillwayError `usage` for a file that is missing or holds none
 */
export function readSignatures(files: readonly string[]): (file: DigestFile) => string | null {
  const found = new Map<string, string>();
  for (const file of files) {
    const path = within(file, "signatures.csv");
    for (const { uri, signature } of parseSignatures(readText(path), path)) found.set(tailOf(uri), signature);
  }
  return ({ key }) => found.get(tailOf(key)) ?? null;
}

/** The path itself, or that of the named file in a pack's folder. */
function within(path: string, name: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const places = [join(path, "data", "integrity", name), join(path, "integrity", name), join(path, name)];
  return places.find((place) => existsSync(place)) ?? join(path, name);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new SpillwayError("usage", `cannot read ${path}: ${messageOf(cause)}`, {
      next: "Check the name, and that you may read it.",
      cause,
    });
  }
}

interface SavedSignature {
  readonly uri: string;
  readonly signature: string;
}

const savedSchema = z.array(z.object({ uri: z.string().min(1), signature: z.string().regex(/^[0-9a-f]+$/i) })).min(1);

function parseSignatures(text: string, path: string): readonly SavedSignature[] {
  const parsed = savedSchema.safeParse(text.trimStart().startsWith("[") ? jsonOf(text) : csvOf(text));
  if (parsed.success) return parsed.data;
  throw new SpillwayError("usage", `${path} holds no signatures of digests`, {
    next: "It is CSV with the columns uri and signature (hex), or a JSON array of objects with both.",
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The rows of a CSV, in which neither addresses nor hex need escaped quotes. */
function csvOf(text: string): unknown {
  const [head = "", ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const cells = (line: string): string[] => line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const names = cells(head.replace(/^\uFEFF/, "")).map((name) => name.toLowerCase());
  const [uri, signature] = [names.indexOf("uri"), names.indexOf("signature")];
  return lines.map((line) => ({ uri: cells(line)[uri], signature: cells(line)[signature] }));
}
