/** The mutants: mistakes that a person could make, each with the place where it goes in and the tests that should notice. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { z } from "zod";

export const root: URL = new URL("../../", import.meta.url);

export interface Mutant {
  /** The mistake, in a few words. */
  readonly what: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Test files that should notice. */
  readonly tests: readonly string[];
}

const mutantSchema: z.ZodType<Mutant> = z.strictObject({
  what: z.string().min(1),
  file: z.string(),
  find: z.string().min(1),
  replace: z.string(),
  tests: z.array(z.string()).min(1),
});

/** All of them, by the names of their files in this folder. */
export function readMutants(): readonly Mutant[] {
  const folder = new URL("./", import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .flatMap((name) => z.array(mutantSchema).parse(JSON.parse(readFileSync(new URL(name, folder), "utf8"))));
}

/** Why a mutant cannot go in, or no test could notice it; undefined if it fits. */
export function misfit({ file, find, replace, tests }: Mutant): string | undefined {
  if (!existsSync(new URL(file, root))) return `there is no ${file}`;
  const found = read(file).split(find).length - 1;
  if (found !== 1) return `its text stands ${found} times in ${file}`;
  if (find === replace) return "it changes nothing";
  const missing = tests.find((test) => !existsSync(new URL(test, root)));
  return missing === undefined ? undefined : `there is no ${missing}`;
}

export function mutated({ file, find, replace }: Mutant): string {
  return read(file).replace(find, () => replace);
}

/** Another one wherever the mutant, the file that it goes into or one of its tests changes. */
export function markOf(mutant: Mutant): string {
  const hash = createHash("sha256").update(JSON.stringify(mutant));
  for (const file of [mutant.file, ...mutant.tests]) hash.update(read(file));
  return hash.digest("hex").slice(0, 16);
}

/** Of a test that passes: another one wherever it, what it tests or what helps it changes. */
export function soundMarkOf(test: string): string {
  const hash = createHash("sha256").update(test).update(read(test));
  for (const folder of ["queries", "src", "test"])
    for (const entry of readdirSync(new URL(folder, root), { recursive: true, withFileTypes: true })) {
      const path = `${entry.parentPath}/${entry.name}`;
      if (entry.isFile() && !path.endsWith(".test.ts")) hash.update(readFileSync(path));
    }
  return `sound ${hash.digest("hex").slice(0, 16)}`;
}

/** `queries`, `src/store`, `src/ingest`: what a summary has a line for. */
export function areaOf({ file }: Mutant): string {
  const [first = "", second = ""] = file.split("/");
  return first === "src" ? `${first}/${second}` : first;
}

function read(file: string): string {
  return readFileSync(new URL(file, root), "utf8");
}
