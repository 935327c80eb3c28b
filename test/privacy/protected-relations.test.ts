/** The proof that no statement brings back a person: the relations that it reads have none, in any format, catalogue or error text. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { formatNames } from "../../src/report/formats/names.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { leaked, people, planted, records } from "./planted.ts";

const root = temporaryFolder();
const warehouse = join(root, "w.duckdb");
const key = "a secret of more than sixteen characters";

beforeAll(async () => {
  const logs = join(root, "logs");
  mkdirSync(logs);
  writeFileSync(join(logs, "a.json.gz"), gzipSync(JSON.stringify({ Records: records })));
  const run = await runCli(["ingest", logs, "--warehouse", warehouse, "--threads", "1"]);
  expect(run.stderr).toContain("8 Bedrock = 8 new");
});

function outputs({ stdout, stderr }: CliRun): string {
  return stdout + stderr;
}

const protections = [["--pseudonymise", key], ["--drop-personal"]] as const;

describe.each(protections.map((flags) => [flags.join(" "), flags] as const))("with %s", (_, flags) => {
  const query = (sql: string, ...more: string[]): Promise<CliRun> =>
    runCli(["query", sql, "--warehouse", warehouse, ...flags, ...more]);

  it("the plain relations have them, so that the test can fail", async () => {
    const all = [
      JSON.stringify(await queryRows(warehouse, "from invocation")),
      JSON.stringify(await queryRows(warehouse, "from event")),
    ];
    // the id of a principal is cut where its session begins
    const there = [...people, "Doe=Jane", "planted.mail"].filter((person) => person !== planted.principalId);
    expect(leaked(all.join("")).toSorted()).toEqual(there.toSorted());
  });

  it("no table or view has any of them, in any format", async () => {
    const relations = await queryRows(
      warehouse,
      "select distinct schema_name || '.' || table_name as name from (select schema_name, table_name from duckdb_tables() where database_name = 'warehouse' union all select schema_name, view_name from duckdb_views() where database_name = 'warehouse' and not internal)",
    );
    expect(relations.length).toBeGreaterThan(15);
    const selects = relations.map(
      ({ name }) => `select '${String(name)}' as relation, to_json(t)::varchar as line from ${String(name)} t`,
    );
    const all = await query(selects.join(" union all "), "--format", "json");
    expect(all.code, all.stderr).toBe(0);
    expect(all.stdout).toContain("invocation");
    expect(leaked(outputs(all))).toEqual([]);
    for (const format of formatNames) {
      const file = join(root, `out-${flags.length}-${format}`);
      const run = await query(
        "select i.*, e.user_agent as agent from invocation i join event e using (request_id)",
        "--format",
        format,
        "--output",
        file,
      );
      expect(run.code, run.stderr).toBe(0);
      const bytes = readFileSync(file);
      expect(bytes.length).toBeGreaterThan(100);
      expect(leaked(bytes.toString("latin1"))).toEqual([]);
    }
  });

  it("no function over any column does either, nor an error text, nor the catalogue", async () => {
    const personal = [
      "session_name",
      "source_identity",
      "on_behalf_of",
      "source_ip",
      "user_agent",
      "error_message",
      "principal",
      "principal_name",
    ];
    const functions = [
      "upper",
      "lower",
      "reverse",
      "md5",
      "list",
      "min",
      "string_agg",
      "hex",
      "base64",
      "any_value",
      "to_json",
    ];
    const column = fc.constantFrom(...personal);
    const statements = fc.sample(
      fc.tuple(
        column,
        fc.constantFrom(...functions),
        fc.constantFrom("invocation", "event", "warehouse.main.invocation"),
      ),
      { numRuns: 25, seed: 7 },
    );
    const fromBlob: Readonly<Record<string, (column: string) => string>> = {
      base64: (name) => `base64(encode(${name}))`,
      hex: (name) => `hex(${name})`,
      reverse: (name) => `reverse(reverse(${name}))`,
      md5: (name) => `concat(md5(${name}), ${name})`,
    };
    const selects = statements.map(
      ([name, apply, from]) =>
        `(select (${fromBlob[apply]?.(name) ?? `${apply}(${name})`})::varchar as v from ${from})`,
    );
    const run = await query(selects.join(" union all "), "--format", "csv");
    expect(run.code, run.stderr).toBe(0);
    expect(leaked(outputs(run))).toEqual([]);
    for (const person of [planted.user, planted.mail]) {
      const hex = Buffer.from(person).toString("hex").toUpperCase();
      expect(run.stdout).not.toContain(hex);
      expect(run.stdout).not.toContain(Buffer.from(person).toString("base64").slice(0, 12));
    }
    for (const sql of [
      "select session_name::integer from invocation",
      "select cast(user_agent as timestamp) from event",
      "from query_table('invocation')",
      "from query('from warehouse.main.event')",
      "from original.main.invocation",
      "from internal.event_variant",
      "select sql from duckdb_views() union all select macro_definition from duckdb_functions()",
      "from duckdb_settings()",
      "from duckdb_tables()",
      "from duckdb_databases()",
    ]) {
      const said = outputs(await query(sql, "--format", "json"));
      expect(leaked(said), sql).toEqual([]);
      expect(said, sql).not.toContain(key);
    }
    expect((await query("from original.main.invocation")).code).not.toBe(0);
  });

  it("counts, groups and joins are those of the plain relations", async () => {
    const shapes = [
      "select count(*) as n, count(session_name) as s, count(distinct session_name) as d, count(distinct principal) as p, count(distinct source_ip) as a from invocation",
      "select principal_type, count(*) as n, count(distinct principal_name) as names from invocation group by 1 order by 1",
      "select count(*) as n from invocation a join event b on a.session_name = b.session_name and a.principal = b.principal",
      "select served_region, invocations, via_profile, spilled from spillover_by_region order by all",
      "select invocations, known, spilled, denied from spillover_by_principal order by all",
    ];
    for (const sql of shapes) {
      const protectedRows: unknown = JSON.parse((await query(sql, "--format", "json")).stdout);
      expect(protectedRows, sql).toEqual(await queryRows(warehouse, sql));
    }
    const same = await query(
      "select count(*)::int as n from invocation where contains(user_agent, session_name) or contains(error_message, session_name)",
      "--format",
      "json",
    );
    expect(JSON.parse(same.stdout)).toEqual([{ n: 1 }]);
  });

  it("the overview, every report and the page have none", async () => {
    for (const args of [
      ["report"],
      ["report", "denials", "--format", "json"],
      ["report", "--format", "html", "--output", join(root, "page.html")],
    ]) {
      const run = await runCli([...args, "--warehouse", warehouse, ...flags]);
      expect(run.code, run.stderr).toBe(0);
      expect(leaked(outputs(run)), args.join(" ")).toEqual([]);
    }
    expect(leaked(readFileSync(join(root, "page.html"), "utf8"))).toEqual([]);
  });

  it("users stay on demand, and only they", async () => {
    const run = await query(
      "select principal, principal_name, session_name, user_agent, error_message, source_ip from event",
      "--format",
      "json",
      "--keep-users",
    );
    expect(leaked(run.stdout).toSorted()).toEqual([planted.directory, planted.federated, planted.user].toSorted());
  });

  it("an exported warehouse is a warehouse, without them in any byte", async () => {
    const copy = join(root, `copy-${flags.length}.duckdb`);
    const run = await runCli(["export", "--warehouse", warehouse, "--output", copy, ...flags]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/wrote .*copy-\d\.duckdb \(/);
    expect(leaked(readFileSync(copy).toString("latin1"))).toEqual([]);
    expect(await queryRows(copy, "select count(*)::int as n from invocation")).toEqual([{ n: records.length }]);
    expect((await runCli(["report", "--warehouse", copy])).code).toBe(0);
    expect(readdirSync(root).filter((name) => name.includes("exporting") || name.includes("spill"))).toEqual([]);
  });
});

describe("protection", () => {
  it("joins across exports by the key, and only by it", async () => {
    const hash = async (secret: string): Promise<unknown> => {
      const run = await runCli([
        "query",
        "select max(session_name) as s from invocation",
        "--warehouse",
        warehouse,
        "--pseudonymise",
        secret,
        "--format",
        "json",
      ]);
      return JSON.parse(run.stdout);
    };
    expect(await hash(key)).toEqual(await hash(key));
    expect(await hash(key)).not.toEqual(await hash(`${key}!`));
  });

  it.each([
    ["trino", ["report", "denials"]],
    ["trino", ["report"]],
    ["trino", ["report", "--format", "html", "--output", join(root, "refused.html")]],
    ["athena", ["report", "denials", "--format", "parquet", "--output", join(root, "refused.parquet")]],
    ["athena", ["report"]],
  ])("is refused on %s, where it cannot be kept, with the reason: %j", async (engine, args) => {
    const asked = [...args, "--engine", engine, ...(engine === "trino" ? ["--trino-url", "http://127.0.0.1:1"] : [])];
    for (const [flags, env] of [
      [["--pseudonymise", key], {}],
      [["--drop-personal"], {}],
      [[], { SPILLWAY_PSEUDONYMISE_KEY: key }],
    ] as const) {
      // the flag itself looks there
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      const run = await runCli([...asked, ...flags], env);
      vi.unstubAllEnvs();
      expect([run.code, run.stderr]).toEqual([
        2,
        expect.stringMatching(/^error: personal data cannot be protected on \w+: .* raw logs there\nLoad the events/m),
      ]);
    }
    expect(readdirSync(root).filter((name) => name.startsWith("refused"))).toEqual([]);
  });

  it("has to be asked for by whoever exports, and not over the warehouse itself", async () => {
    expect((await runCli(["export", "--warehouse", warehouse, "--output", join(root, "x")])).stderr).toContain(
      "nothing says how",
    );
    const same = await runCli(["export", "--warehouse", warehouse, "--output", warehouse, "--drop-personal"]);
    expect(same.code).toBe(2);
  });
});
