/** The command line over the demo: help, refusals, every report in every format, scope, protection, logs. */
import { copyFileSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeInvocationLogs } from "../../src/demo/invocation-logs.ts";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { loadCatalogue } from "../../src/report/catalogue.ts";
import { version } from "../../src/version.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { putFile } from "../support/trail-files.ts";

const root = temporaryFolder();
const warehouse = join(root, "w.duckdb");
const reports = [...loadCatalogue().values()];

beforeAll(async () => {
  const made = await writeDemoOrganization(join(root, "logs"));
  expect((await runCli(["ingest", join(root, "logs"), "--warehouse", warehouse])).code).toBe(0);
  writeInvocationLogs(join(root, "invocation-logs"), made.entries);
});

const report = (...args: string[]): ReturnType<typeof runCli> => runCli(["report", ...args, "--warehouse", warehouse]);
const query = (...args: string[]): ReturnType<typeof runCli> => runCli(["query", ...args, "--warehouse", warehouse]);

/** Rows of a report as JSON. */
async function rowsOf(...args: string[]): Promise<Record<string, unknown>[]> {
  const run = await report(...args, "--format", "json");
  if (run.code !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Record<string, unknown>[]; // our own JSON format: an array of objects
}

describe("help", () => {
  it.each(["demo", "ingest", "report", "query"])("%s explains itself on stdout", async (command) => {
    const run = await runCli([command, "--help"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(new RegExp(`^Usage: spillway ${command} `));
    expect(await runCli(["help", command])).toEqual(run);
  });

  it("of the program names every command; the version is the package's", async () => {
    const run = await runCli(["--help"]);
    expect(run.code).toBe(0);
    for (const command of ["demo", "ingest", "report", "query"])
      expect(run.stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
    expect((await runCli(["--version"])).stdout).toBe(`${version}\n`);
  });
});

describe("wrong usage ends with exit code 2 and says what was meant", () => {
  it.each<[string[], RegExp]>([
    [["ingset"], /^error: unknown command 'ingset'\n\(Did you mean ingest\?\)\n$/],
    [["ingest", "x", "--wharehouse", "y"], /^error: unknown option '--wharehouse'\n\(Did you mean --warehouse\?\)\n$/],
    [["ingest"], /^error: missing required argument 'source'\nSee: spillway ingest --help\n$/],
    [["frobnicate"], /^error: unknown command 'frobnicate'\nSee: spillway --help\n$/],
    [["athena", "setup", "x"], /^error: too many arguments .*\nSee: spillway athena setup --help\n$/],
    [
      ["ingest", "gs://logs"],
      /^error: gs:\/\/logs is not a source that Spillway knows\nName a folder or file, s3:\/\//,
    ],
    [["ingest", "x", "--lookup-role", "y"], /no source is one: --lookup-role\nLeave them out/],
    [["ingest", "x", "--s3-kept-days", "9"], /no source is one: --s3-kept-days\nA folder is always read as a whole/],
    [["prune", "--before", "2026-02-30"], /'2026-02-30' is invalid\. Give a day such as/],
    [["report", "denials", "--from", "2026-02-29T10:00:00Z"], /is invalid\. Give a day such as/],
    [["report", "denials", "--account", "12"], /^error: 12 is not an account id\nAccount ids have 12 digits\.\n$/],
    [["ingest", "x", "--threads", "0"], /--threads takes a whole number from 1 to 64/],
    [["ingest", "x", "--threads", "two"], /--threads takes a whole number from 1 to 64/],
    [["ingest", "x", "--max-object-mb", "1.5"], /--max-object-mb takes a whole number/],
    [["report", "--log-format", "xml"], /'xml' is invalid\. Allowed choices are text, json/],
    [["report", "denials", "--format", "xml"], /'xml' is invalid\. Allowed choices are table, csv/],
    [["report", "denials", "--from", "2026-13-01"], /'2026-13-01' is invalid\. Give a day such as/],
    [["report", "denials", "--from", "yesterday"], /'yesterday' is invalid/],
    [
      ["report", "denials", "--from", "2026-09-10", "--to", "2026-09-10"],
      /^error: --from and --to are the same moment.*\n.*name a later one\.\n$/,
    ],
    [
      ["report", "denials", "--from", "2026-09-11", "--to", "2026-09-10"],
      /^error: --from is after --to\nSwap them\.\n$/,
    ],
    [
      ["evidence", "--from", "2026-09-11", "--to", "2026-09-10", "--boundary", "eu", "--output", "x"],
      /^error: --from is after --to\nSwap them\.\n$/,
    ],
    [
      ["athena", "sql", "denials", "--from", "2026-09-11", "--to", "2026-09-10"],
      /^error: --from is after --to\nSwap them\.\n$/,
    ],
    [
      ["ingest", "s3://logs/AWSLogs/", "--from", "2026-09-11", "--to", "2026-09-10"],
      /^error: --from 2026-09-11 is after --to 2026-09-10\nSwap them\.\n$/,
    ],
    [
      ["ingest", "lookup-events:eu-west-1", "--from", "2026-09-11", "--to", "2026-09-10"],
      /^error: --from 2026-09-11 is after --to 2026-09-10\nSwap them\.\n$/,
    ],
    [
      ["athena", "refresh", "--from", "2026-09-11", "--to", "2026-09-10"],
      /^error: --from 2026-09-11 is after --to 2026-09-10\nSwap them\.\n$/,
    ],
    [["athena", "setup"], /^error: the log location is missing\nAdd --logs s3:/],
    [
      ["report", "spilover-by-region"],
      /^error: there is no report named "spilover-by-region"\nthe reports are .*spillover-by-region/,
    ],
    [["report", "boundary-violations"], /and none is given\nname one: --boundary eu\n$/],
    [["report", "--boundary", "mars"], /^error: unknown boundary "mars"\nName one of eu, eea/],
    [["report", "--format", "json"], /^error: the overview is text or html for people, not json\nName a report/],
    [["report", "denials", "--pseudonymise", "short"], /fewer than 16 characters\nUse a long random secret/],
    [["report", "denials", "--pseudonymise", "a".repeat(16), "--drop-personal"], /cannot be used with option/],
    [["report", "denials", "--reports", "/nowhere"], /^error: cannot read the reports in \/nowhere/],
    [["query"], /^error: give a statement, or a file with -f\n/],
    [["query", "select 1", "-f", "x.sql"], /^error: give a statement, or a file with -f\n/],
    [["query", "-f", "/nowhere.sql"], /^error: cannot read \/nowhere\.sql: ENOENT/],
  ])("%j", async (args, line) => {
    const run = await runCli(args[0] === "report" || args[0] === "query" ? [...args, "--warehouse", warehouse] : args);
    expect(run.stderr).toMatch(line);
    expect(run).toMatchObject({ code: 2, stdout: "" });
  });

  it("without a command there is help, on stderr", async () => {
    const run = await runCli([]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("Usage: spillway");
  });
});

it("a Region that is not known is warned of: a misspelt one would look like one without inference", async () => {
  const run = await report("denials", "--region", "eu-cental-1", "--format", "csv");
  expect(run.stderr).toBe(
    "warning: no Region eu-cental-1 is known; did you mean eu-central-1?\nwarning: no call in the warehouse is of source Region eu-cental-1\n",
  );
  expect(run.code).toBe(0);
  expect((await report("denials", "--region", "eu-central-1", "--format", "csv")).stderr).toBe("");
});

it("a demo that cannot be written says where, and how to name another folder", async () => {
  const file = join(root, "no-folder");
  putFile(file, "");
  const run = await runCli(["demo", "--folder", file]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(`error: cannot write the demo into ${file}: ENOTDIR`);
  expect(run.stderr).toMatch(/\nName a folder that you may write to: spillway demo --folder FOLDER\n$/);
});

it("report --list names each report with its question, and a user's own", async () => {
  const folder = join(root, "own");
  putFile(
    join(folder, "by-hour.sql"),
    "-- title: By hour\n-- answers: When?\nselect hour(event_time) as hour, count(*) as n from invocation group by 1 order by 1\n",
  );
  const run = await report("--list", "--reports", folder);
  const lines = run.stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(reports.length + 1);
  for (const { name, answers } of reports) expect(run.stdout).toContain(`${name.padEnd(24)} ${answers}\n`);
  expect(run.stdout).toContain("by-hour                  When?\n");
  const rows = await rowsOf("by-hour", "--reports", folder);
  expect(rows).toEqual(
    await queryRows(warehouse, "select hour(event_time) as hour, count(*) as n from invocation group by 1 order by 1"),
  );
});

it("what compares with invocation logs says that there are none, and has rows where there are", async () => {
  const without = await report("invocation-log-gaps", "--format", "csv");
  expect(without.code).toBe(0);
  expect(without.stderr).toMatch(
    /^warning: no invocation log was loaded: nothing is compared[^\n]*\nLoad them[^\n]*ingest invocation-logs:/,
  );
  const both = join(root, "both.duckdb");
  copyFileSync(warehouse, both);
  const logs = `invocation-logs:${join(root, "invocation-logs")}`;
  expect((await runCli(["ingest", join(root, "logs"), logs, "--warehouse", both])).code).toBe(0);
  const known = await runCli(["report", "invocation-log-gaps", "--format", "csv", "--warehouse", both]);
  expect(known.stderr).toBe("");
  expect(known.stdout.split("\n").length).toBeGreaterThan(2);
});

describe("every report in every format", () => {
  const comparing = "invocation-log-gaps";
  it.each(reports.map(({ name }) => name).filter((name) => name !== comparing))("%s", async (name) => {
    const flags = [name, "--boundary", "eu"];
    const rows = await rowsOf(...flags);
    expect(rows.length).toBeGreaterThan(0);
    const columns = Object.keys(rows[0] ?? {});
    const text = async (format: string): Promise<string> => {
      const run = await report(...flags, "--format", format);
      // drift says what it had no documents for
      const said = name === "drift" ? /^no bundle is named[^\n]*\n$/ : /^$/;
      expect(run.code).toBe(0);
      expect(run.stderr).toMatch(said);
      return run.stdout;
    };
    expect((await text("csv")).split(/\r?\n/)[0]).toBe(columns.join(","));
    expect(
      (await text("ndjson"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(rows);
    expect((await text("markdown")).split("\n").filter((line) => line.startsWith("|"))).toHaveLength(rows.length + 2);
    for (const column of columns) expect((await text("table")).split("\n")[0]).toContain(column);
    for (const [format, magic] of [
      ["parquet", "PAR1"],
      ["arrow", "ARROW1"],
    ] as const) {
      const file = join(root, `${name}.${format}`);
      const run = await report(...flags, "--format", format, "--output", file);
      expect(run.stderr.replace(/^no bundle is named.*\n/, "")).toBe(
        `wrote ${file}: ${rows.length.toLocaleString("en-US")} rows\n`,
      );
      expect(readFileSync(file).subarray(0, magic.length).toString()).toBe(magic);
    }
  });
});

describe("--output", () => {
  it("writes what stdout would have got, and leaves no partial file", async () => {
    const file = join(root, "out", "r.csv");
    putFile(file, "the old content, longer than what replaces it\n".repeat(1_000));
    const run = await report("spillover-by-region", "--format", "csv", "--output", file);
    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(readFileSync(file, "utf8")).toBe((await report("spillover-by-region", "--format", "csv")).stdout);
    expect(readdirSync(join(root, "out"))).toEqual(["r.csv"]);
  });

  it("into what is not a folder says so: cleaning up, which fails there too, does not hide that", async () => {
    const file = putFile(join(root, "no-folder.txt"), "");
    const run = await report("denials", "--format", "csv", "--output", join(file, "x.csv"));
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^error: cannot write .*x\.csv: ENOTDIR.*\nCheck that the folder exists/);
  });

  it("of a query that fails late leaves the old file as it was", async () => {
    const file = putFile(join(root, "kept", "q.csv"), "old");
    // Fails only after the first rows were handed out.
    const run = await query(
      "select case when i < 300000 then i else error('late') end as i from range(400000) t(i)",
      "--format",
      "csv",
      "--output",
      file,
    );
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("late");
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(join(root, "kept"))).toEqual(["q.csv"]);
  });

  it.each([join("missing", "x.csv"), "."])("to %s cannot be written", async (name) => {
    const run = await report("denials", "--format", "csv", "--output", join(root, name));
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^error: cannot write .*\nCheck that the folder exists/);
    expect(existsSync(join(root, "missing"))).toBe(false);
  });

  it("of the overview is text", async () => {
    const file = join(root, "overview.txt");
    expect((await report("--output", file)).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe((await report()).stdout);
  });
});

describe("query refuses", () => {
  const secret = putFile(join(root, "secret.csv"), "a,b\n1,2\n");
  it.each<[string, RegExp]>([
    ["create table x (a int)", /Only statements that read/],
    ["delete from event", /Only statements that read/],
    ["with x as (select 1) insert into event select * from event", /Only statements that read/],
    ["update run set source = ''", /Only statements that read/],
    ["drop view denials", /Only statements that read/],
    [`select * from read_csv('${secret}')`, /disabled by configuration/],
    [`select * from read_text('${secret}')`, /disabled by configuration/],
    ["select * from read_parquet('https://example.com/x.parquet')", /disabled by configuration/],
    ["select * from glob('/*')", /disabled by configuration/],
    [`from '${secret}'`, /does not exist|disabled by configuration/],
    [`copy event to '${join(root, "stolen.csv")}'`, /disabled by configuration|Only statements that read/],
    [`copy (select 1) to '${join(root, "stolen.csv")}'`, /disabled by configuration|Only statements that read/],
    [`export database '${join(root, "stolen")}'`, /disabled by configuration|Only statements that read/],
    [`attach '${join(root, "other.duckdb")}'`, /Only statements that read/],
    ["install httpfs", /Only statements that read/],
    ["load httpfs", /Only statements that read/],
    ["set enable_external_access = true", /Only statements that read/],
    ["reset lock_configuration", /Only statements that read/],
    ["pragma enable_checkpoint_on_shutdown", /./],
    ["select 1; select 2", /More than one SQL statement/],
    ["select 1; drop table event", /More than one SQL statement/],
    ["explain analyze delete from event", /read-only|Only statements/],
    ["select ?", /has parameters/],
    ["selec 1", /syntax error/],
    ["select nothing from event", /nothing/],
  ])("%s", async (sql, line) => {
    const before = readFileSync(warehouse);
    const run = await query(sql);
    expect(run.stderr).toMatch(/^error: /);
    expect(run.stderr).toMatch(line);
    expect(run.stderr).not.toContain("This is unexpected");
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(readFileSync(warehouse).equals(before)).toBe(true);
    expect(readdirSync(root).filter((name) => name.startsWith("stolen") || name === "other.duckdb")).toEqual([]);
  });
});

describe("query takes its statement", () => {
  const sql = "-- a comment first\nselect count(*) as n from event;\n";
  it("from a file, and from standard input", async () => {
    const file = putFile(join(root, "q.sql"), sql);
    const wanted = (await query("select count(*) as n from event", "--format", "csv")).stdout;
    expect(await query("-f", file, "--format", "csv")).toEqual({ code: 0, stdout: wanted, stderr: "" });
    const piped = await spawnCli(["query", "-f", "-", "--format", "csv", "--warehouse", warehouse], { input: sql })
      .ended;
    expect(piped).toMatchObject({ code: 0, stdout: wanted, stderr: "" });
  });
});

describe("scope", () => {
  const total = async (name: string, ...flags: string[]): Promise<number> =>
    (await rowsOf(name, ...flags)).reduce((sum, row) => sum + Number(row["invocations"]), 0);

  it.each<[string[], string]>([
    [[], "true"],
    [["--from", "2026-09-05"], "event_time >= '2026-09-05'"],
    [["--to", "2026-09-05"], "event_time < '2026-09-05'"],
    [["--from", "2026-09-05", "--to", "2026-09-08"], "event_time >= '2026-09-05' and event_time < '2026-09-08'"],
    [["--from", "2026-09-05T12:30:00+02:00"], "event_time >= '2026-09-05 10:30:00'"],
    [["--account", "222233334444"], "account_id = '222233334444'"],
    [["--account", "222233334444,111122223333"], "account_id in ('222233334444', '111122223333')"],
    [["--account", "222233334444", "--account", "111122223333"], "account_id in ('222233334444', '111122223333')"],
    [["--account", "999999999999"], "false"],
    [["--region", "us-east-1"], "source_region = 'us-east-1'"],
    [["--principal", "invoice-bot"], "principal_name = 'invoice-bot'"],
    [["--principal", "*bot*"], "contains(principal, 'bot') or contains(principal_name, 'bot')"],
    [["--principal", "invoice_bot"], "false"],
    [["--principal", "x' or true --"], "false"],
    [
      ["--from", "2026-09-05", "--account", "111122223333", "--region", "eu-central-1"],
      "event_time >= '2026-09-05' and account_id = '111122223333' and source_region = 'eu-central-1'",
    ],
  ])("%j", async (flags, condition) => {
    const [wanted] = await queryRows(
      warehouse,
      `select count(*)::int as every, count(*) filter (where outcome = 'served')::int as served, count(*) filter (where outcome = 'denied')::int as denied from invocation where ${condition}`,
    );
    expect(await total("spillover-by-principal", ...flags)).toBe(wanted?.["every"]);
    expect(await total("spillover-by-region", ...flags)).toBe(wanted?.["served"]);
    expect(await total("denials", ...flags)).toBe(wanted?.["denied"]);
  });

  it("a boundary counts what hand-written SQL counts", async () => {
    const [wanted] = await queryRows(
      warehouse,
      "select count(*)::int as n from invocation i join region r on r.region = i.served_region where outcome = 'served' and not eu_member",
    );
    expect(await total("boundary-violations", "--boundary", "eu")).toBe(wanted?.["n"]);
    expect(Number(wanted?.["n"])).toBeGreaterThan(0);
  });
});

describe("personal data", () => {
  it.each<[string, string[]]>([
    ["--pseudonymise", ["--pseudonymise", "a long random secret of a test"]],
    ["--drop-personal", ["--drop-personal"]],
  ])("%s: no e-mail address and no session name leaves", async (_, flags) => {
    const people = (
      await queryRows(warehouse, "select distinct session_name as name from event where session_name is not null")
    ).map(({ name }) => String(name));
    const named = people.filter((name) => name.length > 3);
    expect(named.some((name) => name.includes("@"))).toBe(true);
    const outputs = [(await report(...flags)).stdout];
    for (const { name } of reports)
      outputs.push((await report(name, "--boundary", "eu", "--format", "csv", ...flags)).stdout);
    for (const relation of ["invocation", "event"])
      outputs.push((await query(`from ${relation}`, "--format", "ndjson", ...flags)).stdout);
    for (const output of outputs) {
      expect(output.length).toBeGreaterThan(20);
      expect(output).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/);
    }
    const sessions = outputs.join("\n");
    expect(named.filter((name) => name.includes("@") && sessions.includes(name))).toEqual([]);
    expect(
      named.filter((name) =>
        new RegExp(`assumed-role/[^"\\s]*/${name.replaceAll(/[^\w]/g, "\\$&")}(?![\\w-])`).test(sessions),
      ),
    ).toEqual([]);
  });

  it("the key may come from the environment, and keeps people apart", async () => {
    const sql = "select count(distinct session_name)::int as people from event";
    const key = { SPILLWAY_PSEUDONYMISE_KEY: "a long random secret of a test" };
    // commander reads the process's own environment.
    const run = await spawnCli(
      [
        "query",
        "select distinct session_name from event where session_name is not null order by 1",
        "--format",
        "ndjson",
        "--warehouse",
        warehouse,
      ],
      { env: key },
    ).ended;
    const covers = run.stdout.trimEnd().split("\n");
    expect(covers.every((line) => /^\{"session_name":"[0-9a-f]{16}"\}$/.test(line))).toBe(true);
    expect(new Set(covers).size).toBe((await queryRows(warehouse, sql))[0]?.["people"]);
  });
});

describe("logs", () => {
  it("as JSON are one object a line, errors with code and next step", async () => {
    const run = await runCli(["--log-format", "json", "ingest", join(root, "logs"), "--warehouse", warehouse]);
    const lines = run.stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>); // our own log lines
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines)
      expect(line).toMatchObject({ time: expect.stringMatching(/^2026-/), level: "info", message: expect.any(String) });
    const failed = await runCli(["ingest", join(root, "nowhere"), "--log-format=json", "--warehouse", warehouse]);
    expect(JSON.parse(failed.stderr)).toMatchObject({
      level: "error",
      code: "source-not-found",
      next: expect.stringMatching(/^Name a folder/),
    });
    const wrong = await runCli(["--log-format", "json", "ingest"]);
    expect(JSON.parse(wrong.stderr)).toMatchObject({ level: "error", message: "missing required argument 'source'" });
  });

  it("--format json says nothing about logs", async () => {
    const run = await runCli(["query", "selec", "--format", "json", "--log-format", "text", "--warehouse", warehouse]);
    expect(run.stderr).toMatch(/^error: /);
  });
});

it("colours are for terminals, and NO_COLOR switches them off there", async () => {
  const { main } = await import("../../src/cli/main.ts");
  const { silentLogger } = await import("../../src/log.ts");
  const shown = async (isTTY: boolean, env: Record<string, string>): Promise<string> => {
    let text = "";
    const stdout = { isTTY, columns: 100, write: (chunk: string | Uint8Array) => (text += String(chunk)) };
    const effects = { stdout, stderr: { write: () => true }, env, now: () => new Date(), log: silentLogger };
    expect(await main(["report", "--warehouse", warehouse], effects, new AbortController().signal)).toBe(0);
    return text;
  };
  const escape = "\u001B[";
  expect(await shown(true, {})).toContain(escape);
  expect(await shown(true, { NO_COLOR: "" })).toContain(escape);
  expect(await shown(true, { NO_COLOR: "1" })).not.toContain(escape);
  expect(await shown(false, {})).not.toContain(escape);
});

it("a reader that goes away early is not a failure", async () => {
  const { child, ended } = spawnCli([
    "query",
    "select i, repeat('x', 100) as text from range(500000) t(i)",
    "--format",
    "csv",
    "--warehouse",
    warehouse,
  ]);
  child.stdout?.once("data", () => child.stdout?.destroy());
  const run = await ended;
  expect(run).toMatchObject({ code: 0, stderr: "" });
});
