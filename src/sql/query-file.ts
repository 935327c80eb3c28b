/** The reading of the files in `queries/`, found from src and from dist alike. */
import { readFileSync } from "node:fs";

export const queriesFolder: URL = new URL("../../queries/", import.meta.url);

/** Text of a file in `queries/`, without the comments before its statement and without a semicolon at its end. */
export function readQuery(path: string, folder: URL = queriesFolder): string {
  const text = readFileSync(new URL(path, folder), "utf8");
  return text
    .replace(/^(?:--[^\n]*\n)+/, "")
    .trim()
    .replace(/;$/, "");
}

/** Text of a file with SQL in place of each `{{name}}`. */
export function filledQuery(path: string, values: Readonly<Record<string, string>>): string {
  return readQuery(path).replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nothing stands for {{${name}}} in queries/${path}`);
    return value;
  });
}
