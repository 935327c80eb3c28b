/** Raw CloudTrail records as the relation `cloudtrail_record`, typed as Athena's own table types them, on DuckDB. */
import { readFileSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance } from "duckdb";
import { parserRelations } from "../../../src/engines/raw-logs/reference-relations.ts";

export function query(path: string): string {
  return readFileSync(new URL(`../../../queries/${path}`, import.meta.url), "utf8");
}

/** Texts of the record itself; a SerDe turns numbers and booleans into text, objects of text columns into JSON text. */
const textFields = [
  "eventVersion",
  "eventTime",
  "eventSource",
  "eventName",
  "awsRegion",
  "sourceIPAddress",
  "userAgent",
  "errorCode",
  "errorMessage",
  "requestParameters",
  "responseElements",
  "additionalEventData",
  "requestID",
  "eventID",
  "eventType",
  "apiVersion",
  "readOnly",
  "recipientAccountId",
  "serviceEventDetails",
  "sharedEventID",
  "vpcEndpointId",
  "eventCategory",
  "sessionCredentialFromConsole",
] as const;

const identityFields = ["type", "principalId", "arn", "accountId", "invokedBy", "accessKeyId", "userName"] as const;
const issuerFields = ["type", "principalId", "arn", "accountId", "userName"] as const;

function text(path: string, from = "record"): string {
  return `json_extract_string(${from}, '${path}')`;
}

function row(path: string, fields: readonly string[], more: readonly string[] = []): string {
  const members = fields.map((field) => `"${field.toLowerCase()}" := ${text(`${path}.${field}`)}`);
  return `case when json_type(record, '${path}') = 'OBJECT' then struct_pack(${[...members, ...more].join(", ")}) end`;
}

const context = "$.userIdentity.sessionContext";
const recordView = `create view cloudtrail_record as select
  ${textFields.map((field) => `${text(`$.${field}`)} as ${field.toLowerCase()}`).join(",\n  ")},
  ${row("$.userIdentity", identityFields, [
    `onbehalfof := ${row("$.userIdentity.onBehalfOf", ["userId", "identityStoreArn"])}`,
    `sessioncontext := ${row(
      context,
      ["sourceIdentity", "ec2RoleDelivery"],
      [`sessionissuer := ${row(`${context}.sessionIssuer`, issuerFields)}`],
    )}`,
  ])} as useridentity,
  [struct_pack(arn := coalesce(${text("$.ARN", "r")}, ${text("$.arn", "r")}), accountid := ${text("$.accountId", "r")}, "type" := ${text("$.type", "r")})
    for r in from_json(json_extract(record, '$.resources'), '["JSON"]')] as resources,
  ${row("$.addendum", ["reason", "updatedFields", "originalRequestID", "originalEventID"])} as addendum,
  ${row("$.tlsDetails", ["tlsVersion", "cipherSuite", "clientProvidedHostHeader"])} as tlsdetails,
  object_uri
from raw_record`;

/** A connection of its own, with the shims, the reference relations and an empty table `raw_record`. */
export async function openRaw(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(query("duckdb/shim.sql"));
  await connection.run(readFileSync(new URL("../../support/athena-shim.sql", import.meta.url), "utf8"));
  for (const { name, sql } of parserRelations()) await connection.run(`create view ${name} as ${sql}`);
  await connection.run("create table raw_record (record json, object_uri varchar)");
  await connection.run(recordView);
  return connection;
}

/** Replaces the raw records by these; the place of each is its `object_uri`. */
export async function loadRaw(connection: DuckDBConnection, records: readonly unknown[]): Promise<void> {
  await replaceRaw(
    connection,
    records.map((record, place) => ({ record, uri: String(place) })),
  );
}

/** Replaces the raw records by these. */
export async function replaceRaw(
  connection: DuckDBConnection,
  records: readonly { readonly record: unknown; readonly uri: string }[],
): Promise<void> {
  await connection.run("delete from raw_record");
  const insert = await connection.prepare(
    `insert into raw_record
     select r -> 'record', r ->> 'uri' from unnest(from_json(cast($1 as json), '["JSON"]')) as u (r)`,
  );
  insert.bindVarchar(
    1,
    JSON.stringify(records, (_, value: unknown) => wellFormed(value)),
  );
  await insert.run();
}

/** Half a surrogate pair is not text in UTF-8: it is written as U+FFFD, as every engine and file format does. */
export function wellFormed(value: unknown): unknown {
  return typeof value === "string" ? Buffer.from(value).toString() : value;
}

/** The rows of `sql` with timestamps as epoch milliseconds and whole numbers as numbers. */
export async function plainRows(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader
    .getRowObjectsJS()
    .map((found) => Object.fromEntries(Object.entries(found).map(([name, value]) => [name, plain(value)])));
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value instanceof Date ? value.getTime() : value;
}
