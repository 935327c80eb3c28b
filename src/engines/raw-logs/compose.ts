/** The composition of relations into one statement: those it needs, from the source to the reports, as CTEs in front. */
import { eventTable } from "../../schema/event.ts";
import { relationsIn } from "../../sql/reads.ts";
import { foldedRelation, lastFold } from "./folded-copy.ts";
import { type Days, type LogTable, quotedName, recordRelation } from "./log-table.ts";
import type { Relation } from "./reference-relations.ts";
import { withCtes } from "../../sql/composition.ts";
import { namesIn, sqlTokens } from "../../sql/tokens.ts";
import { modelRelations } from "./views.ts";

/** The origin of the events: the table of raw logs, or the copy that `spillway athena refresh` keeps. */
export type EventSource =
  | { readonly kind: "logs"; readonly table: LogTable }
  | { readonly kind: "copy"; readonly database: readonly string[] };

/** All relations from the source to the reports, each after those that it reads. */
export function relationsOver(source: EventSource, days: Days = {}): readonly Relation[] {
  if (source.kind === "logs") return [recordRelation(source.table, days), ...modelRelations()];
  return modelRelations().map((relation) =>
    relation.name === "event_delivered" || relation.name === "trail_object"
      ? copyRelation(relation.name, source.database, days)
      : (foldedRelation(relation.name, source.database) ?? relation),
  );
}

/**
 * A relation of the copy: for each day, the rows of the last completed refresh. The files are those of the last fold,
 * since no report should call a file seen without having its events.
 */
export function copyRelation(name: string, database: readonly string[], days: Days = {}): Relation {
  const table = (part: string): string => quotedName([...database, part]);
  const columns = name === "event_delivered" ? eventTable.columns.map((column) => column.name) : ["*"];
  const list = columns.map((column) => `c.${column}`).join(", ");
  const upTo = name === "trail_object" ? ` where copy_run <= ${lastFold(database)}` : "";
  const conditions = [
    ...(days.from === undefined ? [] : [`c.copy_day >= '${days.from}'`]),
    ...(days.to === undefined ? [] : [`c.copy_day <= '${days.to}'`]),
  ];
  return {
    name,
    sql: [
      `select ${list}`,
      `from ${table(`${name}_copy`)} as c`,
      `join (select copy_day, max(copy_run) as copy_run from ${table("copied_day")}${upTo} group by copy_day) as s`,
      "  on s.copy_day = c.copy_day and s.copy_run = c.copy_run",
      ...(conditions.length === 0 ? [] : [`where ${conditions.join(" and ")}`]),
    ].join("\n"),
  };
}

/** The relations that `sql` reads, directly or through others, in their order. */
export function closure(relations: readonly Relation[], sql: string): readonly Relation[] {
  const needed = new Set<string>();
  const texts = [sql];
  for (const relation of relations.toReversed()) {
    if (!texts.some((text) => relationsIn(text).has(relation.name))) continue;
    needed.add(relation.name);
    texts.push(relation.sql);
  }
  return relations.filter(({ name }) => needed.has(name));
}

/** The statement with relations as CTEs in front of its own. */
export function withRelations(relations: readonly Relation[], sql: string): string {
  return withCtes(
    sql,
    relations.map((relation) => `${relation.name} AS (\n${relation.sql}\n)`),
  );
}

/** Relations that a scope replaces, by the name of their whole. */
export const whole = (name: string): string => `all_${name}`;

/** The relations with other names for those that the scope replaces: its own are made of the whole ones. */
export function renameScoped(relations: readonly Relation[], scoped: string): readonly Relation[] {
  const mentioned = namesIn(scoped);
  const renamed = new Set(relations.map(({ name }) => name).filter((name) => mentioned.has(whole(name))));
  if (renamed.size === 0) return relations;
  return relations.map(({ name, sql }) => ({
    name: renamed.has(name) ? whole(name) : name,
    sql: renameWords(sql, renamed),
  }));
}

/** The SQL with these words replaced; none of them is the name of a column. */
function renameWords(sql: string, names: ReadonlySet<string>): string {
  let renamed = "";
  let end = 0;
  for (const token of sqlTokens(sql)) {
    if (token.kind !== "word" || !names.has(token.text)) continue;
    renamed += sql.slice(end, token.start) + whole(token.text);
    end = token.end;
  }
  return renamed + sql.slice(end);
}
