/** The rows of a finished statement: types from Athena, rows from the result object in S3, as they stream in. */
import type { ColumnInfo, Row } from "../../aws/athena-types.ts";
import { SpillwayError, interruptedQuery, messageOf } from "../../errors.ts";
import { isDenied } from "../../aws/refusals.ts";
import { parseS3Url } from "../../aws/s3/url.ts";
import { callAthena, resultAccess } from "./connection.ts";
import { type CsvField, CsvReader } from "../../csv-reader.ts";
import type { AthenaAccess } from "./access.ts";
import { readObject } from "./result-object.ts";
import type { Execution } from "./statement.ts";

export interface AthenaColumn {
  readonly name: string;
  /** Athena's name of the type, such as `varchar`, `decimal(9, 2)` or `row`. */
  readonly type: string;
}

export interface StatementResult {
  readonly columns: readonly AthenaColumn[];
  /** The rows in batches, with values as Athena writes them; to be read once. */
  readonly rows: AsyncIterable<readonly (readonly CsvField[])[]>;
}

/** Rows of a batch. */
const batchRows = 4096;

/** The result of a statement that returns rows. */
export async function readResult(
  access: AthenaAccess,
  execution: Execution,
  signal?: AbortSignal,
): Promise<StatementResult> {
  const first = await resultPage(access, execution.id, undefined, 1, signal);
  const columns = (first.columns ?? []).map((info): AthenaColumn => ({ name: info.Name ?? "", type: typeOf(info) }));
  const { output } = execution;
  const rows =
    output === null ? pagedRows(access, execution.id, signal) : objectRows(access, output, columns.length, signal);
  return { columns, rows };
}

/** The type's full name: Athena gives a decimal's digits separately. */
function typeOf({ Type: type = "", Precision: all, Scale: fraction }: ColumnInfo): string {
  return type === "decimal" && all !== undefined && all > 0 ? `decimal(${all}, ${fraction ?? 0})` : type;
}

async function* objectRows(
  access: AthenaAccess,
  output: string,
  width: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<CsvField[][]> {
  const reader = new CsvReader();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let header = true;
  let held: CsvField[][] = [];
  const checked = (rows: CsvField[][]): void => {
    for (const row of rows) {
      // a last column of nulls alone is an empty line
      if (row.length !== width) throw new Error(`a row has ${row.length} values, not ${width}`);
      if (header) header = false;
      else held.push(row);
    }
  };
  try {
    const { bucket, prefix: key } = parseS3Url(output);
    for await (const bytes of readObject(await resultAccess(access, bucket), key, signal)) {
      checked(reader.push(decoder.decode(bytes, { stream: true })));
      if (held.length < batchRows) continue;
      yield held;
      held = [];
    }
    checked(reader.push(decoder.decode()));
    checked(reader.end());
  } catch (thrown) {
    throw explainOutput(thrown, output, signal);
  }
  if (held.length > 0) yield held;
}

/** The rows in pages of a thousand, for results that Athena keeps itself instead of in an object. */
async function* pagedRows(
  access: AthenaAccess,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<CsvField[][]> {
  let token: string | undefined;
  for (let page = 0; page === 0 || token !== undefined; page++) {
    const { rows, next } = await resultPage(access, id, token, 1000, signal);
    const values = rows.map((row) => (row.Data ?? []).map((datum) => datum.VarCharValue ?? null));
    // the first row of the first page is the header
    yield page === 0 ? values.slice(1) : values;
    token = next;
  }
}

interface ResultPage {
  readonly columns: readonly ColumnInfo[] | undefined;
  readonly rows: readonly Row[];
  readonly next: string | undefined;
}

async function resultPage(
  access: AthenaAccess,
  id: string,
  token: string | undefined,
  most: number,
  signal: AbortSignal | undefined,
): Promise<ResultPage> {
  const input = { QueryExecutionId: id, MaxResults: most, ...(token === undefined ? {} : { NextToken: token }) };
  const answer = await callAthena(
    access,
    "GetQueryResults",
    (client, sdk, options) => client.send(new sdk.GetQueryResultsCommand(input), options),
    signal,
  );
  return {
    columns: answer.ResultSet?.ResultSetMetadata?.ColumnInfo,
    rows: answer.ResultSet?.Rows ?? [],
    next: answer.NextToken,
  };
}

function explainOutput(thrown: unknown, output: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return interruptedQuery(thrown);
  if (thrown instanceof SpillwayError && thrown.code === "credentials") return thrown;
  const cause = thrown instanceof SpillwayError && thrown.cause !== undefined ? thrown.cause : thrown;
  if (isDenied(cause)) {
    return new SpillwayError("engine", `not allowed to read the result at ${output}: ${messageOf(cause)}`, {
      next: "Allow s3:GetObject on the place for results (and kms:Decrypt on its key, if it is encrypted with one).",
      cause: thrown,
    });
  }
  return new SpillwayError("engine", `cannot read the result at ${output}: ${messageOf(thrown)}`, {
    next: "Run it again; if somebody deleted the object, check the lifecycle of that bucket.",
    cause: thrown,
  });
}
