/** Owns which kind of source a name is. */
import { existsSync } from "node:fs";
import { SpillwayError } from "../../errors.ts";

export type SourceKind = "bucket" | "lookup" | "athena" | "folder";

/** A drive's letter is no scheme. */
const scheme = /^[a-z][a-z0-9+.-]+:/i;

/**
 * `s3://bucket/prefix` is a bucket, `lookup-events:REGION` an event history, `athena:DATABASE.TABLE` a table, and what has no
 * scheme, or is there by that name, a folder or a file.
 * @throws SpillwayError `usage` for another scheme
 */
export function kindOfSource(name: string): SourceKind {
  if (/^s3:\/\//i.test(name)) return "bucket";
  if (name.startsWith("lookup-events:")) return "lookup";
  if (name.startsWith("athena:")) return "athena";
  if (!scheme.test(name) || existsSync(name)) return "folder";
  throw new SpillwayError("usage", `${name} is no source that Spillway knows`, {
    next: "Name a folder or file, s3://BUCKET[/PREFIX], lookup-events:REGION[,REGION...], or athena:DATABASE.TABLE.",
  });
}
