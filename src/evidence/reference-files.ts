/** The reference data of a pack that is not a table of the warehouse: jurisdictions, AWS's statements, and the clause map. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { resultOf } from "../engines/result.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import { type Clause, awsStatements, clauseRows } from "../reference/clauses.ts";
import { jurisdictionRows } from "../reference/jurisdictions.ts";
import { writeCsv } from "../report/formats/csv.ts";
import type { PackFolder } from "./pack-folder.ts";

const text = z.string().min(1);
const clauseSchema = z.strictObject({
  framework: text,
  clause: text,
  question: text,
  field: text,
  source: text,
  as_of: z.iso.date(),
});
const mapSchema = z.union([z.array(clauseSchema).min(1), z.looseObject({ rows: z.array(clauseSchema).min(1) })]);

/** A clause map of one's own: JSON, an array of rows or an object with `rows`. @throws SpillwayError `usage` */
export function readClauses(file: string): readonly Clause[] {
  try {
    const map = mapSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    return Array.isArray(map) ? map : map.rows;
  } catch (cause) {
    const why =
      cause instanceof z.ZodError
        ? "its rows need framework, clause, question, field, source and as_of (a day)"
        : messageOf(cause);
    throw new SpillwayError("usage", `cannot take the clause map ${file}: ${why}`, {
      next: "Begin with the one in a pack: data/reference/clauses.json",
      cause,
    });
  }
}

export async function writeReferenceFiles(pack: PackFolder, clauses: readonly Clause[] | undefined): Promise<void> {
  const map = clauses ?? clauseRows();
  await writeRows(pack, "jurisdictions", jurisdictionRows());
  await writeRows(pack, "aws-statements", awsStatements());
  await writeRows(pack, "clauses", map);
  await pack.writeWhole("data/reference/clauses.json", `${JSON.stringify({ rows: map }, null, 2)}\n`);
}

type Value = string | boolean | null;

async function writeRows<Row extends { readonly [Name in keyof Row]: Value }>(
  pack: PackFolder,
  name: string,
  rows: readonly Row[],
): Promise<void> {
  const lines: readonly Readonly<Record<string, Value>>[] = rows;
  const columns = Object.keys(lines[0] ?? {}).map((column) => ({
    name: column,
    type:
      typeof lines.find((row) => row[column] !== null)?.[column] === "boolean"
        ? ("boolean" as const)
        : ("text" as const),
  }));
  const cells = columns.map((column) => lines.map((row) => row[column.name] ?? null));
  await pack.write(`data/reference/${name}.csv`, (output) => writeCsv(resultOf(columns, cells), output));
}
