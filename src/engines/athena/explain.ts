/** The words for what Athena refused or failed at: those of every service, and those that only a query meets. */
import { SpillwayError, interruptedQuery } from "../../errors.ts";
import { refusal } from "../../aws/refusals.ts";
import type { AthenaAccess } from "./access.ts";

export interface AthenaAttempt {
  /** The API call's name in IAM. */
  readonly action: string;
  readonly access: AthenaAccess;
  readonly aborted: boolean;
}

/** The error for a request that Athena did not accept; a SpillwayError is returned as it is. */
export function explainAthena(thrown: unknown, attempt: AthenaAttempt): unknown {
  if (thrown instanceof SpillwayError) return thrown;
  if (attempt.aborted) return interruptedQuery(thrown);
  if (!(thrown instanceof Error)) return thrown;
  const { action, access } = attempt;
  return (
    requestProblem(thrown, attempt) ??
    refusal(thrown, {
      service: "Athena",
      access: access.service,
      what: `the workgroup ${access.workgroup}`,
      permission: `athena:${action}`,
      allow: (permission) => `Allow ${permission} on the workgroup ${access.workgroup} for this caller.`,
      codes: { denied: "engine", unreachable: "engine" },
      checkNetwork:
        "Check the Region, the network, the proxy and the endpoint; in a VPC, Athena needs an interface endpoint or a route out.",
      tryAgain: "Run the same command again later.",
      throttled: "Run the same command later, or ask AWS for a higher quota of Athena API calls.",
    }) ??
    otherRefusal(thrown) ??
    thrown
  );
}

/** The error for an InvalidRequestException, told by its text: Athena has no codes for these. */
function requestProblem(thrown: Error, { access }: AthenaAttempt): SpillwayError | undefined {
  const { message } = thrown;
  if (/region is missing/i.test(message)) {
    return new SpillwayError("config", "no AWS Region is set for Athena", {
      next: "Name it with --athena-region, or set AWS_REGION.",
      cause: thrown,
    });
  }
  if (/no output location/i.test(message)) {
    return new SpillwayError("config", `the workgroup ${access.workgroup} has no place for results`, {
      next: "Name one with --athena-output s3://BUCKET/PREFIX, or set a query result location in the workgroup.",
      cause: thrown,
    });
  }
  if (/workgroup.*(?:not found|does not exist)|^workgroup is not found/i.test(message)) {
    return new SpillwayError(
      "config",
      `there is no workgroup ${access.workgroup} in ${access.service.region || "this Region"}`,
      {
        next: "Name one with --athena-workgroup (aws athena list-work-groups), and its Region with --athena-region.",
        cause: thrown,
      },
    );
  }
  if (/workgroup.*(?:disabled|not enabled)/i.test(message)) {
    return new SpillwayError("config", `the workgroup ${access.workgroup} is disabled`, {
      next: "Enable it, or name another with --athena-workgroup.",
      cause: thrown,
    });
  }
  return undefined;
}

function otherRefusal(thrown: Error): SpillwayError | undefined {
  if (!["InvalidRequestException", "MetadataException", "ResourceNotFoundException"].includes(thrown.name))
    return undefined;
  return new SpillwayError("engine", `Athena refused: ${thrown.message}`, {
    next: "Check the workgroup, the database and the place for results.",
    cause: thrown,
  });
}

export interface FailedStatement {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly cancelled: boolean;
  /** Athena's word on whether the same statement may succeed next time. */
  readonly retryable: boolean;
}

/** The error for a statement that ended as FAILED or CANCELLED. */
export function failedStatement({ id, title, reason, cancelled, retryable }: FailedStatement): SpillwayError {
  const query = `(query ${id})`;
  if (/bytes scanned limit/i.test(reason)) {
    return new SpillwayError("scan-limit", `${title} was stopped by the workgroup's limit of bytes scanned ${query}`, {
      next: "Ask for fewer days with --from and --to, read a table that is partitioned or in Parquet, or raise the workgroup's limit.",
    });
  }
  if (cancelled)
    return new SpillwayError(
      "interrupted",
      `${title} was cancelled on Athena ${query}${reason === "" ? "" : `: ${reason}`}`,
      {
        next: "Somebody stopped it there, or the workgroup was disabled; run it again.",
      },
    );
  const place = /\bline (\d+):(\d+)/.exec(reason);
  const where = place === null ? "" : ` at line ${place[1]}, column ${place[2]}`;
  const said =
    reason === ""
      ? "Athena gave no reason"
      : reason
          .replace(/\bline \d+:\d+: /, "")
          .replace(/\s+/g, " ")
          .trim();
  return new SpillwayError(
    isOfStatement(reason) ? "sql" : "engine",
    `${title} failed on Athena${where}: ${said} ${query}`,
    {
      next: nextStep(reason, retryable),
    },
  );
}

function isOfStatement(reason: string): boolean {
  return /^(?:SYNTAX_ERROR|COLUMN_NOT_FOUND|TYPE_MISMATCH|FUNCTION_NOT_FOUND|INVALID_|DIVISION_BY_ZERO|TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|CATALOG_NOT_FOUND|FAILED: )/.test(
    reason,
  );
}

function nextStep(reason: string, retryable: boolean): string {
  if (
    /TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|CATALOG_NOT_FOUND|(?:table|schema|database|catalog) .*does not exist/i.test(
      reason,
    )
  )
    return "Check --athena-database and --athena-catalog; spillway athena setup makes the tables, --athena-table names one that is there.";
  if (/writing output|output (?:location|bucket)|query results? (?:location|bucket)/i.test(reason))
    return "Allow s3:PutObject and s3:GetBucketLocation on the place for results, and check that it is in Athena's Region.";
  if (/access ?denied|insufficient permissions|not authorized|\b403\b/i.test(reason))
    return "Allow glue:GetTable and glue:GetPartitions on the database, and s3:GetObject and s3:ListBucket on the logs.";
  if (/exhausted resources|EXCEEDED_MEMORY|timed? ?out/i.test(reason))
    return "Ask for fewer days with --from and --to, or make the copy in Parquet that docs/athena.md shows.";
  return retryable
    ? "Athena says that the same statement may succeed: run it again."
    : "Athena's console shows the query by its id.";
}

/** Whether a message of Trino or Athena is about a log file that cannot be read. */
export function isOfFile(message: string): boolean {
  return /HIVE_(?:CURSOR_ERROR|BAD_DATA|CANNOT_OPEN_SPLIT|INVALID_METADATA|FILESYSTEM_ERROR)|malformed|not a valid JSON|GENERIC_INTERNAL_ERROR/i.test(
    message,
  );
}
