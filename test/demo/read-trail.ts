/** An independent, slow reader of trail folders for tests: gunzip and parse everything. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

export type Fields = Readonly<Record<string, unknown>>;

export interface ReadObject {
  readonly key: string;
  readonly records: readonly Fields[];
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value below `path`, or undefined. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), value);
}

export function keysOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((key) => key.endsWith(".json.gz"))
    .toSorted();
}

/** All log files that can be read, in the order of their keys. */
export function readLogs(folder: string): readonly ReadObject[] {
  return keysOf(folder)
    .filter((key) => key.includes("/CloudTrail/") && !key.includes("TruncatedFile"))
    .map((key) => {
      const parsed: unknown = JSON.parse(gunzipSync(readFileSync(join(folder, key))).toString("utf8"));
      const records = at(parsed, "Records");
      return { key, records: Array.isArray(records) ? records.filter(isFields) : [] };
    });
}
