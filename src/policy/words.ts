/** The names of layers and statements in messages. */
import type { Reason } from "./decide.ts";
import { kindTitles } from "./kinds.ts";
import type { Layer } from "./layers.ts";

export function nameLayer({ kind, title, level }: Pick<Layer, "kind" | "title" | "level">): string {
  if (kind !== "scp") return kindTitles[kind];
  if (level === undefined) return "service control policies";
  return `${kindTitles.scp} of ${title ?? `level ${level}`}`;
}

/** File, line and column, number and Sid. */
export function nameStatement(reason: Reason): string {
  const { document, statement } = reason;
  if (document === undefined || statement === undefined) return nameLayer(reason);
  const sid = statement.sid === undefined ? "" : ` ${statement.sid}`;
  return `${document.name}:${statement.line}:${statement.column} Statement[${statement.index}]${sid}`;
}
