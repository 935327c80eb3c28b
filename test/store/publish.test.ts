import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SpillwayError } from "../../src/errors.ts";
import { startDuck, stopDuck } from "../../src/store/duck.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { WarehouseReader } from "../../src/store/reader.ts";
import { type Row, entriesOf, event, readRows, sandbox } from "./helpers.ts";

const child = fileURLToPath(new URL("./hold-child.mjs", import.meta.url));

/** A client in another process that has `file` open. */
async function hold(file: string, mode: "read" | "write"): Promise<AsyncDisposable & { kill(): Promise<void> }> {
  const running = spawn(process.execPath, [child, file, mode], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = new Promise<void>((resolve) => running.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    running.stdout.once("data", () => resolve());
    running.once("exit", () => reject(new Error("the client ended early")));
  });
  const kill = async (): Promise<void> => {
    running.kill("SIGKILL");
    await gone;
  };
  return {
    kill,
    async [Symbol.asyncDispose](): Promise<void> {
      running.stdin.end();
      await gone;
    },
  };
}

async function load(
  file: string,
  stage: (rows: readonly Row[]) => Promise<string>,
  rows: readonly Row[],
): Promise<boolean> {
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  if (rows.length > 0) await warehouse.commit({ files: [await stage(rows)], objects: entriesOf(rows), quarantine: [] });
  return await warehouse.publish();
}

const one = event({});
const two = event({ event_id: "e2", invocation_key: "eu-west-1/k2", object_uri: "file:b" });
const count = async (file: string): Promise<number> =>
  Number((await readRows(file, "SELECT count(*) AS n FROM event"))[0]?.["n"]);

async function errorOf(action: Promise<unknown>): Promise<SpillwayError> {
  try {
    await action;
  } catch (error) {
    if (error instanceof SpillwayError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("publishing", () => {
  it("does nothing when there is nothing new", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    expect(await load(file, box.stage, [one])).toBe(true);
    const before = statSync(file).mtimeMs;
    expect(await load(file, box.stage, [])).toBe(false);
    expect(statSync(file).mtimeMs).toBe(before);
    expect(await load(file, box.stage, [two])).toBe(true);
    expect(await count(file)).toBe(2);
  }, 30_000);

  it("makes the file again that somebody removed meanwhile", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "removed.duckdb");
    await using warehouse = await Warehouse.open(file, { threads: 1 });
    expect(await warehouse.publish()).toBe(true);
    rmSync(file);
    expect(await warehouse.publish()).toBe(true);
    expect(await readRows(file, "SELECT count(*)::INTEGER AS n FROM event")).toEqual([{ n: 0 }]);
  });

  it("holds all of a large load, which leaves its last row groups to the next run", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    const many = Array.from({ length: 31_000 }, (_, i) =>
      event({ event_id: `m${i}`, invocation_key: `eu-west-1/m${i}`, object_uri: `file:${i % 7}` }),
    );
    await load(file, box.stage, many);
    expect(existsSync(`${file}.wal`)).toBe(false);
    expect(await count(file)).toBe(31_000);
    expect(await load(file, box.stage, [])).toBe(false);
    await load(file, box.stage, [two]);
    expect(existsSync(`${file}.work.wal`)).toBe(false);
    const tables = await readRows(
      file,
      "SELECT (SELECT count(*) FROM event)::INTEGER AS events, (SELECT sum(invocations) FROM invocation_day)::INTEGER AS invocations",
    );
    expect(tables).toEqual([{ events: 31_001, invocations: 31_001 }]);
  }, 60_000);

  it("goes on with a file whose blocks have another size", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await load(file, box.stage, [one]);
    const usual = `${file}.usual`;
    const duck = await startDuck({ threads: 1 });
    try {
      await duck.connection.run(`ATTACH '${file}' AS ours (READ_ONLY); ATTACH '${usual}' AS usual;
COPY FROM DATABASE ours TO usual; DETACH usual`);
    } finally {
      stopDuck(duck);
    }
    renameSync(usual, file);
    rmSync(`${file}.work`);
    await load(file, box.stage, [two]);
    expect(await count(file)).toBe(2);
  }, 30_000);

  it.each(["read", "write"] as const)(
    "goes on while a client has the file open (%s), and the report too",
    async (mode) => {
      await using box = await sandbox();
      const file = join(box.folder, "w.duckdb");
      await load(file, box.stage, [one]);
      await using _client = await hold(file, mode);
      expect(await count(file)).toBe(1);
      expect(await load(file, box.stage, [two])).toBe(true);
      expect(await count(file)).toBe(2);
    },
    30_000,
  );

  it("does not let a client's left WAL into the new file", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await load(file, box.stage, [one]);
    const client = await hold(file, "write");
    await client.kill();
    expect(existsSync(`${file}.wal`)).toBe(true);
    await load(file, box.stage, [two]);
    expect(existsSync(`${file}.wal`)).toBe(false);
    expect(await readRows(file, "SELECT table_name FROM duckdb_tables() WHERE table_name = 'mine'")).toEqual([]);
  }, 30_000);

  it("starts over when the owner removed the file, and follows a file put in its place", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await load(file, box.stage, [one]);
    const backup = readFileSync(file);
    await load(file, box.stage, [two]);
    writeFileSync(file, backup);
    await load(file, box.stage, [event({ event_id: "e3", object_uri: "file:c" })]);
    expect(await count(file)).toBe(2);
    rmSync(file);
    await load(file, box.stage, [two]);
    expect(await count(file)).toBe(1);
  }, 30_000);

  it("keeps what an unpublished run committed", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    {
      await using warehouse = await Warehouse.open(file, { threads: 1 });
      await warehouse.commit({ files: [await box.stage([one])], objects: entriesOf([one]), quarantine: [] });
    }
    expect(existsSync(file)).toBe(false);
    expect(await load(file, box.stage, [])).toBe(true);
    expect(await count(file)).toBe(1);
  }, 30_000);

  it("holds a view for each report that needs nothing but the warehouse", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await load(file, box.stage, [one]);
    const [row] = await readRows(file, "SELECT source_region, invocations FROM spillover_by_region");
    expect(row).toEqual({ source_region: "eu-west-1", invocations: 1n });
    expect(Number((await readRows(file, "SELECT count(*) AS n FROM region"))[0]?.["n"])).toBeGreaterThan(30);
    expect(Number((await readRows(file, "SELECT count(*) AS n FROM inference_profile"))[0]?.["n"])).toBeGreaterThan(
      1000,
    );
  }, 30_000);
});

describe("a warehouse that cannot be used", () => {
  it("is held by another run", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await using _client = await hold(`${file}.lock`, "write");
    const error = await errorOf(Warehouse.open(file));
    expect(error.code).toBe("run-locked");
    expect(error.message).toMatch(/PID \d+/);
  }, 30_000);

  it("is not a DuckDB file, is foreign, is newer, is missing, has no folder", async () => {
    await using box = await sandbox();
    const text = join(box.folder, "text");
    writeFileSync(text, "not a database ".repeat(1000));
    expect((await errorOf(WarehouseReader.open(text))).code).toBe("warehouse-incompatible");
    expect((await errorOf(Warehouse.open(text))).code).toBe("warehouse-incompatible");
    expect(readFileSync(text, "utf8")).toContain("not a database");

    const foreign = join(box.folder, "foreign.duckdb");
    const newer = join(box.folder, "newer.duckdb");
    const duck = await startDuck();
    await duck.connection.run(`ATTACH '${foreign}' AS f; CREATE TABLE f.t (a INTEGER); DETACH f`);
    await duck.connection.run(
      `ATTACH '${newer}' AS n; CREATE TABLE n.event (a INTEGER); CREATE TABLE n.meta (name VARCHAR, value VARCHAR); INSERT INTO n.meta VALUES ('schema_version', '99'); DETACH n`,
    );
    stopDuck(duck);
    for (const file of [foreign, newer]) {
      expect((await errorOf(WarehouseReader.open(file))).code).toBe("warehouse-incompatible");
      const before = readFileSync(file);
      expect((await errorOf(Warehouse.open(file))).code).toBe("warehouse-incompatible");
      expect(readFileSync(file).equals(before)).toBe(true);
    }

    expect((await errorOf(WarehouseReader.open(join(box.folder, "none.duckdb")))).code).toBe("warehouse-missing");
    expect((await errorOf(Warehouse.open(join(box.folder, "none", "w.duckdb")))).code).toBe("warehouse-unwritable");
    mkdirSync(join(box.folder, "folder.duckdb"));
    expect((await errorOf(Warehouse.open(join(box.folder, "folder.duckdb")))).code).toBe("warehouse-incompatible");
  }, 30_000);

  it("is open twice in this process", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await using _first = await Warehouse.open(file);
    await expect(Warehouse.open(file)).rejects.toThrow(/already open/);
  }, 30_000);
});
