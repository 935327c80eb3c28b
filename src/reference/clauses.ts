/** The parts of a pack that answer the clauses of frameworks, and AWS's own statements about where data goes. */
import { type DataFile, dataFile } from "./data-file.ts";

export interface Clause {
  readonly framework: string;
  readonly clause: string;
  readonly question: string;
  /** `FILE: columns or claims`, separated by semicolons; the files are below `data/` in a pack. */
  readonly field: string;
  readonly source: string;
  readonly as_of: string;
}

export interface AwsStatement {
  readonly about: string;
  /** The statement word for word. */
  readonly quotation: string;
  readonly page: string;
  readonly read_on: string;
}

const clauses: () => DataFile<Clause> = dataFile("clauses.json");
const statements: () => DataFile<AwsStatement> = dataFile("aws-statements.json");

export function clauseRows(): readonly Clause[] {
  return clauses().rows;
}

export function awsStatements(): readonly AwsStatement[] {
  return statements().rows;
}
