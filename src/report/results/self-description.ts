/** The description that an export carries of itself: one without rows is told from a clean month. */
import { SpillwayError } from "../../errors.ts";
import type { Cell, Engine } from "../../engines/engine.ts";
import { plainRows } from "../../engines/result.ts";
import { applyScopeWherePossible } from "../../sql/scope.ts";
import type { Report } from "../catalogue.ts";
import type { Asked } from "../page/head.ts";
import { pageHead } from "../page/head.ts";

export interface DescribedStatement {
  /** The report; undefined for a statement of the user's own. */
  readonly report: Pick<Report, "name" | "title" | "answers" | "columns"> | undefined;
  readonly sql: string;
}

export interface SelfDescription {
  /** The key of Parquet and Arrow. */
  readonly metadata: { readonly spillway: string };
  /** The envelope of JSON: the rows stand in `rows`. */
  readonly frame: { readonly before: string; readonly after: string };
}

/** Reads the claims and the last run; to be asked for before the statement runs. */
export async function selfDescription(
  { report, sql }: DescribedStatement,
  asked: Omit<Asked, "engine"> & { readonly engine: Engine },
  claims: Report | undefined,
): Promise<SelfDescription> {
  const { engine } = asked;
  const { from, to, accounts, regions, principals, boundary, version, references, protection } = pageHead({
    ...asked,
    engine: engine.name,
  });
  // elsewhere each question costs a scan
  const isLocal = engine.name === "duckdb";
  const text = JSON.stringify({
    report: report?.name ?? null,
    title: report?.title ?? null,
    answers: report?.answers ?? null,
    columns: report?.columns ?? null,
    sql,
    scope: { from, to, accounts, regions, principals },
    boundary: boundary ?? null,
    claims: isLocal && claims !== undefined ? await claimRows(engine, claims, asked) : null,
    engine: engine.name,
    run_id: isLocal ? await lastRun(engine) : null,
    version,
    references: Object.fromEntries(references.map(({ what, asOf }) => [what, asOf])),
    protection: protection ?? null,
  });
  return { metadata: { spillway: text }, frame: { before: `{"spillway":${text},\n"rows":`, after: "}\n" } };
}

async function claimRows(
  engine: Engine,
  claims: Report,
  { scope }: Pick<Asked, "scope">,
): Promise<readonly Readonly<Record<string, Cell>>[] | null> {
  try {
    const { boundary } = scope;
    const statement = applyScopeWherePossible(claims.sql, { ...scope, boundary: boundary ?? [] }, engine.qualify);
    const rows = await plainRows(await engine.run(statement, undefined, claims.name));
    // without a boundary nothing can be said of one
    return boundary === undefined ? rows.filter(({ claim }) => claim !== "inside-boundary") : rows;
  } catch (error) {
    // a warehouse of an older version has not all that claims rest on
    if (error instanceof SpillwayError && error.code === "sql") return null;
    throw error;
  }
}

/** The last run that was finished: what the rows come from. */
async function lastRun(engine: Engine): Promise<Cell> {
  const runs = `select run_id from ${engine.qualify("run")} where finished_at is not null order by finished_at desc, run_id limit 1`;
  const [row] = await plainRows(await engine.run(runs));
  return row?.["run_id"] ?? null;
}
