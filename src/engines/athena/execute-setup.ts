/** The execution of a setup on Athena: what is missing or different is made, the rest stays. */
import type { AthenaAccess } from "./access.ts";
import { readResult } from "./result.ts";
import { runStatement } from "./statement.ts";
import type { Logger } from "../../log.ts";
import { quotedName } from "../raw-logs/log-table.ts";
import { type SetupStep, madeSql, markerStep, presentSql, setupView, stepHash } from "./setup.ts";

export interface ExecuteOptions {
  readonly database: string;
  /** Whether tables whose DDL has changed are dropped and made again; their files stay. */
  readonly replaceTables: boolean;
  readonly log: Logger;
  readonly signal?: AbortSignal | undefined;
}

export interface SetupSummary {
  readonly made: readonly string[];
  readonly unchanged: number;
  /** Tables that differ from what the flags say and were not replaced. */
  readonly differing: readonly string[];
}

/** Executes the steps of a setup; where everything is up to date, it does nothing and says so. */
export async function executeSetup(
  access: AthenaAccess,
  steps: readonly SetupStep[],
  { database, replaceTables, log, signal }: ExecuteOptions,
): Promise<SetupSummary> {
  const present = new Set((await texts(access, presentSql(database), "what is there", signal)).map(([name]) => name));
  const hashes = present.has(setupView)
    ? new Map((await texts(access, madeSql(database), "the last setup", signal)).map(([name, hash]) => [name, hash]))
    : new Map<string, string>();
  const made: string[] = [];
  const differing: string[] = [];
  let unchanged = 0;
  for (const step of steps) {
    const isThere = step.kind === "database" ? present.size > 0 : present.has(step.name);
    // the marker is renewed with whatever it marks
    const isMarker = step.name === setupView;
    const isSame =
      step.kind === "database" || (isMarker ? made.length === 0 : hashes.get(step.name) === stepHash(step));
    if (isThere && isSame) {
      unchanged++;
      continue;
    }
    if (step.kind === "table" && isThere) {
      if (!replaceTables) {
        differing.push(step.name);
        continue;
      }
      await run(access, `DROP TABLE IF EXISTS ${quotedName([database, step.name], "`")}`, `drop ${step.name}`, signal);
    }
    await run(access, step.sql, `${step.kind} ${step.name}`, signal);
    log.info(`made ${step.kind} ${step.name}`);
    made.push(step.name);
  }
  if (made.length > 0 || !present.has(setupView)) {
    const unchanged = steps.filter(({ name }) => !differing.includes(name));
    await run(access, markerStep(database, unchanged).sql, setupView, signal);
  }
  return { made, unchanged, differing };
}

async function run(access: AthenaAccess, sql: string, title: string, signal: AbortSignal | undefined): Promise<void> {
  await runStatement(access, { sql, title }, { signal });
}

/** The rows of a small result as text. */
export async function texts(
  access: AthenaAccess,
  sql: string,
  title: string,
  signal: AbortSignal | undefined,
): Promise<string[][]> {
  const execution = await runStatement(access, { sql, title }, { signal });
  const rows: string[][] = [];
  for await (const batch of (await readResult(access, execution, signal)).rows)
    rows.push(...batch.map((row) => row.map((value) => value ?? "")));
  return rows;
}
