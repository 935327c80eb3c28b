/** Every file beside a warehouse in every state that a crash, a full disk or a restore can leave: the run heals it, or names it and the command. */
import { execSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "duckdb";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunReport } from "../../src/run/run-report.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";
import { oneDigestOf } from "../support/warehouse-contents.ts";

const root = temporaryFolder();
/** A warehouse after one run, with a log file that came since. */
const base = join(root, "base");
let wanted: unknown;
let database: Buffer;
let log: Buffer;
let foreign: Buffer;

const args = (folder: string): string[] => ["run", "--config", join(folder, "spillway.json")];

/** Writes into a copy of a database and leaves its log, as a client does that is killed. */
async function logOf(file: string): Promise<Buffer> {
  const copy = join(root, "killed.duckdb");
  cpSync(file, copy);
  const instance = await DuckDBInstance.create(copy);
  const connection = await instance.connect();
  await connection.run("PRAGMA disable_checkpoint_on_shutdown");
  await connection.run("CREATE TABLE mine AS SELECT range AS a, 'note ' || range AS text FROM range(200)");
  connection.closeSync();
  instance.closeSync();
  return readFileSync(`${copy}.wal`);
}

beforeAll(async () => {
  putFile(logPath(join(base, "logs"), "First"), gzipLog(Array.from({ length: 40 }, (_, n) => bedrockRecord(n))));
  const config = {
    warehouse: join("{folder}", "w.duckdb"),
    sources: [join(base, "logs")],
    threads: 1,
    metricsFile: join("{folder}", "m.prom"),
    reportFile: join("{folder}", "run.json"),
    reports: [{ name: "spillover-by-region", output: join("{folder}", "out") }],
  };
  writeFileSync(join(base, "template.json"), JSON.stringify(config));
  const before = place("before");
  expect((await runCli(args(before))).code).toBe(0);
  for (const name of ["w.duckdb", "w.duckdb.work", "m.prom"]) {
    cpSync(join(before, name), join(base, name), { preserveTimestamps: true });
  }
  putFile(logPath(join(base, "logs"), "Second"), gzipLog(Array.from({ length: 40 }, (_, n) => bedrockRecord(100 + n))));
  const undisturbed = place("undisturbed");
  expect((await runCli(args(undisturbed))).code).toBe(0);
  wanted = await oneDigestOf(join(undisturbed, "w.duckdb"));
  database = readFileSync(join(base, "w.duckdb.work"));
  log = await logOf(join(base, "w.duckdb.work"));
  const other = join(root, "other.duckdb");
  const instance = await DuckDBInstance.create(other);
  const connection = await instance.connect();
  await connection.run("CREATE TABLE precious AS SELECT 42 AS answer");
  connection.closeSync();
  instance.closeSync();
  foreign = readFileSync(other);
});

function place(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const file of ["w.duckdb", "w.duckdb.work", "m.prom"])
    if (existsSync(join(base, file))) cpSync(join(base, file), join(folder, file), { preserveTimestamps: true });
  writeFileSync(
    join(folder, "spillway.json"),
    readFileSync(join(base, "template.json"), "utf8").replaceAll("{folder}", folder),
  );
  return folder;
}

/** Of each side file what an intact one holds. */
const sideFiles: Readonly<Record<string, () => Buffer>> = {
  "w.duckdb.work": () => database,
  "w.duckdb.work.wal": () => log,
  "w.duckdb.work.wal.checkpoint": () => log,
  "w.duckdb.work.wal.recovery": () => log,
  "w.duckdb.wal": () => log,
  "w.duckdb.wal.checkpoint": () => log,
  "w.duckdb.wal.recovery": () => log,
  "w.duckdb.lock": () => foreign,
  "w.duckdb.lock.wal": () => log,
  "w.duckdb.run": () => foreign,
  "w.duckdb.run.wal": () => log,
  "w.duckdb.work.stage": () => log,
  "w.duckdb.work.tmp": () => log,
  "w.duckdb.publishing": () => database,
  "w.duckdb.work.publishing": () => database,
  "w.duckdb.work.compact": () => database,
  "w.duckdb.work.compact.wal": () => log,
  "m.prom.partial": () => log,
  "run.json.partial": () => log,
  "out/spillover-by-region.csv.partial": () => log,
};

/** Where the bytes of a database's own blocks begin. */
const firstBlock = 3 * 4096;

function flipped(bytes: Buffer, from: number, step: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = from; at < copy.length; at += step) copy[at] = (copy[at] ?? 0) ^ 0x55;
  return copy;
}

const states: Readonly<Record<string, (path: string, intact: Buffer) => void>> = {
  absent: (path) => rmSync(path, { recursive: true, force: true }),
  intact: (path, intact) => writeFileSync(path, intact),
  empty: (path) => writeFileSync(path, ""),
  cut: (path, intact) => writeFileSync(path, intact.subarray(0, Math.floor(intact.length / 2))),
  "cut in the header": (path, intact) => writeFileSync(path, intact.subarray(0, 100)),
  "header flipped": (path, intact) => writeFileSync(path, flipped(intact, 5000, intact.length)),
  "blocks flipped": (path, intact) =>
    writeFileSync(path, flipped(intact, Math.min(firstBlock, intact.length / 2) + 99, 4096)),
  garbage: (path) => writeFileSync(path, "no file of ours\n".repeat(2000)),
  "read-only": (path, intact) => {
    writeFileSync(path, intact);
    chmodSync(path, 0o444);
  },
  "somebody's database": (path) => writeFileSync(path, foreign),
  folder: (path) => mkdirSync(path),
  "full folder": (path) => {
    mkdirSync(path);
    writeFileSync(join(path, "notes.txt"), "somebody's");
  },
};

/** Where somebody's own file may stand it is named, not removed; the folders of ours are emptied whatever is in them. */
function mustBeSaid(file: string, state: string): boolean {
  const isOurFolder = /\.(stage|tmp)$/.test(file);
  return (state === "full folder" && !isOurFolder) || (state === "somebody's database" && file === "w.duckdb.work");
}

const success = (folder: string): string | undefined =>
  /^spillway_run_success (\d)$/m.exec(readFileSync(join(folder, "m.prom"), "utf8"))?.[1];

/** Those that have nothing to do with each other stand side by side in one run; a full folder stops it, so each has one of its own. */
const together: readonly (readonly string[])[] = [
  ["w.duckdb.work"],
  ["w.duckdb.work.wal", "w.duckdb.wal"],
  ["w.duckdb.work.wal.checkpoint", "w.duckdb.wal.checkpoint"],
  ["w.duckdb.work.wal.recovery", "w.duckdb.wal.recovery"],
];
const rest = Object.keys(sideFiles).filter((file) => !together.flat().includes(file));
const cells = Object.keys(states).flatMap((state) =>
  (state === "full folder" ? Object.keys(sideFiles).map((file) => [file]) : [...together, rest]).map(
    (files): [string, string, readonly string[]] => [
      state,
      files.length > 2 ? "the others" : files.join(" and "),
      files,
    ],
  ),
);

const matrix = new Map<string, string>();
afterAll(() => {
  const width = Math.max(...Object.keys(sideFiles).map((name) => name.length));
  const lines = Object.keys(sideFiles).map((file) =>
    [
      file.padEnd(width),
      ...Object.keys(states).map((state) => (matrix.get(`${file} ${state}`) ?? "-").padEnd(state.length)),
    ].join("  "),
  );
  process.stdout.write(`${"".padEnd(width)}  ${Object.keys(states).join("  ")}\n${lines.join("\n")}\n`);
});

it("the walk is over all files and all states", () => {
  const walked = cells.flatMap(([state, , files]) => files.map((file) => `${file} ${state}`));
  const all = Object.keys(sideFiles).flatMap((file) => Object.keys(states).map((state) => `${file} ${state}`));
  expect(walked.toSorted()).toEqual(all.toSorted());
});

it.each(cells)("%s: %s", async (state, name, files) => {
  const folder = place(`cell ${cells.findIndex(([s, n]) => s === state && n === name)}`);
  const paths = files.map((file) => join(folder, file));
  for (const [index, path] of paths.entries()) {
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { recursive: true, force: true });
    states[state]?.(path, sideFiles[files[index] ?? ""]?.() ?? Buffer.alloc(0));
  }
  rmSync(join(folder, "m.prom"), { force: true });

  const run = await runCli(args(folder));
  // what our own run report is
  const report = (): RunReport => JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunReport;
  const said = run.stderr.split("\n").find((line) => line.startsWith("error: "));
  for (const file of files) matrix.set(`${file} ${state}`, run.code === 0 ? "heals" : "says");
  const [file = ""] = files;
  const [path = ""] = paths;
  if (mustBeSaid(file, state)) {
    expect([run.code, said]).toEqual([1, expect.stringContaining(path)]);
    // The files that tell of the run cannot tell of what keeps them from being written.
    if (file !== "m.prom.partial") expect(success(folder)).toBe("0");
    if (file !== "run.json.partial") expect(report()).toMatchObject({ exitCode: 1, outcome: "failed" });
    const command = /: (rm -r .*)$/m.exec(run.stderr)?.[1];
    expect(command).toContain(path);
    expect(existsSync(path)).toBe(true);
    execSync(command ?? "false");
    expect((await runCli(args(folder))).code).toBe(0);
  } else expect(said).toBeUndefined();
  expect(success(folder)).toBe("1");
  expect(report().exitCode).toBe(0);
  expect(await oneDigestOf(join(folder, "w.duckdb"))).toEqual(wanted);
  const left = ["m.prom", "out", "run.json", "spillway.json", "w.duckdb", "w.duckdb.work"];
  expect(readdirSync(folder).toSorted()).toEqual(left);
  rmSync(folder, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;

/** All files of ours are read-only, and belong to the user who runs. */
function readOnlyPlace(name: string): { readonly folder: string; readonly run: () => Promise<CliRun> } {
  const folder = place(name);
  for (const [file, intact] of Object.entries(sideFiles)) {
    if (file.startsWith("out/") || /\.(stage|tmp|wal|checkpoint|recovery)$/.test(file)) continue;
    states["read-only"]?.(join(folder, file), intact());
  }
  if (isRoot) execSync(`chmod 755 '${root}' && chown -R 65534 '${folder}'`);
  const user = isRoot ? { uid: 65_534 } : {};
  return { folder, run: async () => await spawnCli(args(folder), user).ended };
}

it("read-only files, to a user who may not write them, are mended", async () => {
  const { folder, run } = readOnlyPlace("nobody");
  const mended = await run();
  expect([mended.code, mended.stderr]).toEqual([0, expect.not.stringContaining("error: ")]);
  expect(await oneDigestOf(join(folder, "w.duckdb"))).toEqual(wanted);
});

it.skipIf(!isRoot)("a file of another user is named (skipped where the tests do not run as root)", async () => {
  const { folder, run } = readOnlyPlace("somebody");
  const work = join(folder, "w.duckdb.work");
  execSync(`chown root '${work}' && chmod 400 '${work}'`);
  const named = await run();
  expect([named.code, named.stderr]).toEqual([1, expect.stringContaining(`error: ${work} cannot be written`)]);
  expect(success(folder)).toBe("0");
  execSync(/: (rm -r .*)$/m.exec(named.stderr)?.[1] ?? "false");
  expect((await run()).code).toBe(0);
  expect(await oneDigestOf(join(folder, "w.duckdb"))).toEqual(wanted);
});
