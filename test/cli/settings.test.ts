/** The proof that settings say what they do: each mistake is refused or told, by the name of what has to be mended. */
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { developerVariables, variables } from "../../src/variables.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { putFile } from "../support/trail-files.ts";

const folder = temporaryFolder();
const warehouse = join(folder, "demo", "spillway.duckdb");
let files = 0;

function configFile(content: object): string {
  return putFile(join(folder, String(files++), "spillway.json"), JSON.stringify(content));
}

function reportFile(name: string, sql: string): string {
  const place = join(folder, `reports-${files++}`);
  putFile(join(place, `${name}.sql`), sql);
  return place;
}

const check = async (content: object, env = {}): Promise<CliRun> =>
  await runCli(["config", "check", "--config", configFile(content)], env);
const report = async (...args: string[]): Promise<CliRun> =>
  await runCli(["report", ...args, "--warehouse", warehouse]);

beforeAll(async () => {
  expect((await runCli(["demo", "--folder", join(folder, "demo")])).code).toBe(0);
});

describe("variables", () => {
  it("that are documented are known beside a config", async () => {
    const env = Object.fromEntries([
      ...Object.values(variables)
        .filter(({ name }) => name !== variables.config.name)
        // the key alone has a shape
        .map(({ name }) => [name, name === variables.pseudonymiseKey.name ? "0123456789abcdef" : "1"]),
      ...developerVariables.map((name) => [name, "1"]),
    ]);
    expect((await check({ sources: ["s3://logs"] }, env)).stderr).toMatch(/is sound/);
    const known = await runCli(
      ["query", "select 1 as n", "--config", configFile({ warehouse }), "--format", "csv"],
      env,
    );
    expect([known.code, known.stdout]).toEqual([0, "n\n1\n"]);
  });

  it("stand in one list: no other name is read anywhere", () => {
    const root = fileURLToPath(new URL("../../", import.meta.url));
    const read = new Set<string>();
    for (const place of ["src", "scripts", "test", "bench"])
      for (const file of readdirSync(join(root, place), { recursive: true, encoding: "utf8" })) {
        if (!/\.(?:ts|mjs)$/.test(file)) continue;
        const text = readFileSync(join(root, place, file), "utf8");
        for (const match of text.matchAll(/\benv(?:\.|\[")(SPILLWAY_[A-Z0-9_]+)/g)) read.add(match[1] ?? "");
      }
    const keys = ["SPILLWAY_WAREHOUSE", "SPILLWAY_LOG_FORMAT"];
    const known = [...Object.values(variables).map(({ name }) => name), ...developerVariables, ...keys];
    expect([...read].filter((name) => !known.includes(name))).toEqual([]);
    expect(read.size).toBeGreaterThan(4);
  });

  it("that are wrong are blamed, not the file", async () => {
    const one = await check({ sources: ["s3://logs"] }, { SPILLWAY_THREADS: "many" });
    expect(one.code).toBe(2);
    expect(one.stderr).toMatch(/environment: SPILLWAY_THREADS: expected number/);
    expect(one.stderr).not.toMatch(/spillway\.json/);
    const both = await check({ sources: ["s3://logs"], strict: 3 }, { SPILLWAY_FAIL_ON: "boundary,nothing" });
    expect(both.stderr).toMatch(
      /spillway\.json: strict: expected boolean.*; environment: SPILLWAY_FAIL_ON\[1\]: .*not "nothing"/,
    );
  });
});

describe("boundaries of one's own", () => {
  it.each([
    [{ ours: ["eu-west-1", "nope-1"] }, /boundaries\.ours: "nope-1" is not a Region/],
    [{ eu: ["us-east-1"] }, /boundaries\.eu: this is the name of a boundary that everybody has/],
    [{ EU: ["us-east-1"] }, /boundaries\.EU: this is the name of a boundary that everybody has/],
    [{ "us-east-1": ["eu-west-1"] }, /boundaries\.us-east-1: this is the name of a boundary of a Region/],
    [{ "a,b": ["eu-west-1"] }, /"a,b" is not a name/],
  ])("%j is refused by check and by run", async (boundaries, message) => {
    const content = { sources: ["s3://logs"], boundaries };
    for (const command of [["config", "check"], ["run"]]) {
      const { code, stderr } = await runCli([...command, "--config", configFile(content)]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
    // nor does a report go by it
    const { code, stderr } = await report("--boundary", "eu", "--config", configFile(content));
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it("names and Regions mix, on the command line and in the config, and a wrong member is named", async () => {
    const rows = async (...args: string[]): Promise<unknown[]> =>
      JSON.parse((await report("boundary-violations", "--format", "json", ...args)).stdout) as unknown[]; // our own JSON
    const eu = await rows("--boundary", "eu");
    const mixed = await rows("--boundary", "eu,us-east-1");
    expect(mixed).toEqual(eu.filter((row) => !JSON.stringify(row).includes('"us-east-1"')));
    expect(mixed.length).toBeLessThan(eu.length);
    const config = configFile({ boundaries: { approved: ["eu", "us-east-1"] } });
    expect(await rows("--boundary", "approved", "--config", config)).toEqual(mixed);
    const wrong = await report("boundary-violations", "--boundary", "eu,us-esat-1");
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/boundary "eu,us-esat-1": "us-esat-1" is no/),
    ]);
    expect((await report("--boundary", "constructor")).code).toBe(2);
  });

  it("are rows of the table boundary, renewed with the config", async () => {
    const place = join(folder, "with-boundaries");
    const logs = join(folder, "demo", "logs");
    const run = async (boundaries: object): Promise<unknown[]> => {
      const file = putFile(join(place, "spillway.json"), JSON.stringify({ sources: [logs], boundaries }));
      expect((await runCli(["run", "--config", file])).code).toBe(0);
      return await queryRows(
        join(place, "spillway.duckdb"),
        "select name, region from boundary where source = 'config' order by all",
      );
    };
    expect(await run({ ours: ["uk", "eu-west-3"] })).toEqual([
      { name: "ours", region: "eu-west-2" },
      { name: "ours", region: "eu-west-3" },
    ]);
    expect(await run({ mine: ["eu-west-3"] })).toEqual([{ name: "mine", region: "eu-west-3" }]);
    // a single row more
    expect(await run({ mine: ["eu-west-3", "eu-west-1"] })).toHaveLength(2);
  });
});

describe("reports of one's own", () => {
  it.each(["boundary-violations", "boundary_violations", "Coverage"])("named %s are refused", async (name) => {
    const reports = reportFile(name, "SELECT 1 AS n");
    for (const { code, stderr } of [
      await report("denials", "--reports", reports),
      await check({ sources: ["s3://logs"], reportsFolder: reports }),
    ])
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(`${name}.sql bears the name of a report of Spillway's`),
      ]);
  });

  it.each([
    ["-- columns:\n--   m: other\nSELECT count(*) AS n FROM invocation", /describes the columns m, and it has n/],
    [
      "-- columns:\n--   n: it\nSELECT count(*) AS n, 2 AS o FROM invocation",
      /describes the columns n, and it has n, o/,
    ],
  ])("whose head does not fit are refused: %j", async (sql, message) => {
    const reports = reportFile("mine", sql);
    const printed = await report("mine", "--reports", reports);
    expect([printed.code, printed.stdout, printed.stderr]).toEqual([2, "", expect.stringMatching(message)]);
    const checked = await check({ sources: ["s3://logs"], reportsFolder: reports });
    expect([checked.code, checked.stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it("that do not run are refused before the night", async () => {
    const reports = reportFile("mine", "SELECT nothing FROM invocation");
    const { code, stderr } = await check({ sources: ["s3://logs"], reportsFolder: reports });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/the report mine does not run: .*nothing/)]);
    const sound = reportFile("mine", "-- columns:\n--   n: it\nSELECT count(*) AS n FROM invocation");
    expect((await check({ sources: ["s3://logs"], reportsFolder: sound })).code).toBe(0);
  });
});

describe("a principal", () => {
  const one = "role/apps/invoice-bot";
  const served = /(\d+) served/;

  it("is what the overview prints, for the overview too", async () => {
    expect((await report()).stdout).toContain(one);
    const { code, stdout, stderr } = await report("--principal", one);
    expect([code, stderr]).toEqual([0, ""]);
    const [{ n } = { n: 0 }] = await queryRows(
      warehouse,
      `select count(*) as n from invocation where outcome = 'served' and principal like '%:${one}'`,
    );
    expect(Number(served.exec(stdout)?.[1])).toBe(Number(n));
    expect(stdout).not.toContain("role/apps/support-assistant");
    const starred = await report("--principal", "role/apps/invoice-*");
    expect(starred.stdout).toBe(stdout);
  });

  it("with _ or % stands for itself", async () => {
    for (const principal of ["invoice_bot", "role/apps/invoice_bot", "invoice%", "invoice_*", "%"]) {
      const { code, stdout, stderr } = await report(
        "spillover-by-principal",
        "--format",
        "csv",
        "--principal",
        principal,
      );
      expect([principal, code, stdout.trim().split("\n").length]).toEqual([principal, 0, 1]);
      expect(stderr).toContain(`no call in the warehouse is of principal ${principal}`);
    }
  });
});

describe("a scope that matches nothing", () => {
  it.each([
    [["--account", "999999999999"], /no call in the warehouse is of account 999999999999/],
    [["--region", "sa-east-1"], /no call in the warehouse is of source Region sa-east-1/],
    [["--principal", "invoice-bot,nobody"], /no call in the warehouse is of principal nobody/],
    [["--from", "2030-01-01"], /no call in the warehouse matches the whole scope/],
    [["--account", "222233334444", "--principal", "invoice-bot"], /no call in the warehouse matches the whole scope/],
  ])("says so: %j", async (args, message) => {
    for (const name of [[], ["spillover-by-region"]]) {
      const { code, stderr } = await report(...name, ...args);
      expect([code, stderr]).toEqual([0, expect.stringMatching(message)]);
    }
  });

  it("and one that matches says nothing", async () => {
    expect((await report("--principal", "invoice-bot", "--account", "111122223333")).stderr).toBe("");
  });
});

describe("config check refuses what run refuses", () => {
  it.each([
    [{}, /there are no sources to run over/],
    [{ sources: ["s3://logs"], warehouse: "none/w.duckdb" }, /warehouse: there is no folder .*none/],
    [
      { sources: ["s3://logs"], reports: [{ output: "out/{dat}" }] },
      /reports\[0\]\.output: \{dat\} stands for nothing/,
    ],
    [{ sources: ["s3://logs"], reports: [{ output: "out/{date" }] }, /reports\[0\]\.output: \{date stands for nothing/],
    [
      { sources: ["s3://logs"], reports: [{ output: "out", name: "coverage", principal: ["x"] }] },
      /the scope .* has no effect on this statement/,
    ],
    [{ sources: ["s3://logs"], failOn: ["boundry"] }, /failOn\[0\]: .*not "boundry"/],
  ])("%j", async (content, message) => {
    for (const command of [["config", "check"], ["run"]]) {
      const { code, stderr } = await runCli([...command, "--config", configFile(content)]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
  });

  it("and the warehouse lies beside the config, wherever the command is run", async () => {
    const file = configFile({ sources: ["s3://logs"] });
    const { stdout } = await runCli(["config", "check", "--config", file]);
    expect(JSON.parse(stdout)).toMatchObject({ warehouse: resolve(file, "..", "spillway.duckdb") });
    expect((await runCli(["query", "select 1", "--config", file])).stderr).toContain(
      resolve(file, "..", "spillway.duckdb"),
    );
  });
});
