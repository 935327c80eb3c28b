/** The fingerprint of a pack's inputs: taken without making the pack, and the same whenever the pack would be. */
import { createHash } from "node:crypto";
import { plainRows } from "../engines/result.ts";
import { clauseRows } from "../reference/clauses.ts";
import { applyScopeWherePossible } from "../sql/scope.ts";
import type { PackRequest } from "./payload.ts";
import { callsByLog, logInputs } from "./log-statements.ts";
import { digests, inputs, listedWithin, missingLogs, publicKeys, wholeTables } from "./statements.ts";
import { personalDataOf } from "./summary.ts";

/** Rows without an order: a hash of each, put together so that their order does not matter. */
const hashed = (sql: string): string =>
  `SELECT count(*) AS n, cast(sum(cast(hash(t) AS hugeint)) AS varchar) AS h FROM (${sql}) AS t`;

/** The fingerprint; `signedBy` is the key asked for, and the clock is not an input. */
export async function fingerprintOf(request: PackRequest, signedBy: string | undefined): Promise<string> {
  const { question, engine, signal, clauses } = request;
  const { from, to, boundary, protection } = question;
  // a fixed clock, since the passing of time is not a changed input
  const scope = { from, to, asOf: to, boundary: boundary.regions };
  const whole = createHash("sha256");
  const add = (...said: readonly unknown[]): unknown => whole.update(`${JSON.stringify(said)}\n`);
  add(from, to, boundary, personalDataOf(protection), protection?.keepUsers === true, signedBy ?? null);
  // only the hash of a key for people, since it is stored in a file
  if (protection !== undefined && "key" in protection) add(createHash("sha256").update(protection.key).digest("hex"));
  add(clauses ?? clauseRows());
  const tables = [
    "SELECT * FROM invocation",
    inputs(engine.qualify),
    logInputs(engine.qualify),
    callsByLog(engine.qualify),
    digests(question, engine.qualify),
    publicKeys(question),
    missingLogs(question, engine.qualify),
    listedWithin(question),
    ...wholeTables.map(([, sql]) => sql),
  ];
  for (const sql of tables) {
    const statement = hashed(applyScopeWherePossible(sql, scope, engine.qualify));
    const [row] = await plainRows(await engine.run(statement, signal, "fingerprint"));
    add(String(row?.["n"]), String(row?.["h"]));
  }
  return whole.digest("hex");
}
