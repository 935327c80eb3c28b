/** The engine that runs reports on a Trino server, whose pages are its batches. */
import { readFileSync } from "node:fs";
import { SpillwayError, messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { CellBatch, Engine, Result } from "../engine.ts";
import { type TrinoColumnReader, trinoColumn } from "../trino-cells.ts";
import { bytesText } from "../../bytes-text.ts";
import type { TrinoServer } from "./access.ts";
import { type TrinoCall, trinoPages } from "./statement.ts";
import { openTrinoLogs } from "./logs.ts";
import { type TrinoEngineOptions, trinoSecrets } from "./options.ts";
import type { TrinoPage } from "./protocol.ts";
import { relationNames } from "../raw-logs/relation-names.ts";

export interface TrinoEngineEffects {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

/** Opens an engine over the tables and views of the server's catalog and schema. On closing it reports what was read. */
export function openTrino(options: TrinoEngineOptions, { env, log }: TrinoEngineEffects): Engine {
  const { catalog, schema } = options;
  const server: TrinoServer = {
    url: options.url,
    user: options.user ?? env["USER"] ?? "spillway",
    password: env[trinoSecrets.password],
    token: env[trinoSecrets.token],
    catalog,
    schema,
    ca: options.caFile === undefined ? undefined : readCertificates(options.caFile),
  };
  const place = [schema === undefined ? undefined : catalog, schema].filter((part) => part !== undefined);
  const names = relationNames(place, options.relations);
  const scanned = new Map<string, number>();
  const onProgress = ({ id, scannedBytes }: TrinoPage): void => void scanned.set(id, scannedBytes);
  const { table, scope = {} } = options;
  const logs = table === undefined ? undefined : openTrinoLogs({ server, table, scope, log, onProgress });
  return {
    name: "trino",
    qualify: logs?.qualify ?? names.qualify,
    run: async (sql, signal, title = "the query") => {
      const statement = logs === undefined ? names.resolve(sql) : await logs.prepare(sql, title, signal);
      return await runOnTrino(server, statement, { signal, title, onProgress });
    },
    close: async () => {
      await logs?.close();
      const bytes = [...scanned.values()].reduce((sum, value) => sum + value, 0);
      const queries = `${scanned.size} ${scanned.size === 1 ? "query" : "queries"}`;
      if (scanned.size > 0) log.info(`Trino read ${bytesText(bytes)} in ${queries}`);
    },
  };
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new SpillwayError("config", `cannot read the certificates in ${file}: ${messageOf(cause)}`, {
      next: "Name a file in PEM with --trino-ca.",
      cause,
    });
  }
}

async function runOnTrino(server: TrinoServer, sql: string, call: TrinoCall): Promise<Result> {
  const pages = trinoPages(server, sql, call);
  // The columns are known some pages after the start, and always before the first row.
  let first: TrinoPage | undefined;
  for (;;) {
    const next = await pages.next();
    if (next.done === true) break;
    first = next.value;
    if (first.columns !== undefined) break;
  }
  const readers = (first?.columns ?? []).map(({ name, type }) => trinoColumn(name, type));
  return {
    columns: readers.map(({ column }) => column),
    batches: (async function* () {
      if (first !== undefined && first.rows.length > 0) yield byColumn(readers, first.rows);
      for await (const page of pages) {
        if (page.rows.length > 0) yield byColumn(readers, page.rows);
      }
    })(),
  };
}

function byColumn(readers: readonly TrinoColumnReader[], rows: readonly (readonly unknown[])[]): CellBatch {
  return readers.map(({ read }, index) => rows.map((row) => read(row[index])));
}
