/** The rows of `spillway verify` as a result that any format can write. */
import type { CellBatch, Result, ResultColumn } from "../engines/engine.ts";
import type { VerifyRow } from "../integrity/verdict.ts";

const columns: readonly ResultColumn[] = [
  "kind",
  "account_id",
  "region",
  "trail",
  "uri",
  "verdict",
  "reason",
  "signature_source",
].map((name) => ({ name, type: "text" }));

/** Rows of a batch: small batches cost more to write than to make. */
const rowsInBatch = 2048;

/** The result; null without rows if `isQuiet`. */
export async function verifyResult(
  pieces: AsyncGenerator<readonly VerifyRow[]>,
  isQuiet: boolean,
): Promise<Result | null> {
  const first = await pieces.next();
  if (first.done === true && isQuiet) return null;
  return { columns, batches: batchesOf(first.done === true ? [] : first.value, pieces) };
}

async function* batchesOf(
  first: readonly VerifyRow[],
  pieces: AsyncGenerator<readonly VerifyRow[]>,
): AsyncGenerator<CellBatch> {
  let rows = [...first];
  for await (const piece of pieces) {
    rows.push(...piece);
    if (rows.length < rowsInBatch) continue;
    yield batchOf(rows);
    rows = [];
  }
  if (rows.length > 0) yield batchOf(rows);
}

function batchOf(rows: readonly VerifyRow[]): CellBatch {
  return [
    rows.map(({ kind }) => kind),
    rows.map(({ accountId }) => accountId),
    rows.map(({ region }) => region),
    rows.map(({ trail }) => trail),
    rows.map(({ uri }) => uri),
    rows.map(({ verdict }) => verdict),
    rows.map(({ reason }) => reason),
    rows.map(({ signatureSource }) => signatureSource),
  ];
}
