/** How the tests of the store make events, stage them and read tables back. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Column, Table } from "../../src/schema/column.ts";
import { eventTable } from "../../src/schema/event.ts";
import { type Cell, fillTemporary } from "../../src/store/append.ts";
import { type Duck, sqlText, startDuck, stopDuck } from "../../src/store/duck.ts";
import { WarehouseReader } from "../../src/store/reader.ts";
import type { LedgerEntry } from "../../src/store/batch.ts";
import { type PlainRow, plainRows } from "../../src/engines/result.ts";
import { entryOf } from "./ledger-entry.ts";

export type Row = Readonly<Record<string, Cell>>;

export const noon: number = Date.UTC(2026, 9, 1, 12);

/** A served, plain call through a profile without a Region; `over` says what is different. */
export function event(over: Record<string, Cell>): Row {
  const row: Record<string, Cell> = Object.fromEntries(eventTable.columns.map(({ name }) => [name, null]));
  return {
    ...row,
    event_id: "e1",
    event_time: noon,
    event_source: "bedrock.amazonaws.com",
    event_name: "Converse",
    event_type: "AwsApiCall",
    event_category: "Management",
    event_version: "1.11",
    source_region: "eu-west-1",
    request_id: "r1",
    record_kind: "api-call",
    invocation_key: "eu-west-1/k1",
    operation: "Converse",
    streaming: false,
    outcome: "served",
    additional_omitted: false,
    account_id: "111122223333",
    recipient_account_id: "111122223333",
    principal: "arn:aws:iam::111122223333:role/app",
    principal_type: "AssumedRole",
    principal_name: "app",
    model_id: "eu.anthropic.claude-sonnet-4-6",
    model_kind: "inference-profile",
    profile_id: "eu.anthropic.claude-sonnet-4-6",
    profile_scope: "eu",
    model: "anthropic.claude-sonnet-4-6",
    provider: "anthropic",
    object_uri: "file:a",
    record_index: 0,
    ...over,
  };
}

/** The completion of a streamed call, as CloudTrail writes it: without a model identifier. */
export function completion(over: Record<string, Cell>): Row {
  return event({
    event_id: "c1",
    event_time: noon + 5000,
    event_type: "AwsServiceEvent",
    event_name: "ConverseStream",
    operation: "ConverseStream",
    record_kind: "completion",
    streaming: true,
    request_id: "own",
    parent_request_id: "r1",
    model_id: null,
    model_kind: "unknown",
    profile_id: null,
    profile_scope: null,
    model: null,
    provider: null,
    ...over,
  });
}

export interface Sandbox extends AsyncDisposable {
  readonly folder: string;
  /** Writes rows as a Parquet file and returns its path; rows of `event` unless said. */
  readonly stage: (rows: readonly Row[], table?: Table) => Promise<string>;
}

export async function sandbox(): Promise<Sandbox> {
  const folder = mkdtempSync(join(tmpdir(), "spillway-store-"));
  const duck: Duck = await startDuck({ threads: 1 });
  let files = 0;
  return {
    folder,
    async stage(rows, table = eventTable): Promise<string> {
      const file = join(folder, `staged-${files++}.parquet`);
      await fillTemporary(duck.connection, "rows", table.columns as readonly Column[], rows);
      await duck.connection.run(`COPY temp.rows TO ${sqlText(file)} (FORMAT parquet)`);
      return file;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stopDuck(duck);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A ledger row for every object that the rows name. */
export function entriesOf(rows: readonly Row[]): LedgerEntry[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(String(row["object_uri"]), (counts.get(String(row["object_uri"])) ?? 0) + 1);
  return [...counts].map(([uri, bedrock]) => entryOf({ uri, records: bedrock, bedrock }));
}

/** All rows of a query over a published warehouse. */
export async function readRows(file: string, sql: string): Promise<PlainRow[]> {
  await using reader = await WarehouseReader.open(file, { threads: 1 });
  return await plainRows(await reader.query(sql));
}

/** What has to be the same for every order of loading. */
export async function readTables(file: string): Promise<Record<string, unknown>> {
  await using reader = await WarehouseReader.open(file, { threads: 1 });
  const rows = async (sql: string): Promise<PlainRow[]> => await plainRows(await reader.query(sql));
  return {
    event: await rows("FROM event ORDER BY ALL"),
    variant: await rows("FROM event_variant ORDER BY ALL"),
    invocation: await rows("FROM invocation ORDER BY ALL"),
    day: await rows("FROM invocation_day ORDER BY ALL"),
    first: await rows("FROM first_completion ORDER BY ALL"),
    log: await rows("FROM invocation_log ORDER BY ALL"),
    logLedger: await rows("SELECT * EXCLUDE (run_id, loaded_at) FROM invocation_log_object ORDER BY ALL"),
    ledger: await rows("SELECT * EXCLUDE (run_id, loaded_at) FROM trail_object ORDER BY ALL"),
  };
}
