/** What the Athena tests share: an endpoint over a DuckDB with a database `spillway`, its bucket, and short waits. */
import type { DuckDBConnection } from "duckdb";
import { type AthenaAccess, type AthenaOptions, athenaAccess } from "../../src/engines/athena/access.ts";
import { parserRelations } from "../../src/engines/raw-logs/reference-relations.ts";
import { modelRelations } from "../../src/engines/raw-logs/views.ts";
import { openRaw, replaceRaw } from "../engines/athena/raw-records.ts";
import { duckBackend } from "./athena-backend.ts";
import { type AthenaServerOptions, AthenaServer } from "./athena-server.ts";
import { S3Server } from "./s3-server.ts";

interface Delivered {
  readonly record: unknown;
  readonly uri: string;
}

export interface AthenaEndpoint extends AsyncDisposable {
  readonly athena: AthenaServer;
  readonly s3: S3Server;
  readonly connection: DuckDBConnection;
}

export const resultBucket = "result-bucket";
export const scannedBytes = 123_456_789;

export async function startEndpoint(options: Partial<AthenaServerOptions> = {}): Promise<AthenaEndpoint> {
  const connection = await openDatabase();
  const s3 = await S3Server.start({ bucket: resultBucket, region: "eu-west-1" });
  const athena = await AthenaServer.start({ backend: duckBackend(connection, scannedBytes), s3, ...options });
  return {
    athena,
    s3,
    connection,
    async [Symbol.asyncDispose]() {
      await athena[Symbol.asyncDispose]();
      await s3[Symbol.asyncDispose]();
      connection.closeSync();
    },
  };
}

/** A database `spillway` with the shims, and the relations of raw records beside it. */
export async function openDatabase(): Promise<DuckDBConnection> {
  const connection = await openRaw();
  await connection.run("create schema spillway; set search_path = 'spillway,main'");
  return connection;
}

/** Everything that reports read, as tables of the database, made of these raw records by the SQL for Athena. */
export async function fillDatabase(connection: DuckDBConnection, delivered: readonly Delivered[]): Promise<void> {
  await replaceRaw(connection, delivered);
  const views = new Set(parserRelations().map(({ name }) => name));
  for (const { name, sql } of modelRelations())
    if (!views.has(name)) await connection.run(`create table spillway.${name} as ${sql}`);
}

export function optionsFor({ athena, s3 }: AthenaEndpoint, more: AthenaOptions = {}): AthenaOptions {
  return {
    region: "eu-west-1",
    endpoint: athena.endpoint,
    s3Endpoint: s3.endpoint,
    database: "spillway",
    retry: { attempts: 8, baseMs: 1, capMs: 5 },
    poll: { firstMs: 1, mostMs: 5 },
    idleMs: 1000,
    ...more,
  };
}

export function accessFor(endpoint: AthenaEndpoint, more: AthenaOptions = {}): AthenaAccess {
  return athenaAccess(optionsFor(endpoint, more));
}
