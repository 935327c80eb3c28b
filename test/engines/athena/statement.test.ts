/** The proof of the Athena client: the real SDK against an endpoint that speaks Athena's protocol. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { athenaAccess } from "../../../src/engines/athena/access.ts";
import { readResult } from "../../../src/engines/athena/result.ts";
import { runStatement } from "../../../src/engines/athena/statement.ts";
import { describeTable } from "../../../src/engines/athena/table.ts";
import { describeWorkgroup } from "../../../src/engines/athena/workgroup.ts";
import type { AthenaAccess, AthenaOptions } from "../../../src/engines/athena/access.ts";
import type { Execution } from "../../../src/engines/athena/statement.ts";
import { disconnectAll } from "../../../src/aws/connection.ts";
import { SpillwayError } from "../../../src/errors.ts";
import {
  type AthenaEndpoint,
  accessFor,
  resultBucket,
  scannedBytes,
  startEndpoint,
} from "../../support/athena-endpoint.ts";
import type { AthenaServerOptions } from "../../support/athena-server.ts";
import { useTestCredentials } from "../../support/s3-trail.ts";

let endpoint: AthenaEndpoint;

beforeEach(async () => {
  useTestCredentials();
  endpoint = await startEndpoint();
});

afterEach(async () => {
  await disconnectAll();
  await endpoint[Symbol.asyncDispose]();
});

function set(options: Partial<AthenaServerOptions>): void {
  endpoint.athena.options = { ...endpoint.athena.options, ...options };
}

const run = (sql: string, more: AthenaOptions = {}, signal?: AbortSignal): Promise<Execution> =>
  runStatement(accessFor(endpoint, more), { sql, title: "the test" }, { signal });

async function rows(access: AthenaAccess, execution: Execution): Promise<unknown[]> {
  const result = await readResult(access, execution);
  const found: unknown[] = [];
  for await (const batch of result.rows) found.push(...batch);
  return found;
}

async function failure(promise: Promise<unknown>): Promise<SpillwayError> {
  const thrown: unknown = await promise.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  if (!(thrown instanceof SpillwayError)) throw new Error(`no SpillwayError: ${String(thrown)}`, { cause: thrown });
  return thrown;
}

describe("a statement", () => {
  it("gives back its statistics, its types and its rows", async () => {
    const access = accessFor(endpoint);
    const sql =
      "select 'a' as t, 7 as i, cast(8 as bigint) as b, 0.5::double as d, true as f, timestamp '2026-09-14 08:12:41.5' as at, null as n, '' as e";
    const execution = await run(sql);
    expect(execution.statistics).toEqual({ scannedBytes, engineMs: 420, queueMs: 35, totalMs: 500, reused: false });
    expect(execution.output).toMatch(new RegExp(`^s3://${resultBucket}/results/[0-9a-f-]{36}\\.csv$`));
    const result = await readResult(access, execution);
    expect(result.columns.map(({ type }) => type)).toEqual([
      "varchar",
      "integer",
      "bigint",
      "double",
      "boolean",
      "timestamp",
      "integer",
      "varchar",
    ]);
    expect(await rows(access, execution)).toEqual([
      ["a", "7", "8", "0.5", "true", "2026-09-14 08:12:41.500", null, ""],
    ]);
  });

  it("says where and how it wants to run", async () => {
    set({ workgroups: { analysts: {} } });
    await run("select 1", {
      workgroup: "analysts",
      output: `s3://${resultBucket}/mine`,
      catalog: "AwsDataCatalog",
      reuseMinutes: 60,
    });
    const input = endpoint.athena.requests.find(({ operation }) => operation === "StartQueryExecution")?.input;
    expect(input).toMatchObject({
      WorkGroup: "analysts",
      QueryExecutionContext: { Database: "spillway", Catalog: "AwsDataCatalog" },
      ResultConfiguration: { OutputLocation: `s3://${resultBucket}/mine/` },
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 60 } },
    });
    expect(String(input?.["ClientRequestToken"])).toHaveLength(36);
  });

  it("is one statement though its start was throttled and answered by errors", async () => {
    set({
      fault: ({ operation }, count) =>
        count <= 3 && operation !== "GetQueryResults"
          ? {
              code: ["ThrottlingException", "TooManyRequestsException", "InternalServerException"][count - 1] ?? "",
              status: count === 3 ? 500 : 400,
            }
          : undefined,
    });
    await run("select 1");
    const tokens = endpoint.athena.requests
      .filter(({ operation }) => operation === "StartQueryExecution")
      .map(({ input }) => input["ClientRequestToken"]);
    expect(tokens).toHaveLength(4);
    expect(new Set(tokens).size).toBe(1);
    expect(endpoint.athena.queries).toHaveLength(1);
    // three refusals, and at least one look that found it
    expect(endpoint.athena.count("GetQueryExecution")).toBeGreaterThan(3);
  });

  it("is looked at until it ends", async () => {
    set({ behaviour: () => ({ looks: 4 }) });
    const states: string[] = [];
    await runStatement(
      accessFor(endpoint),
      { sql: "select 1", title: "t" },
      { onProgress: (state) => states.push(state) },
    );
    expect(states).toEqual(["QUEUED", "RUNNING", "RUNNING", "RUNNING", "SUCCEEDED"]);
  });

  it("takes an earlier result again where that is asked for", async () => {
    await run("select 1 as n", { reuseMinutes: 5 });
    const again = await run("select 1 as n", { reuseMinutes: 5 });
    expect(again.statistics).toMatchObject({ reused: true, scannedBytes: 0 });
    expect(await rows(accessFor(endpoint), again)).toEqual([["1"]]);
  });

  it("is stopped on Athena when the signal comes", async () => {
    set({ behaviour: () => ({ endless: true }) });
    const stop = new AbortController();
    const access = accessFor(endpoint);
    const running = runStatement(
      access,
      { sql: "select 1", title: "t" },
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    expect((await failure(running)).code).toBe("interrupted");
    expect(endpoint.athena.count("StopQueryExecution")).toBe(1);
    expect(endpoint.athena.queries[0]?.stop.signal.aborted).toBe(true);
  });

  it("is stopped when it has scanned more than is allowed", async () => {
    set({ behaviour: () => ({ endless: true, scanned: [10, 1000, 5000] }) });
    const running = runStatement(accessFor(endpoint), { sql: "select 1", title: "denials" }, { maxScanBytes: 2000 });
    const error = await failure(running);
    expect(error.code).toBe("scan-limit");
    expect(error.message).toContain("denials was stopped: Athena has scanned 5,000 bytes");
    expect(endpoint.athena.count("StopQueryExecution")).toBe(1);
  });
});

describe("a result", () => {
  it("is read in one piece from the bucket, though it has more rows than a page", async () => {
    const access = accessFor(endpoint);
    const execution = await run("select range as n, 'row ' || range as t from range(10000)");
    const found = await rows(access, execution);
    expect(found).toHaveLength(10_000);
    expect(found.at(-1)).toEqual(["9999", "row 9999"]);
    expect(endpoint.athena.count("GetQueryResults")).toBe(1);
    expect(endpoint.s3.count("get")).toBe(1);
  });

  it("goes on where a connection broke off", async () => {
    const access = accessFor(endpoint);
    const execution = await run("select range as n, repeat('é', 50) as t from range(5000)");
    endpoint.s3.options = {
      ...endpoint.s3.options,
      fault: (_, count) => (count <= 3 ? { type: "truncate" } : undefined),
    };
    const found = await rows(access, execution);
    expect(found).toEqual(Array.from({ length: 5000 }, (_, n) => [String(n), "é".repeat(50)]));
    expect(endpoint.s3.requests.map(({ headers }) => headers.range !== undefined)).toEqual([false, true, true, true]);
    expect(endpoint.s3.requests.slice(1).every(({ headers }) => headers["if-match"] !== undefined)).toBe(true);
  });

  it("comes page by page where Athena keeps the results itself", async () => {
    set({ workgroups: { primary: { managedResults: true } } });
    const access = accessFor(endpoint);
    const execution = await run("select range as n from range(2500)");
    expect(execution.output).toBeNull();
    expect(await rows(access, execution)).toEqual(Array.from({ length: 2500 }, (_, n) => [String(n)]));
  });

  it("of no rows has its columns all the same", async () => {
    const access = accessFor(endpoint);
    const result = await readResult(access, await run("select 1 as n where false"));
    expect(result.columns).toEqual([{ name: "n", type: "integer" }]);
    expect(await rows(access, await run("select 1 as n where false"))).toEqual([]);
  });

  it("that may not be read says which permission is missing", async () => {
    const execution = await run("select 1");
    endpoint.s3.options = {
      ...endpoint.s3.options,
      fault: () => ({ type: "error", status: 403, code: "AccessDenied", message: "Access Denied" }),
    };
    const error = await failure(rows(accessFor(endpoint), execution));
    expect(error.message).toContain(`not allowed to read the result at s3://${resultBucket}/results/`);
    expect(error.next).toContain("s3:GetObject");
  });

  it("that somebody deleted is an error, not an empty result", async () => {
    const execution = await run("select 1");
    endpoint.s3.objects.clear();
    expect((await failure(rows(accessFor(endpoint), execution))).message).toContain("cannot read the result");
  });
});

describe("what goes wrong", () => {
  it.each([
    [
      "a workgroup without a place for results",
      { analysts: {} },
      "config",
      "has no place for results",
      "--athena-output",
    ],
    ["an unknown workgroup", {}, "config", "there is no workgroup analysts", "--athena-workgroup"],
    ["a disabled workgroup", { analysts: { disabled: true } }, "config", "is disabled", "Enable it"],
  ])("%s", async (_, workgroups, code, message, next) => {
    set({ workgroups });
    const error = await failure(run("select 1", { workgroup: "analysts" }));
    expect(error).toMatchObject({ code, exitCode: 2 });
    expect(error.message).toContain(message);
    expect(error.next).toContain(next);
  });

  it("a missing table", async () => {
    const error = await failure(run("select *\nfrom nowhere"));
    expect(error.code).toBe("sql");
    expect(error.message).toMatch(
      /^the test failed on Athena at line 2, column 6: TABLE_NOT_FOUND: .*nowhere' does not exist \(query [0-9a-f-]{36}\)$/,
    );
    expect(error.next).toContain("--athena-database");
  });

  it("a mistake in the statement", async () => {
    const error = await failure(run("select missing from (select 1 as n) as t"));
    expect(error).toMatchObject({ code: "sql", exitCode: 1 });
    expect(error.message).toContain("at line 1, column 8");
  });

  it.each([
    ["GENERIC_INTERNAL_ERROR: something broke", true, "engine", "run it again"],
    ["Query exhausted resources at this scale factor", false, "engine", "fewer days"],
    [
      "Access denied when writing output to url: s3://x/y. Please ensure you are allowed to access the S3 bucket.",
      false,
      "engine",
      "s3:PutObject",
    ],
    ["Insufficient permissions to execute the query.", false, "engine", "glue:GetTable"],
    ["", false, "engine", "console"],
  ])("FAILED with %j", async (reason, retryable, code, next) => {
    set({ behaviour: () => ({ fails: reason, retryable }) });
    const error = await failure(run("select 1"));
    expect(error.code).toBe(code);
    expect(error.next).toContain(next);
    expect(endpoint.athena.count("StopQueryExecution")).toBe(0);
  });

  it("CANCELLED by somebody else", async () => {
    set({ behaviour: () => ({ cancelled: "Query cancelled by user" }) });
    expect((await failure(run("select 1"))).message).toContain("was cancelled on Athena");
  });

  it("the workgroup's own limit", async () => {
    set({ workgroups: { primary: { output: `s3://${resultBucket}/r/`, cutoffBytes: 1000 } } });
    expect((await failure(run("select 1"))).code).toBe("scan-limit");
  });

  it("credentials that Athena does not accept", async () => {
    set({ accessKeys: ["AKOTHER"] });
    expect((await failure(run("select 1"))).code).toBe("credentials");
  });

  it("no credentials at all", async () => {
    delete process.env["AWS_ACCESS_KEY_ID"];
    delete process.env["AWS_SECRET_ACCESS_KEY"];
    const error = await failure(run("select 1"));
    expect(error.code).toBe("credentials");
    expect(error.message).toContain("no AWS credentials were found");
  });

  it("a missing permission, by the name that IAM gives it", async () => {
    set({
      fault: ({ operation }) =>
        operation === "StartQueryExecution"
          ? {
              code: "AccessDeniedException",
              message:
                "User: arn:aws:iam::111122223333:user/a is not authorized to perform: athena:StartQueryExecution on resource: arn:aws:athena:eu-west-1:111122223333:workgroup/primary",
            }
          : undefined,
    });
    const error = await failure(run("select 1"));
    expect(error.message).toContain("athena:StartQueryExecution is missing");
  });

  it("an endpoint where nobody listens", async () => {
    const error = await failure(run("select 1", { endpoint: "http://127.0.0.1:9" }));
    expect(error.code).toBe("engine");
    expect(error.message).toContain("cannot reach http://127.0.0.1:9");
  });

  it("options that cannot be meant", () => {
    expect(() => accessFor(endpoint, { output: "results" })).toThrow("results is not a place for results");
    expect(() => accessFor(endpoint, { reuseMinutes: 20_000 })).toThrow("not an age for results");
    expect(() => accessFor(endpoint, { endpoint: "athena" })).toThrow("not an endpoint");
  });
});

describe("the wait between two looks", () => {
  it("is what the environment says, unless the caller does", () => {
    const env = { SPILLWAY_ATHENA_POLL_MS: "7000" };
    expect(athenaAccess({}, env).poll).toEqual({ firstMs: 7000, mostMs: 7000 });
    expect(athenaAccess({ poll: { firstMs: 1, mostMs: 2 } }, env).poll).toEqual({ firstMs: 1, mostMs: 2 });
    expect(athenaAccess({}, { SPILLWAY_ATHENA_POLL_MS: "" }).poll).toEqual(athenaAccess({}).poll);
  });

  it.each(["0", "soon", "-5", "1.5"])("is refused as %s", (text) => {
    expect(() => athenaAccess({}, { SPILLWAY_ATHENA_POLL_MS: text })).toThrow("not a number of milliseconds");
  });
});

describe("what the catalog knows", () => {
  it("a workgroup", async () => {
    set({ workgroups: { primary: { output: "s3://result-bucket/r/", enforced: true, cutoffBytes: 5_000_000_000 } } });
    expect(await describeWorkgroup(accessFor(endpoint))).toEqual({
      name: "primary",
      enabled: true,
      output: "s3://result-bucket/r/",
      enforced: true,
      managedResults: false,
      cutoffBytes: 5_000_000_000,
      engineVersion: "Athena engine version 3",
    });
  });

  it("a table, and that there is none", async () => {
    set({
      tables: {
        logs: {
          Columns: [{ Name: "eventtime", Type: "string" }],
          PartitionKeys: [{ Name: "day", Type: "string" }],
          Parameters: { location: "s3://b/p" },
        },
      },
    });
    expect(await describeTable(accessFor(endpoint), "logs")).toEqual({
      name: "logs",
      columns: [{ name: "eventtime", type: "string" }],
      partitions: [{ name: "day", type: "string" }],
      parameters: { location: "s3://b/p" },
    });
    expect((await failure(describeTable(accessFor(endpoint), "other"))).message).toContain(
      "no table other in the database spillway",
    );
  });
});

describe("UNLOAD", () => {
  it("leaves Parquet files below an empty prefix", async () => {
    const unload =
      "UNLOAD (select 'x' as name, cast(1 as bigint) as n, timestamp '2026-09-14 00:00:00' as at, '2026/09/14' as day union all select null, 2, null, '2026/09/15') TO 's3://result-bucket/copy/' WITH (format = 'PARQUET', compression = 'SNAPPY', partitioned_by = ARRAY['day'])";
    await run(unload);
    const keys = [...endpoint.s3.objects.keys()].filter((key) => key.startsWith("copy/"));
    expect(keys.map((key) => key.replace(/[^/]+$/, ""))).toEqual([
      "copy/day=2026%2F09%2F14/",
      "copy/day=2026%2F09%2F15/",
    ]);
    for (const key of keys) expect(endpoint.s3.objects.get(key)?.body.subarray(0, 4).toString()).toBe("PAR1");
    expect((await failure(run(unload))).message).toContain("HIVE_PATH_ALREADY_EXISTS");
  });
});
