/** Reports over raw logs: the logs are read once into tables of the command's own, which are dropped when it ends. */
import type { Logger } from "../../log.ts";
import { messageOf } from "../../errors.ts";
import { closure, renameScoped, whole, withRelations } from "./compose.ts";
import { cteNames } from "../../sql/composition.ts";
import type { Relation } from "./reference-relations.ts";

/**
 * The relations kept as tables: both engines compute a relation again for every mention, and the fold would read the logs dozens of times.
 * Each table is made from those before it.
 */
const kept: readonly string[] = ["event", "first_completion", "invocation", "invocation_day", "trail_object"];

export interface TemporaryTablesOptions {
  /** Random letters in the names of the tables. */
  readonly id: string;
  /** All relations from the log table to the reports, in order; asked for once, with the first statement. */
  readonly relations: (signal: AbortSignal | undefined) => Promise<readonly Relation[]>;
  /** A table's name in queries and in DDL. */
  readonly named: (table: string) => { readonly query: string; readonly ddl: string };
  readonly execute: (sql: string, title: string, signal: AbortSignal | undefined) => Promise<void>;
  readonly drop: (table: string) => Promise<void>;
  /** Called before the logs are read, with the number of reads that the statement needs. */
  readonly beforeReading?:
    | ((reads: number, title: string, signal: AbortSignal | undefined) => Promise<void>)
    | undefined;
  readonly log: Logger;
}

export interface TemporaryTables {
  readonly qualify: (relation: string) => string;
  /** Makes the tables that a statement reads, and returns it with all other relations in front. */
  readonly prepare: (sql: string, title: string, signal: AbortSignal | undefined) => Promise<string>;
  /** Drops the tables, and names those that it could not drop. */
  readonly close: () => Promise<void>;
}

export function openTemporaryTables(options: TemporaryTablesOptions): TemporaryTables {
  const { id, named, log } = options;
  const made = new Set<string>();
  const tableOf = (relation: string): string => `spillway_tmp_${id}_${relation}`;
  let relations: Promise<readonly Relation[]> | undefined;

  /** The current relations: the table where one was made. */
  const current = (all: readonly Relation[]): readonly Relation[] =>
    all.map((one) =>
      made.has(one.name) ? { name: one.name, sql: `SELECT * FROM ${named(tableOf(one.name)).query}` } : one,
    );

  async function make(
    all: readonly Relation[],
    wanted: readonly Relation[],
    title: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const missing = wanted.filter(({ name }) => kept.includes(name) && !made.has(name));
    const reads = missing.filter(({ name }) => name === "event" || name === "trail_object").length;
    if (reads > 0) await options.beforeReading?.(reads, title, signal);
    for (const { name, sql } of missing) {
      const { query } = named(tableOf(name));
      const select = withRelations(closure(current(all), sql), sql);
      // Parquet: in ORC times before 1970 lose their milliseconds.
      made.add(name);
      await options.execute(
        `CREATE TABLE ${query} WITH (format = 'PARQUET') AS\n${select}`,
        `${name} for ${title}`,
        signal,
      );
    }
  }

  return {
    qualify: (relation) => (kept.includes(relation) ? named(tableOf(relation)).query : whole(relation)),
    async prepare(sql, title, signal) {
      relations ??= options.relations(signal);
      const all = await relations;
      await make(all, closure(all, sql), title, signal);
      const defined = cteNames(sql);
      const needed = closure(renameScoped(current(all), sql), sql).filter(({ name }) => !defined.has(name));
      return withRelations(needed, sql);
    },
    async close() {
      for (const relation of made) {
        const { ddl } = named(tableOf(relation));
        try {
          await options.drop(ddl);
        } catch (thrown) {
          log.warn(`the table ${ddl} is still there: ${messageOf(thrown)}`, {
            next: "Drop it by hand: it was made for this command alone.",
          });
        }
      }
      made.clear();
    },
  };
}
