/** A pack of a local copy says where files lie in the folder that was read, and nothing of the machine that it lies on. */
import { cpSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import { withPack } from "../../src/evidence/open-pack.ts";
import { gzipLines, invocationLog, invocationLogPath } from "../support/invocation-logs.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog } from "../support/trail-files.ts";
import { evidence, runVerifier, trailWithCalls } from "./made-pack.ts";

const folder = temporaryFolder();
const trail = trailWithCalls();
const missing = trail.logs(2)[0] ?? "";
const flat = "exports of Jörg/day 1.json.gz";
const flatKey = "eu-central-1/00000000-0000-4000-8000-000000000500";
const byLogKey = "eu-central-1/00000000-0000-4000-8000-000000000501";

/** The trail without signatures, a log file of any name, one that cannot be read, a link that leads nowhere, and invocation logs. */
function writeLogs(where: string): void {
  trail.write(where);
  const write = (path: string, body: Buffer): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body);
  };
  const at = (n: number, more: object): object => bedrockRecord(n, { eventTime: "2026-09-14T08:00:00Z", ...more });
  write(join(where, flat), gzipLog([at(500, {}), at(501, { additionalEventData: null })]));
  write(join(where, dirname(trail.logs(0)[0] ?? ""), "broken.json.gz"), Buffer.from("no gzip"));
  symlinkSync(join(where, "nowhere"), join(where, dirname(trail.logs(0)[0] ?? ""), "link.json.gz"));
  write(
    invocationLogPath(`${where}-invocations`, "a", { day: "2026-09-14" }),
    gzipLines([invocationLog(501, { timestamp: "2026-09-14T08:00:01Z" })]),
  );
}

const warehouseOf = (where: string): string => `${where}.duckdb`;

async function ingest(where: string): Promise<void> {
  const args = ["--verify", "--public-keys", join(folder, "keys.json"), "--warehouse", warehouseOf(where)];
  const run = await runCli(["ingest", where, ...args], {}, new Date(trail.end + 10 * 60_000).toISOString());
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("loaded")]);
  const logs = ["ingest", `invocation-logs:${where}-invocations`, "--warehouse", warehouseOf(where)];
  expect((await runCli(logs, {}, new Date(trail.end + 10 * 60_000).toISOString())).code).toBe(0);
}

const first = join(folder, "home of erika", "copy");
const second = join(folder, "elsewhere", "deeper", "copy");

beforeAll(async () => {
  writeFileSync(join(folder, "keys.json"), trail.publicKeys());
  trail.delete(missing);
  writeLogs(first);
  mkdirSync(dirname(second), { recursive: true });
  for (const part of ["", "-invocations"]) {
    cpSync(`${first}${part}`, `${second}${part}`, { recursive: true, verbatimSymlinks: true });
  }
  await ingest(first);
  await ingest(second);
});

function filesOf(root: string): readonly string[] {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  return names.filter((name) => statSync(join(root, name)).isFile()).toSorted();
}

/** Parquet packs its texts: what is in them has to be read. */
async function contentOf(file: string): Promise<string> {
  const bytes = readFileSync(file);
  if (!file.endsWith(".parquet")) return bytes.toString("latin1");
  const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
}

const personal = [[], ["--pseudonymise", "a key for people"], ["--keep-personal"]] as const;

describe.each(personal.map((flags) => [flags.join(" "), flags] as const))("a pack %s", (name, flags) => {
  const pack = join(folder, `pack${name}`);
  beforeAll(async () => {
    expect((await evidence(warehouseOf(first), pack, ...flags)).code).toBe(0);
    expect((await evidence(warehouseOf(first), `${pack}.zip`, ...flags)).code).toBe(0);
  });

  it("has no path of the machine in any file, as a folder and as a zip", async () => {
    const look = async (root: string): Promise<void> => {
      const files = filesOf(root);
      expect(files.length).toBeGreaterThan(80);
      for (const file of files) {
        const content = await contentOf(join(root, file));
        for (const place of [folder, encodeURI(folder), homedir(), "home of erika", "home%20of", "file:///"])
          expect(content.includes(place), `${file} says ${place}`).toBe(false);
      }
    };
    await look(pack);
    await withPack(`${pack}.zip`, look, (problems) => expect.fail(problems.join()));
  });

  it("is the same, byte for byte, when the same logs lie elsewhere", async () => {
    const other = `${pack}-elsewhere.zip`;
    expect((await evidence(warehouseOf(second), other, ...flags)).code).toBe(0);
    expect(readFileSync(other).equals(readFileSync(`${pack}.zip`))).toBe(true);
  });

  it("is valid, and its calls are traced to the files of either copy", async () => {
    expect((await runCli(["evidence", "verify", pack])).stdout).toBe("valid-unsigned\n");
    expect(runVerifier(pack)).toMatchObject({ code: 0 });
    const trace = async (key: string, ...sources: readonly string[]): Promise<CliRun> =>
      await runCli(["evidence", "trace", pack, key, ...sources.flatMap((source) => ["--source", source])]);
    for (const copy of [first, second, join(second, "AWSLogs")]) {
      const { stdout, code } = await trace("eu-central-1/00000000-0000-4000-8000-000000000004", copy);
      expect(stdout).toContain(
        "record    eventID e0000000-0000-4000-8000-000000000004, in the log file of this SHA-256",
      );
      expect(code).toBe(0);
    }
    for (const copy of [first, second]) {
      const { stdout, code } = await trace(flatKey, copy);
      expect(stdout).toContain(`log file  folder:${flat}: SHA-256 `);
      expect(stdout).toContain("record    eventID e0000000-0000-4000-8000-000000000500");
      // no digest lists a file of such a name
      expect(code).toBe(4);
      const byLog = await trace(byLogKey, copy, `${copy}-invocations`);
      expect(byLog.stdout).toContain(`log       requestId ${byLogKey.slice(13)} says so`);
    }
  });
});

it("names what was read by its place in the folder, whatever came of it", () => {
  const text = (name: string): string => readFileSync(join(folder, "pack", "data", name), "utf8");
  const day = dirname(trail.logs(0)[0] ?? "");
  expect(text("inputs.csv")).toContain(`folder:${day}/link.json.gz,,,0,unreadable,`);
  expect(text("inputs.csv")).toMatch(/cannot be read: ENOENT[^,]*, open 'folder:AWSLogs\/.*\/link\.json\.gz'/);
  expect(text("inputs.csv")).toContain(`folder:${day}/broken.json.gz,,,7,quarantined,`);
  expect(text("integrity/missing-logs.csv")).toContain(`folder:${missing},`);
  expect(text("integrity/signatures.csv")).toContain(`,folder:${trail.digestKey(0)},`);
});

it("two copies of one trail in one warehouse stay two files", async () => {
  const both = join(folder, "both.duckdb");
  for (const copy of [first, second]) {
    const run = await runCli(["ingest", copy, "--warehouse", both], {}, new Date(trail.end).toISOString());
    expect(run.code).toBe(0);
  }
  const pack = join(folder, "both");
  expect((await evidence(both, pack)).code).toBe(0);
  const inputs = readFileSync(join(pack, "data/inputs.csv"), "utf8");
  const [log = ""] = trail.logs(0);
  expect(inputs).toContain(`\nfolder:${log},`);
  expect(inputs).toContain(`\nfolder-2:${log},`);
  expect((await runCli(["evidence", "verify", pack])).stdout).toBe("valid-unsigned\n");
  const key = "eu-central-1/00000000-0000-4000-8000-000000000000";
  expect((await runCli(["evidence", "trace", pack, key, "--source", second])).stdout).toContain("record    eventID");
});
