/** Reports over raw logs: the logs are read once into tables of the command's own, which are dropped when it ends. */
import type { Logger } from "../../log.ts";
import { messageOf } from "../../errors.ts";
import { closure, renameScoped, whole, withRelations } from "./compose.ts";
import { cteNames } from "../../sql/composition.ts";
import type { Relation } from "./reference-relations.ts";

/**
 * Both engines compute a relation anew wherever it is mentioned: the fold would read the logs dozens of times. These are kept,
 * each made of those before it.
 */
const kept: readonly string[] = ["event", "first_completion", "invocation", "invocation_day", "trail_object"];

export interface TemporaryTablesOptions {
  /** In whose names the tables are made: some random letters. */
  readonly id: string;
  /** Everything from the log table to the reports, in order. Asked for once, when the first statement comes. */
  readonly relations: (signal: AbortSignal | undefined) => Promise<readonly Relation[]>;
  /** A table's name as a query writes it, and as DDL does. */
  readonly named: (table: string) => { readonly query: string; readonly ddl: string };
  readonly execute: (sql: string, title: string, signal: AbortSignal | undefined) => Promise<void>;
  readonly drop: (table: string) => Promise<void>;
  /** Before the logs are read: how often this statement needs them read. */
  readonly beforeReading?:
    | ((reads: number, title: string, signal: AbortSignal | undefined) => Promise<void>)
    | undefined;
  readonly log: Logger;
}

export interface TemporaryTables {
  readonly qualify: (relation: string) => string;
  /** Makes the tables that a statement reads, and gives it back with everything else in front. */
  readonly prepare: (sql: string, title: string, signal: AbortSignal | undefined) => Promise<string>;
  /** Drops the tables; what cannot be dropped is named. */
  readonly close: () => Promise<void>;
}

export function openTemporaryTables(options: TemporaryTablesOptions): TemporaryTables {
  const { id, named, log } = options;
  const made = new Set<string>();
  const tableOf = (relation: string): string => `spillway_tmp_${id}_${relation}`;
  let relations: Promise<readonly Relation[]> | undefined;

  /** The relations as they are now: a table where one was made. */
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
