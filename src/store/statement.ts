/** The check of a person's SQL, which has to be one statement that reads, and its columns. */
import type { DuckDBConnection, DuckDBExtractedStatements, DuckDBPreparedStatement } from "duckdb";
import { SpillwayError, messageOf } from "../errors.ts";
import { withoutTerminator } from "../sql/composition.ts";
import { loadDuckDb } from "./duck.ts";
import { type SourceColumn, sourceColumn } from "./result-types.ts";

/** A statement that only reads. */
export interface ReadingStatement {
  readonly sql: string;
  readonly columns: readonly SourceColumn[];
  /** Whether it can be used in a FROM, which EXPLAIN and PRAGMA cannot. */
  readonly isRelation: boolean;
}

/** The statement as a relation with columns c0, c1, …, which tells apart two of the same name. */
export function relationOf({ sql, columns }: ReadingStatement): string {
  // the line break ends a comment at the end of the statement
  return `(${sql}\n) AS result(${columns.map((_, index) => `c${index}`).join(", ")})`;
}

/** Checks a text. @throws SpillwayError `sql-refused`, unless it is one statement that reads */
export async function readingStatement(connection: DuckDBConnection, text: string): Promise<ReadingStatement> {
  const prepared = await prepareOne(connection, text);
  const { StatementType } = loadDuckDb();
  try {
    const { statementType, parameterCount } = prepared;
    if (statementType !== StatementType.SELECT && statementType !== StatementType.EXPLAIN) {
      throw new SpillwayError("sql-refused", "Only statements that read are run", {
        next: "Begin with SELECT, FROM, WITH, DESCRIBE, SUMMARIZE or EXPLAIN",
      });
    }
    if (parameterCount > 0)
      throw new SpillwayError("sql", "The statement has parameters", { next: "Write the values into the statement" });
    const columns = columnsOf(prepared);
    const statement = { sql: withoutTerminator(text), columns, isRelation: true };
    if (statementType === StatementType.SELECT && (await canStandInFrom(connection, statement))) return statement;
    return { sql: text, columns, isRelation: false };
  } finally {
    prepared.destroySync();
  }
}

async function prepareOne(connection: DuckDBConnection, text: string): Promise<DuckDBPreparedStatement> {
  const statements = await extract(connection, text);
  if (statements.count !== 1)
    throw new SpillwayError("sql-refused", "More than one SQL statement", { next: "Give one statement" });
  return await statements.prepare(0);
}

async function extract(connection: DuckDBConnection, text: string): Promise<DuckDBExtractedStatements> {
  try {
    return await connection.extractStatements(text);
  } catch (error) {
    // the binding's only word on a text without a statement
    if (!messageOf(error).includes("Error in native callback")) throw error;
    throw new SpillwayError("sql-refused", "There is no SQL statement", { next: "Give one statement", cause: error });
  }
}

async function canStandInFrom(connection: DuckDBConnection, statement: ReadingStatement): Promise<boolean> {
  try {
    (await prepareOne(connection, `SELECT * FROM ${relationOf(statement)}`)).destroySync();
    return true;
  } catch {
    return false;
  }
}

/** The columns with unique names, since most formats would lose the second column of a name. */
function columnsOf(prepared: DuckDBPreparedStatement): SourceColumn[] {
  const seen = new Map<string, number>();
  return Array.from({ length: prepared.columnCount }, (_, index) => {
    const name = prepared.columnName(index);
    const earlier = seen.get(name) ?? 0;
    seen.set(name, earlier + 1);
    return sourceColumn(earlier === 0 ? name : `${name}:${earlier}`, prepared.columnType(index));
  });
}
