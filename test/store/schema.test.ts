/** The proof of what a published file says of itself: comments, views, schemas, and what becomes of older and newer files. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { plainRows } from "../../src/engines/result.ts";
import { resolveBoundary } from "../../src/report/boundary.ts";
import { findReport, loadCatalogue } from "../../src/report/catalogue.ts";
import { applyScope } from "../../src/sql/scope.ts";
import { queriesFolder } from "../../src/sql/query-file.ts";
import { internalTables } from "../../src/schema/internal-tables.ts";
import { publicTables } from "../../src/schema/public-tables.ts";
import { derivedSchema } from "../../src/store/derived-schema.ts";
import { type Duck, attach, detach, startDuck, stopDuck } from "../../src/store/duck.ts";
import { schemaVersion } from "../../src/store/meta.ts";
import { ensureSchema } from "../../src/store/schema.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { WarehouseReader } from "../../src/store/reader.ts";
import { type Sandbox, completion, entriesOf, event, readRows, readTables, sandbox } from "./helpers.ts";

const rows = [
  event({ inference_region: "eu-north-1" }),
  event({ event_id: "e2", invocation_key: "eu-west-1/k2", request_id: "r2", inference_region: "us-east-1" }),
  completion({ invocation_key: "eu-west-1/k2", inference_region: "us-east-1" }),
  // direct: outside every boundary but eu and eea, and without a profile
  event({
    event_id: "e3",
    invocation_key: "eu-west-1/k3",
    request_id: "r3",
    model_kind: "foundation-model",
    profile_id: null,
    profile_scope: null,
  }),
];

async function published(box: Sandbox): Promise<string> {
  const file = join(box.folder, "w.duckdb");
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.commit({ files: [await box.stage(rows)], objects: entriesOf(rows), quarantine: [] });
  await warehouse.saveSourceState([{ scope: "s", name: "n", value: "1" }]);
  await warehouse.publish();
  return file;
}

async function withDuck(action: (duck: Duck) => Promise<void>): Promise<void> {
  const duck = await startDuck({ threads: 1 });
  try {
    await action(duck);
  } finally {
    stopDuck(duck);
  }
}

describe("a published file", () => {
  it("explains every table, view and column, also after it was made smaller", async () => {
    await using box = await sandbox();
    const file = await published(box);
    const silent = `
SELECT table_name || '.' || column_name AS name FROM duckdb_columns() WHERE NOT internal AND coalesce(comment, '') = ''
UNION ALL SELECT table_name FROM duckdb_tables() WHERE NOT internal AND coalesce(comment, '') = ''
UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND coalesce(comment, '') = ''`;
    const commented = "SELECT count(*)::INTEGER AS n FROM duckdb_columns() WHERE NOT internal";
    expect(await readRows(file, silent)).toEqual([]);
    const [counted] = await readRows(file, commented);
    expect(counted?.["n"]).toBeGreaterThan(300);
    {
      await using warehouse = await Warehouse.open(file, { threads: 1 });
      await warehouse.compact();
      await warehouse.publish();
    }
    expect(await readRows(file, silent)).toEqual([]);
    expect(await readRows(file, commented)).toEqual([counted]);
    const [comment] = await readRows(
      file,
      "SELECT comment FROM duckdb_columns() WHERE table_name = 'invocation' AND column_name = 'served_region'",
    );
    expect(comment?.["comment"]).toBe("Region that ran the inference; null if unknown or not served (R2)");
  });

  it("has for analysts what is documented for them, and nothing else", async () => {
    await using box = await sandbox();
    const file = await published(box);
    const names = async (schema: string): Promise<unknown[]> =>
      (await readRows(file, `SELECT table_name FROM duckdb_tables() WHERE schema_name = '${schema}' ORDER BY 1`)).map(
        (row) => row["table_name"],
      );
    expect(await names("main")).toEqual(publicTables.map(({ name }) => name).toSorted());
    expect(await names("internal")).toEqual(internalTables.map(({ name }) => name).toSorted());
    // a view for each report, as the README says
    const views = (await readRows(file, "SELECT view_name FROM duckdb_views() WHERE NOT internal")).map((row) =>
      String(row["view_name"]).replaceAll("_", "-"),
    );
    expect(views).toEqual(expect.arrayContaining([...loadCatalogue().keys()]));
  });

  it.each(["boundary-violations", "boundary-timeline"])(
    "shows %s of every boundary as the report does",
    async (name) => {
      await using box = await sandbox();
      const file = await published(box);
      const { sql } = findReport(loadCatalogue(), name);
      const boundaries = (await readRows(file, "SELECT DISTINCT name FROM boundary ORDER BY name")).map((row) =>
        String(row["name"]),
      );
      expect(boundaries).toContain("eu");
      await using reader = await WarehouseReader.open(file, { threads: 1 });
      for (const boundary of boundaries) {
        const scope = { boundary: resolveBoundary(boundary).regions };
        const report = await plainRows(
          await reader.query(applyScope(sql, scope, (table) => `warehouse.main.${table}`)),
        );
        expect(report.length).toBeGreaterThan(0);
        const view = `SELECT * EXCLUDE (boundary) FROM ${name.replace("-", "_")} WHERE boundary = '${boundary}'`;
        expect(await plainRows(await reader.query(view)), boundary).toEqual(report);
      }
    },
  );

  it("gets new views when the reports have changed, and says that there is something to publish", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "plain.duckdb");
    const queries = join(box.folder, "queries");
    cpSync(queriesFolder, queries, { recursive: true });
    const changed = join(queries, "reports", "region-flow.sql");
    writeFileSync(changed, `${readFileSync(changed, "utf8").trim().replace(/;$/, "")}\nLIMIT 1`);
    const view = "SELECT sql FROM duckdb_views() WHERE view_name = 'region_flow'";
    const dirty = "SELECT value FROM internal.meta WHERE name = 'dirty'";
    await withDuck(async (duck) => {
      await attach(duck, file, "warehouse", "write");
      const read = async (sql: string): Promise<unknown> =>
        (await duck.connection.runAndReadAll(sql)).getRowsJS()[0]?.[0];
      await ensureSchema(duck.connection, file, true);
      const before = await read(view);
      await ensureSchema(duck.connection, file, false);
      expect([await read(view), await read(dirty)]).toEqual([before, undefined]);
      await ensureSchema(duck.connection, file, false, derivedSchema(pathToFileURL(`${queries}/`)));
      expect(String(await read(view))).toMatch(/LIMIT 1/);
      expect(await read(dirty)).toBe("true");
      await detach(duck, file, "warehouse").catch(() => undefined);
    });
  });
});

it.each([
  ["reports/region-flow.sql", "ORDER BY source_region", "ORDER BY share"],
  ["model/invocation-day.sql", "events > 8", "events > 9"],
  ["duckdb/shim.sql", "json_extract_string", "json_extract"],
])("another %s makes another schema", async (name, found, instead) => {
  await using box = await sandbox();
  const queries = join(box.folder, "queries");
  cpSync(queriesFolder, queries, { recursive: true });
  const changed = join(queries, name);
  writeFileSync(changed, readFileSync(changed, "utf8").replace(found, instead));
  expect(derivedSchema(pathToFileURL(`${queries}/`)).hash).not.toBe(derivedSchema().hash);
});

describe("a file of the first version", () => {
  it("gets its internal tables into their schema, keeps every row, and leaves the format that DuckDB 1.3 misreads", async () => {
    await using box = await sandbox();
    const file = await published(box);
    const before = await readTables(file);
    const state = await readRows(file, "FROM source_state");
    const old = join(box.folder, "old.duckdb");
    await withDuck(async ({ connection }) => {
      await connection.run(`ATTACH '${file}' AS new (READ_ONLY); ATTACH '${old}' AS old (STORAGE_VERSION 'v1.3.0');`);
      await connection.run("COPY FROM DATABASE new TO old; USE old;");
      for (const { name } of internalTables)
        await connection.run(`CREATE TABLE main.${name} AS FROM internal.${name}; DROP TABLE internal.${name};`);
      await connection.run("UPDATE meta SET value = '1' WHERE name IN ('schema_version', 'derived');");
      await connection.run(
        "DROP SCHEMA internal; DROP VIEW boundary_violations; DROP VIEW boundary_timeline; DROP TABLE boundary; ALTER TABLE trail_object DROP COLUMN flaw; CHECKPOINT;",
      );
    });
    for (const end of ["", ".work"]) rmSync(`${file}${end}`);
    cpSync(old, file);
    // readable before the first run of this version
    expect(await readRows(file, "SELECT count(*)::INTEGER AS n FROM invocation")).toEqual([{ n: 3 }]);
    {
      await using warehouse = await Warehouse.open(file, { threads: 1 });
      expect(await warehouse.publish()).toBe(true);
    }
    expect(await readTables(file)).toEqual(before);
    expect(await readRows(file, "FROM source_state")).toEqual(state);
    expect(
      await readRows(
        file,
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND table_name IN ('meta', 'stale_day', 'event_variant', 'first_completion', 'pruned_completion', 'pruned_invocation', 'source_state')",
      ),
    ).toEqual([]);
    await withDuck(async ({ connection }) => {
      await connection.run(`ATTACH '${file}' AS upgraded (READ_ONLY)`);
      const [tags] = (
        await connection.runAndReadAll(
          "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'upgraded'",
        )
      ).getRowsJS();
      expect(tags?.[0]).toEqual(expect.stringMatching(/^v1\.4/));
    });
  });
});

describe("a file of a newer version", () => {
  it.each(["published", "working"])("is neither read nor written when it is the %s one", async (which) => {
    await using box = await sandbox();
    const file = await published(box);
    for (const each of [file, `${file}.work`])
      await withDuck(async ({ connection }) => {
        await connection.run(`ATTACH '${each}' AS newer; USE newer`);
        await connection.run(
          `UPDATE internal.meta SET value = '${schemaVersion + 1}' WHERE name = 'schema_version'; CHECKPOINT`,
        );
      });
    if (which === "published") rmSync(`${file}.work`);
    const bytes = readFileSync(file);
    const newer = /written by a newer Spillway/;
    await expect(Warehouse.open(file, { threads: 1 })).rejects.toThrow(newer);
    await expect(WarehouseReader.open(file, { threads: 1 })).rejects.toThrow(newer);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
});
