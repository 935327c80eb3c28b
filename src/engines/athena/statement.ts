/** One statement on Athena: started once, polled until it ends, stopped on an abort or when it reads too much. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { QueryExecution } from "../../aws/athena-types.ts";
import { SpillwayError, interruptedQuery } from "../../errors.ts";
import { callAthena } from "./connection.ts";
import { failedStatement } from "./explain.ts";
import type { AthenaAccess } from "./access.ts";

export interface Statement {
  readonly sql: string;
  /** The statement's name in messages, such as a report's. */
  readonly title: string;
  /** A token of 32 to 128 characters; for some minutes, two starts with the same one are one statement. Default: a new one. */
  readonly token?: string | undefined;
}

export interface StatementCall {
  readonly signal?: AbortSignal | undefined;
  /** Scanned bytes, as Athena reports them, beyond which the statement is stopped. */
  readonly maxScanBytes?: number | undefined;
  readonly onProgress?: ((state: string, statistics: Statistics) => void) | undefined;
}

export interface Statistics {
  readonly scannedBytes: number;
  readonly engineMs: number;
  readonly queueMs: number;
  readonly totalMs: number;
  /** Whether an earlier result was returned: nothing was scanned or charged. */
  readonly reused: boolean;
}

/** A statement that succeeded. */
export interface Execution {
  readonly id: string;
  /** Address of the result object; null where Athena keeps results itself (managed query results). */
  readonly output: string | null;
  readonly statistics: Statistics;
}

/** Starts a statement and waits for its end. An abort stops it on Athena too, before this throws. */
export async function runStatement(
  access: AthenaAccess,
  statement: Statement,
  call: StatementCall = {},
): Promise<Execution> {
  const { signal } = call;
  if (signal?.aborted === true) throw interruptedQuery(signal.reason);
  // Without the signal: a statement that was sent can only be stopped by its id.
  const id = await startStatement(access, statement);
  let ended = false;
  try {
    for (let wait = access.poll.firstMs; ; wait = Math.min(wait * 1.5, access.poll.mostMs)) {
      const execution = await look(access, id, signal);
      const statistics = statisticsOf(execution);
      const state = execution.Status?.State ?? "UNKNOWN";
      call.onProgress?.(state, statistics);
      ended = state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED";
      if (state === "SUCCEEDED")
        return { id, output: execution.ResultConfiguration?.OutputLocation ?? null, statistics };
      if (ended) throw failure(execution, id, statement.title);
      checkScan(statistics, statement.title, call.maxScanBytes);
      await sleep(wait, undefined, signal === undefined ? {} : { signal }).catch((cause: unknown) => {
        throw interruptedQuery(cause);
      });
    }
  } finally {
    if (!ended) await stopStatement(access, id);
  }
}

/** Athena's id of the query. */
async function startStatement(access: AthenaAccess, { sql, token }: Statement): Promise<string> {
  const input = {
    QueryString: sql,
    ClientRequestToken: token ?? randomUUID(),
    WorkGroup: access.workgroup,
    QueryExecutionContext: {
      ...(access.database === null ? {} : { Database: access.database }),
      ...(access.catalog === null ? {} : { Catalog: access.catalog }),
    },
    ...(access.output === null ? {} : { ResultConfiguration: { OutputLocation: access.output } }),
    ...(access.reuseMinutes === null
      ? {}
      : {
          ResultReuseConfiguration: {
            ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: access.reuseMinutes },
          },
        }),
  };
  const { QueryExecutionId } = await callAthena(access, "StartQueryExecution", (client, sdk) =>
    client.send(new sdk.StartQueryExecutionCommand(input)),
  );
  if (QueryExecutionId === undefined) throw new SpillwayError("engine", "Athena started a query without an id");
  return QueryExecutionId;
}

/** Stops a query; one that cannot be stopped is over or ends by itself. */
async function stopStatement(access: AthenaAccess, id: string): Promise<void> {
  try {
    await callAthena(
      access,
      "StopQueryExecution",
      (client, sdk, options) => client.send(new sdk.StopQueryExecutionCommand({ QueryExecutionId: id }), options),
      AbortSignal.timeout(5_000),
    );
  } catch {
    // the error that led here is the one to report
  }
}

async function look(access: AthenaAccess, id: string, signal: AbortSignal | undefined): Promise<QueryExecution> {
  const { QueryExecution: execution } = await callAthena(
    access,
    "GetQueryExecution",
    (client, sdk, options) => client.send(new sdk.GetQueryExecutionCommand({ QueryExecutionId: id }), options),
    signal,
  );
  if (execution === undefined) throw new SpillwayError("engine", `Athena does not know its query ${id}`);
  return execution;
}

function statisticsOf({ Statistics: found }: QueryExecution): Statistics {
  return {
    scannedBytes: found?.DataScannedInBytes ?? 0,
    engineMs: found?.EngineExecutionTimeInMillis ?? 0,
    queueMs: found?.QueryQueueTimeInMillis ?? 0,
    totalMs: found?.TotalExecutionTimeInMillis ?? 0,
    reused: found?.ResultReuseInformation?.ReusedPreviousResult ?? false,
  };
}

function checkScan({ scannedBytes }: Statistics, title: string, most: number | undefined): void {
  if (most === undefined || scannedBytes <= most) return;
  throw new SpillwayError(
    "scan-limit",
    `${title} was stopped: Athena has scanned ${scannedBytes.toLocaleString("en-US")} bytes, more than --max-scan allows (${most.toLocaleString("en-US")})`,
    { next: "Ask for fewer days with --from and --to, or raise --max-scan; what was scanned until then is paid." },
  );
}

function failure({ Status }: QueryExecution, id: string, title: string): SpillwayError {
  return failedStatement({
    id,
    title,
    reason: Status?.StateChangeReason ?? Status?.AthenaError?.ErrorMessage ?? "",
    cancelled: Status?.State === "CANCELLED",
    retryable: Status?.AthenaError?.Retryable ?? false,
  });
}
