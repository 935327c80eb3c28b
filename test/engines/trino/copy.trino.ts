/** The proof on a real Trino server of what `spillway athena` prints and keeps: statements as they stand, and the copy in Parquet. */
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "duckdb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { silentLogger } from "../../../src/log.ts";
import { type CopyTable, copyTables } from "../../../src/engines/raw-logs/hive-table.ts";
import { type LogTable, recordRelation } from "../../../src/engines/raw-logs/log-table.ts";
import { type CopyEngine, refreshCopy } from "../../../src/engines/athena/refresh.ts";
import { closure, copyRelation, withRelations } from "../../../src/engines/raw-logs/compose.ts";
import { loadCatalogue } from "../../../src/report/catalogue.ts";
import type { TrinoServer } from "../../../src/engines/trino/access.ts";
import { queryTrino } from "../../../src/engines/trino/statement.ts";
import { plainCell } from "../../../src/engines/result.ts";
import { trinoColumn } from "../../../src/engines/trino-cells.ts";
import { modelRelations } from "../../../src/engines/raw-logs/views.ts";
import { eventTable } from "../../../src/schema/event.ts";
import { filledQuery } from "../../../src/sql/query-file.ts";
import { trailObjectTable } from "../../../src/schema/tables.ts";
import { openDatabase } from "../../support/athena-endpoint.ts";
import { createHiveTable, fillHiveTable } from "../../support/hive-table.ts";
import { runCli } from "../../support/run-cli.ts";
import { plainRows, query } from "../athena/raw-records.ts";
import { tabled } from "../athena/tabled.ts";
import { type Trail, writeTrail } from "./logs.ts";

type Row = Readonly<Record<string, unknown>>;

const missing = inject("trinoMissing");
const storage = join(inject("trinoStorage"), "copy");
const server: TrinoServer = {
  url: inject("trinoUrl"),
  user: "spillway",
  catalog: "hive",
  schema: "archive",
  // Trino's own limit: the copy and every report over it keep below it
  session: { query_max_stage_count: "150" },
};
const table: LogTable = { name: ["archive", "cloudtrail_log"], dayColumns: ["day"], lacks: [], accounts: undefined };
const raw = [recordRelation(table), ...modelRelations()];
let duck: DuckDBConnection;
let trail: Trail;
let lateFile: string;

interface Answer {
  readonly rows: Row[];
  readonly scannedBytes: number;
}

/** The fold over raw logs is more stages than a server allows by itself. */
const manyStages: TrinoServer = { ...server, session: { query_max_stage_count: "1000" } };

function trinoValue(name: string, type: string, value: unknown): unknown {
  const { column, read } = trinoColumn(name, type);
  return plainCell(column, read(value));
}

async function onTrino(sql: string, by = server): Promise<Answer> {
  let scannedBytes = 0;
  const { columns, rows } = await queryTrino(by, sql, {
    signal: AbortSignal.timeout(590_000),
    onProgress: (page) => (scannedBytes = Math.max(scannedBytes, page.scannedBytes)),
  });
  const plain = (value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);
  return {
    rows: rows.map((row) =>
      Object.fromEntries(columns.map(({ name, type }, index) => [name, plain(trinoValue(name, type, row[index]))])),
    ),
    scannedBytes,
  };
}

const engine: CopyEngine = {
  run: async (sql) => void (await onTrino(sql)),
  rows: async (sql) => (await onTrino(sql)).rows.map((row) => Object.values(row)),
};

function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

/** The copy's table as Trino writes it; Athena's own DDL is tried in setup.test.ts. */
function trinoDdl({ name, columns, partitions }: CopyTable): string {
  const types = { text: "varchar", timestamp: "timestamp(3)" } as const;
  const typed = columns.map(
    (column) => `${column.name} ${column.type in types ? types[column.type as "text"] : column.type}`,
  ); // checked by `in`
  const by =
    partitions.length === 0 ? "" : `, partitioned_by = ARRAY[${partitions.map((part) => `'${part}'`).join(", ")}]`;
  return `create table archive.${name} (${[...typed, ...partitions.map((part) => `${part} varchar`)].join(", ")})
    with (format = 'PARQUET', external_location = 'local:///copy/lake/${name}'${by})`;
}

async function refresh(time: string): Promise<Awaited<ReturnType<typeof refreshCopy>>> {
  return await refreshCopy(engine, {
    database: ["archive"],
    table,
    from: (trail.days[0] ?? "").replaceAll("/", "-"),
    lateDays: 30,
    now: () => new Date(time),
    log: silentLogger,
  });
}

describe.skipIf(missing !== "")("the copy on Trino", { timeout: 600_000 }, () => {
  beforeAll(async () => {
    trail = await writeTrail(storage);
    const literals = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(", ");
    await onTrino("create schema if not exists hive.archive with (location = 'local:///copy/meta')");
    const values = {
      table: "archive.log_file",
      location: trail.location.replace("local:///", "local:///copy/"),
      accounts: literals(trail.accounts),
      regions: literals(trail.regions),
      first_day: trail.days[0] ?? "",
      last_day: trail.days.at(-1) ?? "",
    };
    await onTrino(filledQuery("trino/table.sql", values));
    // Athena's reader makes a row of each record, Trino's one of each file: this view shows what Athena's table shows
    const record = filledQuery("trino/record.sql", { table: "archive.log_file", where: "" });
    await onTrino(`create view archive.cloudtrail_log as select r.*, r.object_uri as "$path" from (${record}) as r`);
    for (const copy of copyTables) {
      mkdirSync(join(storage, "lake", copy.name), { recursive: true });
      await onTrino(trinoDdl(copy));
    }
    duck = await openDatabase();
    const ddl = query("athena/table.sql")
      .replaceAll("{{database}}", "archive")
      .replaceAll("{{table}}", "cloudtrail_log");
    const delivered = trail.delivered.map(({ record: found, uri }) => ({
      record: tabled(found),
      uri: uri.replace("local:///", "local:///copy/"),
    }));
    await fillHiveTable(duck, await createHiveTable(duck, ddl), delivered);
    lateFile = join(
      storage,
      (trail.delivered.find(({ uri }) => uri.includes("/2026/09/13/"))?.uri ?? "").replace("local:///", ""),
    );
  });

  it("is made and brought up to date with a late file in between", async () => {
    renameSync(lateFile, `${storage}/late`);
    const first = await refresh("2026-09-14T20:00:00Z");
    expect(first).toMatchObject({ unchanged: 0, failed: [], folded: true });
    expect(first.refreshed.length).toBe(14);
    const list = eventTable.columns.map(({ name }) => name).join(", ");
    const events = withRelations([copyRelation("event_delivered", ["archive"])], `select ${list} from event_delivered`);
    const before = (await onTrino(events)).rows.length;
    renameSync(`${storage}/late`, lateFile);
    const second = await refresh("2026-09-14T23:00:00Z");
    expect(second).toEqual({
      refreshed: ["2026-09-12", "2026-09-13", "2026-09-14"],
      unchanged: 11,
      failed: [],
      folded: true,
    });
    const copied = await onTrino(events);
    expect(copied.rows.length).toBeGreaterThan(before);
    const select = `select ${list} from event_delivered`;
    const there = await onTrino(withRelations(closure(raw, select), select));
    expect(sorted(copied.rows)).toEqual(sorted(there.rows));
    expect(copied.scannedBytes).toBeGreaterThan(0);
    expect(copied.scannedBytes).toBeLessThan(there.scannedBytes);
    console.log(
      `${copied.rows.length} events: ${copied.scannedBytes} bytes from the copy, ${there.scannedBytes} from raw logs`,
    );
    const objects = `select ${trailObjectTable.columns.map(({ name }) => name).join(", ")} from trail_object`;
    const kept = await onTrino(withRelations([copyRelation("trail_object", ["archive"])], objects));
    expect(sorted(kept.rows)).toEqual(sorted((await onTrino(withRelations(closure(raw, objects), objects))).rows));
  });

  const scope = ["--from", "2026-09-05", "--to", "2026-09-09T12:00:00Z", "--athena-database", "archive"];
  const boundary = (report: { readonly needsBoundary: boolean }): string[] =>
    report.needsBoundary ? ["--boundary", "eu"] : [];
  const printed = async (args: readonly string[]): Promise<string> => {
    const run = await runCli(["athena", "sql", ...args, ...scope]);
    expect(run.code, run.stderr).toBe(0);
    return run.stdout;
  };

  // Two days: the fold reads the logs dozens of times, and every report has the same fold in front.
  const twoDays = ["--from", "2026-09-08", "--to", "2026-09-09", "--late-days", "0", "--athena-database", "archive"];

  it.each(["coverage", "denials"])("answers the printed statement of %s over raw logs as DuckDB does", async (name) => {
    const { stdout: sql } = await runCli(["athena", "sql", name, ...twoDays]);
    const { rows } = await onTrino(sql, manyStages);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(await plainRows(duck, sql));
  });

  // As one statement it can be more stages than Trino allows where nobody raised the limit (docs/athena.md): it reads four reports.
  const tooLarge = "claims";
  const others = [...loadCatalogue().values()].filter(({ name }) => name !== tooLarge);
  it.each(others)("answers the printed statement of $name over the copy", async (report) => {
    // the first times of four things, each with what was before: 171 stages
    const settings = report.name === "first-seen" ? manyStages : undefined;
    const { rows } = await onTrino(await printed([report.name, "--copy", ...boundary(report)]), settings);
    // a copy has no invocation logs
    if (report.name !== "invocation-log-gaps") expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(await plainRows(duck, await printed([report.name, ...boundary(report)])));
  });
});
