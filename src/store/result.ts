/** The conversion of a DuckDB statement's rows into batches of plain cells, without holding the result. */
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from "duckdb";
import type { Cell, CellBatch } from "../schema/result-column.ts";
import { type SourceColumn, cellReader, cellSql } from "./result-types.ts";
import { type ReadingStatement, relationOf } from "./statement.ts";

/** The batches of a statement, which runs while they are read. */
export async function* cellBatches(
  connection: DuckDBConnection,
  statement: ReadingStatement,
): AsyncGenerator<CellBatch> {
  const { columns } = statement;
  if (!statement.isRelation) {
    const result = await connection.run(statement.sql);
    for await (const chunk of chunksOf(result)) yield* readChunk(columns, chunk, chunk.rowCount);
    return;
  }
  const result = await connection.stream(withEndMark(statement));
  for await (const chunk of chunksOf(result)) {
    const ended = chunk.getColumnVector(columns.length).getItem(chunk.rowCount - 1) === true;
    const rows = ended ? chunk.rowCount - 1 : chunk.rowCount;
    if (rows > 0) yield* readChunk(columns, chunk, rows);
    if (!ended) continue;
    // A stream that is not read to its end keeps the file open, even after its connection is closed.
    await result.fetchChunk();
    return;
  }
  await findFailure(connection, statement);
}

/**
 * The statement with a last row of ours: a streamed result that fails half-way otherwise ends like a complete one.
 * That row comes last because the order of rows is kept (`preserve_insertion_order`).
 */
function withEndMark(statement: ReadingStatement): string {
  const cells = statement.columns.map((column, index) => cellSql(column, `c${index}`));
  const nulls = cells.map(() => "NULL");
  return `SELECT ${[...cells, "false"].join(", ")} FROM ${relationOf(statement)} UNION ALL SELECT ${[...nulls, "true"].join(", ")}`;
}

/** The error of a failed stream, found by running the statement again without streaming. */
async function findFailure(connection: DuckDBConnection, statement: ReadingStatement): Promise<never> {
  await connection.run(statement.sql);
  throw new Error("the result ended before its last row");
}

async function* chunksOf(result: DuckDBResult): AsyncGenerator<DuckDBDataChunk> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk;
  }
}

/** Characters that a batch may have before it is cut: texts of 100 KB come 2,048 to a chunk. */
const mostCharacters = 4_194_304;

function* readChunk(columns: readonly SourceColumn[], chunk: DuckDBDataChunk, rows: number): Generator<CellBatch> {
  const readers = columns.map(({ column }, index) => ({
    read: cellReader(column),
    vector: chunk.getColumnVector(index),
  }));
  // a few rows tell how long the texts are
  for (let row = 0, size = 64; row < rows;) {
    const end = Math.min(rows, row + size);
    let characters = 0;
    const batch = readers.map(({ read, vector }) => {
      const cells: Cell[] = [];
      for (let at = row; at < end; at++) {
        const value = vector.getItem(at);
        const cell = value === null ? null : read(value);
        if (typeof cell === "string") characters += cell.length;
        cells.push(cell);
      }
      return cells;
    });
    size = Math.max(1, Math.min(rows, Math.floor((mostCharacters * (end - row)) / (characters + 1))));
    row = end;
    yield batch;
  }
}
