/** A warehouse without rows, in memory: it shows a statement's columns, and whether it runs, before there is data. */
import type { ResultColumn } from "../schema/result-column.ts";
import { startDuck, stopDuck } from "./duck.ts";
import { queryError } from "./query.ts";
import { ensureSchema } from "./schema.ts";
import { readingStatement } from "./statement.ts";

export interface EmptyWarehouse extends AsyncDisposable {
  /** @throws SpillwayError `sql` for a statement that would not run */
  columnsOf(sql: string): Promise<readonly ResultColumn[]>;
}

export async function openEmptyWarehouse(): Promise<EmptyWarehouse> {
  const duck = await startDuck({ threads: 1 });
  const { connection } = duck;
  await connection.run("ATTACH ':memory:' AS warehouse");
  await ensureSchema(connection, "memory", true);
  return {
    columnsOf: async (sql) => {
      try {
        const { columns } = await readingStatement(connection, sql);
        return columns.map(({ column }) => column);
      } catch (error) {
        throw queryError(error);
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stopDuck(duck);
      await Promise.resolve();
    },
  };
}
