/** The answers of the Athena test endpoint: what a query is, how it looks from outside, and its rows in pages. */
import type { BackendResult } from "./athena-backend.ts";

export type Json = Readonly<Record<string, unknown>>;

/** An error of Athena's: its code goes into `__type`. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface TestWorkgroup {
  readonly output?: string;
  readonly enforced?: boolean;
  readonly cutoffBytes?: number;
  readonly disabled?: boolean;
  readonly managedResults?: boolean;
}

/** What a test makes of one query, instead of or before what the backend makes of it. */
export interface Behaviour {
  /** Ends so, with this reason, and is never computed. */
  readonly fails?: string;
  readonly cancelled?: string;
  readonly retryable?: boolean;
  /** Runs until it is stopped. */
  readonly endless?: true;
  /** Looks that find it queued, then running, before its result is shown. */
  readonly looks?: number;
  /** Bytes scanned so far, for each look in turn; the last one stays. */
  readonly scanned?: readonly number[];
  /** The result object as it stands, instead of rows. */
  readonly csv?: {
    readonly columns: readonly { readonly name: string; readonly type: string }[];
    readonly body: Buffer;
  };
}

export interface TestQuery {
  readonly id: string;
  readonly sql: string;
  readonly input: Json;
  readonly workgroup: TestWorkgroup;
  readonly workgroupName: string;
  readonly behaviour: Behaviour;
  readonly stop: AbortController;
  state: "QUEUED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";
  reason: string;
  retryable: boolean;
  looks: number;
  scannedBytes: number;
  reused: boolean;
  output: string | null;
  result: BackendResult | null;
}

/** Counts a look at the query. */
export function look(query: TestQuery): TestQuery {
  query.looks++;
  return query;
}

export function execution(query: TestQuery): Json {
  const { behaviour } = query;
  const hidden = query.looks <= (behaviour.looks ?? 0);
  const state = hidden ? (query.looks === 1 ? "QUEUED" : "RUNNING") : query.state;
  const scanned = behaviour.scanned ?? [query.scannedBytes];
  return {
    QueryExecutionId: query.id,
    Query: query.sql,
    WorkGroup: query.workgroupName,
    ...(query.output === null ? {} : { ResultConfiguration: { OutputLocation: query.output } }),
    Status: {
      State: state,
      ...(query.reason === "" || hidden ? {} : { StateChangeReason: query.reason }),
      ...(state === "FAILED"
        ? { AthenaError: { ErrorCategory: 2, ErrorType: 1006, Retryable: query.retryable, ErrorMessage: query.reason } }
        : {}),
    },
    Statistics: {
      EngineExecutionTimeInMillis: 420,
      QueryQueueTimeInMillis: 35,
      TotalExecutionTimeInMillis: 500,
      DataScannedInBytes: query.reused ? 0 : (scanned[Math.min(query.looks, scanned.length) - 1] ?? 0),
      ResultReuseInformation: { ReusedPreviousResult: query.reused },
    },
  };
}

/** The header is the first row of the first page; a page takes at most a thousand rows. */
export function results(query: TestQuery, input: Json): Json {
  if (query.state !== "SUCCEEDED" || query.result === null)
    throw new Refusal("InvalidRequestException", `Query has not yet finished. Current state: ${query.state}`);
  const { columns, rows } = query.result;
  const all = [columns.map(({ name }) => name), ...rows];
  const from = Number(input["NextToken"] ?? 0);
  const to = from + Number(input["MaxResults"] ?? 1000);
  return {
    ...(to < all.length ? { NextToken: String(to) } : {}),
    ResultSet: {
      ResultSetMetadata: { ColumnInfo: columns.map(({ name, type }) => ({ Name: name, Label: name, Type: type })) },
      Rows: all
        .slice(from, to)
        .map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) })),
    },
  };
}

export function path(value: unknown, ...names: readonly string[]): unknown {
  let at: unknown = value;
  for (const name of names)
    at = typeof at === "object" && at !== null ? Object.entries(at).find(([key]) => key === name)?.[1] : undefined;
  return at;
}
