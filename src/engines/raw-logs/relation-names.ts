/** The names of a report's relations on Athena or Trino: their own in a schema, or those of tables that the user named. */
import { parseTableName } from "./log-table.ts";
import { cteNames, withCtes } from "../../sql/composition.ts";
import { namesIn } from "../../sql/tokens.ts";

export interface RelationNames {
  /** The full name of a relation's table, for statements with a CTE of the relation's name. */
  readonly qualify: (relation: string) => string;
  /** The statement with a CTE for each relation whose table has another name. */
  readonly resolve: (sql: string) => string;
}

/** The names in `schema`: catalog and database, or neither where the session has them. */
export function relationNames(schema: readonly string[], tables: Readonly<Record<string, string>> = {}): RelationNames {
  const named = new Map(Object.entries(tables).map(([relation, table]) => [relation, tableName(table, schema)]));
  const qualify = (relation: string): string => named.get(relation) ?? quoted([...schema, relation]);
  return {
    qualify,
    resolve(sql) {
      if (named.size === 0) return sql;
      const mentioned = namesIn(sql);
      const defined = cteNames(sql);
      const ctes = [...named].filter(([relation]) => mentioned.has(relation) && !defined.has(relation));
      return withCtes(
        sql,
        ctes.map(([relation, table]) => `${relation} AS (SELECT * FROM ${table})`),
      );
    },
  };
}

/** A table's name, completed from `schema`. @throws SpillwayError `usage` */
function tableName(text: string, schema: readonly string[]): string {
  const parts = parseTableName(text);
  return quoted([...schema.slice(0, Math.max(0, schema.length - parts.length + 1)), ...parts]);
}

function quoted(parts: readonly string[]): string {
  // a plain name stays plain: the session's schema is its place
  return parts.length === 1 ? (parts[0] ?? "") : parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}
