/** The reader of the data files beside this module: JSON with `as_of`, `source` and `rows`. */
import { readFileSync } from "node:fs";

export interface DataFile<Row> {
  /** Date on which the file was put together. */
  readonly as_of: string;
  /** The origin of its facts, in words. */
  readonly source: string;
  readonly rows: readonly Row[];
}

/** Returns a reader that parses the file on its first call and remembers it. */
export function dataFile<Row>(name: string): () => DataFile<Row> {
  let parsed: DataFile<Row> | undefined;
  return () => {
    // The files ship with the package and tests check their rows: no validation at run time.
    parsed ??= JSON.parse(readFileSync(new URL(`./${name}`, import.meta.url), "utf8")) as DataFile<Row>;
    return parsed;
  };
}
