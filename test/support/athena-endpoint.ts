/** Owns what the Athena tests share: an endpoint over a DuckDB with a database `spillway`, its bucket, and short waits. */
import { type DuckDBConnection, DuckDBInstance } from "duckdb";
import { type AthenaAccess, type AthenaOptions, athenaAccess } from "../../src/athena/client.ts";
import { query } from "../athena/raw-records.ts";
import { duckBackend } from "./athena-backend.ts";
import { type AthenaServerOptions, AthenaServer } from "./athena-server.ts";
import { S3Server } from "./s3-server.ts";

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

/** An empty database `spillway` with the shims. */
export async function openDatabase(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(query("duckdb/shim.sql"));
  await connection.run(query("duckdb/athena-shim.sql"));
  await connection.run("create schema spillway; set search_path = 'spillway,main'");
  return connection;
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
