/** The config: what is accepted, who wins, and what is said about a mistake. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addSourceFlags } from "../../src/cli/flags/source.ts";
import { envValues, variableOf } from "../../src/config/env.ts";
import { configurationGuide } from "../../scripts/configuration-guide.ts";
import { configJsonSchema, keyPaths } from "../../src/config/json-schema.ts";
import { type ConfigRequest, loadConfig } from "../../src/config/load.ts";
import { distance, nearest } from "../../src/nearest.ts";
import { SpillwayError } from "../../src/errors.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { putFile, putSoundFiles } from "../support/trail-files.ts";

const folder = temporaryFolder();
let files = 0;

function configFile(content: unknown): string {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return putFile(join(folder, String(files++), "spillway.json"), text);
}

function load(content: unknown, request: Partial<ConfigRequest> = {}): ReturnType<typeof loadConfig>["config"] {
  return loadConfig({ file: configFile(content), env: {}, ...request }).config;
}

function problemWith(content: unknown, request: Partial<ConfigRequest> = {}): string {
  try {
    load(content, request);
  } catch (error) {
    if (error instanceof SpillwayError) {
      expect(error.exitCode).toBe(2);
      return error.message;
    }
    throw error;
  }
  throw new Error("the config was accepted");
}

describe("what is shipped", () => {
  it("the JSON Schema says what the schema says", () => {
    const shipped: unknown = JSON.parse(
      readFileSync(new URL("../../schema/spillway.schema.json", import.meta.url), "utf8"),
    );
    expect(shipped).toEqual(configJsonSchema());
  });

  it("docs/configuration.md is the one that the schema makes, and names every key", () => {
    const guide = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
    expect(guide).toBe(configurationGuide());
    for (const path of keyPaths(configJsonSchema())) {
      expect(guide).toContain(`\`${path.slice(path.lastIndexOf(".") + 1)}\``);
    }
  });

  it("the guide's example is a sound config", async () => {
    const guide = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
    const example = /```json\n([^`]+)```/.exec(guide)?.[1] ?? "";
    expect((await runCli(["config", "check", "--config", configFile(example)])).code).toBe(0);
  });

  it("a source has a key for every flag of `spillway ingest` that is about sources", () => {
    const command = new Command();
    addSourceFlags(command);
    const keys = keyPaths(configJsonSchema());
    for (const option of command.options) expect(keys).toContain(`sources[].${option.attributeName()}`);
  });

  it("every key has a meaning", () => {
    const schema = configJsonSchema();
    for (const [key, inner] of Object.entries(schema.properties ?? {})) {
      expect(`${key}: ${inner.description ?? ""}`).toMatch(/: .+/);
    }
  });
});

describe("who wins", () => {
  it("flags over environment over file over defaults", () => {
    const file = { warehouse: "file.duckdb", boundary: "eu", threads: 2 };
    const env = { SPILLWAY_WAREHOUSE: "env.duckdb", SPILLWAY_BOUNDARY: "us" };
    const config = load(file, { env, flags: { boundary: "uk", strict: undefined } });
    expect(config).toMatchObject({
      warehouse: "env.duckdb",
      boundary: "uk",
      threads: 2,
      strict: false,
      maxObjectMb: 512,
    });
  });

  it("lists, numbers, truths and objects of the environment", () => {
    const env = {
      SPILLWAY_SOURCES: "./a, s3://bucket/prefix",
      SPILLWAY_FAIL_ON: '["boundary"]',
      SPILLWAY_STRICT: "1",
      SPILLWAY_RETENTION_DAYS: "400",
      SPILLWAY_SCOPE: '{"lastDays": 30}',
      SPILLWAY_METRICS_FILE: "",
    };
    const config = load({}, { env });
    expect(config).toMatchObject({
      sources: ["./a", "s3://bucket/prefix"],
      failOn: ["boundary"],
      strict: true,
      retentionDays: 400,
      scope: { lastDays: 30 },
    });
    expect(config.metricsFile).toBeUndefined();
  });

  it("relative paths of the file count from its folder, others are left alone", () => {
    const path = configFile({
      warehouse: "w.duckdb",
      sources: ["logs", { source: "more/logs" }, { source: "s3://bucket/prefix" }, "lookup-events:eu-west-1"],
      reports: [{ output: "reports" }, { output: "s3://bucket/reports" }],
      reportFile: "/var/run.json",
    });
    const { config } = loadConfig({ file: path, env: {}, flags: { metricsFile: "m.prom" } });
    const from = (name: string): string => resolve(path, "..", name);
    expect(config).toMatchObject({
      warehouse: from("w.duckdb"),
      sources: [
        from("logs"),
        { source: from("more/logs") },
        { source: "s3://bucket/prefix" },
        "lookup-events:eu-west-1",
      ],
      reports: [{ output: from("reports") }, { output: "s3://bucket/reports" }],
      reportFile: "/var/run.json",
      metricsFile: "m.prom",
    });
  });
});

describe("a mistake", () => {
  it.each([
    [{ wharehouse: "w" }, "unknown key wharehouse; the nearest known one is warehouse"],
    [
      { sources: ["a", { source: "s3://b", regoin: ["x"] }] },
      "unknown key sources[1].regoin; the nearest known one is sources[].region",
    ],
    [
      { reports: [{ output: "o", fromat: "csv" }] },
      "unknown key reports[0].fromat; the nearest known one is reports[].format",
    ],
    // spelt right, in the wrong place
    [{ roleArn: ["x"] }, "unknown key roleArn; the nearest known one is sources[].roleArn"],
    [{ qqqqqqqqqqqq: 1 }, "unknown key qqqqqqqqqqqq"],
    [{ strict: "yes" }, "strict: expected boolean, received string"],
    [{ sources: [3] }, "sources[0]: expected string, received number, or expected object, received number"],
    [{ sources: [{ region: ["a"] }] }, "sources[0].source: expected string, received undefined"],
    [{ reports: [{ output: "o", lastDays: 0 }] }, "reports[0].lastDays: Too small"],
    [{ expected: [{ region: ["eu-west-1"] }] }, "expected[0]: give either account, a list, or organization: true"],
    [
      { expected: [{ account: ["111122223333"], organization: true, region: ["eu-west-1"] }] },
      "expected[0]: give either account",
    ],
    [
      { expected: [{ account: ["111122223333"], region: ["eu-west-1"], profile: "p", except: ["222233334444"] }] },
      "expected[0]: except goes with organization: true",
    ],
    [{ expected: [{ organization: false, region: ["eu-west-1"] }] }, "expected[0].organization: expected true"],
    [{ failOn: ["all"] }, "failOn[0]: expected one of"],
    [{ scope: { from: "yesterday" } }, "scope.from: write a day as YYYY-MM-DD"],
  ])("%j is named", (content, message) => {
    const problem = problemWith(content);
    expect(problem).toContain(message);
    if (message.endsWith("q")) expect(problem).not.toContain("nearest");
  });

  it("and every other one in the same line", () => {
    const problem = problemWith({ wharehouse: 1, strict: 2 }, { env: { SPILLWAY_BOUNDRY: "eu" } });
    expect(problem).toMatch(/SPILLWAY_BOUNDRY; the nearest known one is SPILLWAY_BOUNDARY/);
    expect(problem).toMatch(/wharehouse/);
    expect(problem).toMatch(/strict: expected boolean/);
  });

  it("no JSON, no object, no file", () => {
    expect(problemWith("{,}")).toMatch(/is not JSON/);
    expect(problemWith("[]")).toMatch(/holds no JSON object/);
    expect(() => loadConfig({ file: join(folder, "none.json"), env: {} })).toThrow(
      /cannot read the config .*none\.json/,
    );
  });

  it("is not what Kubernetes puts into the environment of a Service named spillway", () => {
    const env = {
      SPILLWAY_SERVICE_HOST: "10.0.0.1",
      SPILLWAY_SERVICE_PORT_HTTP: "80",
      SPILLWAY_PORT: "tcp://10.0.0.1:80",
      SPILLWAY_PORT_80_TCP_ADDR: "10.0.0.1",
      SPILLWAY_PSEUDONYMISE_KEY: "secret",
    };
    expect(envValues(env, configJsonSchema())).toEqual({ values: {}, problems: [] });
  });

  it("never prints a secret: no key takes one", async () => {
    const run = await runCli(
      ["config", "check", "--config", configFile({ sources: ["s3://logs"], personalData: "pseudonymise" })],
      {
        SPILLWAY_PSEUDONYMISE_KEY: "a long random secret of a test",
      },
    );
    expect(run.code).toBe(0);
    expect(run.stdout + run.stderr).not.toContain("a long random secret");
  });
});

describe("spillway config check", () => {
  it("prints the effective config", async () => {
    const run = await runCli(["config", "check", "--config", configFile({ sources: ["s3://logs"], boundary: "eu" })], {
      SPILLWAY_STRICT: "true",
    });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      boundary: "eu",
      strict: true,
      maxObjectMb: 512,
      sources: ["s3://logs"],
    });
  });

  it.each([
    [{ boundary: "atlantis" }, /unknown boundary "atlantis"/],
    [{ reports: [{ output: "o", name: "spilover" }] }, /no report named "spilover"/],
    [{ reports: [{ output: "o", name: "boundary-violations" }] }, /compares with a boundary, and there is none/],
    [
      { reports: [{ output: "o", name: "denials" }, { output: "o" }] },
      /two reports would be written to .*denials\.csv/,
    ],
    [{ failOn: ["boundary"] }, /failOn names boundary, and there is no boundary/],
    [{ sources: [{ source: "logs", region: ["eu-west-1"] }] }, /these keys are for buckets/],
    [{ sources: ["s3://"] }, /not an S3 address/],
    [{ sources: ["gs://logs"] }, /gs:\/\/logs is not a source that Spillway knows\n/],
    [{ sources: ["lookup-events:eu-wst-1"] }, /no Region eu-wst-1\nDid you mean eu-west-1\?/],
    [{ sources: ["athena:logs"] }, /athena:logs names no table with its database/],
    [
      { sources: [{ source: "athena:db.logs", maxScan: "much" }] },
      /sources\[0\]\.maxScan: .*write it as 10GB, or a number of bytes/,
    ],
    [
      { sources: [{ source: "s3://logs", athenaWorkgroup: "w" }] },
      /these keys are for athena tables, and s3:\/\/logs is not one: athenaWorkgroup\nLeave them out/,
    ],
    [
      { sources: [{ source: "logs", lookBackDays: 3 }] },
      /these keys are for buckets and .* and .*logs is not one: lookBackDays\nA folder is always read as a whole/,
    ],
    [{ sources: [{ source: "s3://logs", from: "2026-02-30" }] }, /sources\[0\]\.from: there is no such day/],
    [{ sources: [{ source: "s3://logs", to: "tomorrow" }] }, /sources\[0\]\.to: write a day as YYYY-MM-DD\n/],
    [{ scope: { from: "2026-09-02", to: "2026-09-01" } }, /from 2026-09-02 is not before to 2026-09-01\nSwap them/],
    [{ scope: { account: ["12"] } }, /scope\.account\[0\]: account ids have 12 digits/],
  ])("%j exits with 2", async (content, message) => {
    const run = await runCli(["config", "check", "--config", configFile(content)]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
    expect(run.stdout).toBe("");
  });
});

it("the other commands take the warehouse from it, and a flag wins", { timeout: 60_000 }, async () => {
  const logs = join(folder, "logs");
  putSoundFiles(logs);
  const config = configFile({ warehouse: "configured.duckdb" });
  const ingest = await runCli(["ingest", logs, "--config", config]);
  expect(ingest.stderr).toContain(`published ${resolve(config, "..", "configured.duckdb")}`);
  const query = await runCli(["query", "select count(*) as n from invocation", "--config", config, "--format", "csv"]);
  expect(query.stdout).toBe("n\n3\n");
  const missing = await runCli(["query", "select 1", "--config", config, "--warehouse", join(folder, "other.duckdb")]);
  expect(missing.stderr).toContain("other.duckdb");
  const broken = await runCli(["report", "--config", configFile({ wharehouse: 1 })]);
  expect(broken.code).toBe(2);
});

it("a variable's name comes from its key", () => {
  expect(["warehouse", "maxObjectMb", "failOn"].map(variableOf)).toEqual([
    "SPILLWAY_WAREHOUSE",
    "SPILLWAY_MAX_OBJECT_MB",
    "SPILLWAY_FAIL_ON",
  ]);
});

describe("the nearest name", () => {
  it("edits are counted alike in both directions, and never exceed the longer name", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(distance(a, b)).toBe(distance(b, a));
        expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance(a, b) === 0).toBe(a === b);
      }),
    );
  });

  it("is found for a name with one letter lost, doubled or exchanged", () => {
    const names = [...new Set(keyPaths(configJsonSchema()).map((path) => path.slice(path.lastIndexOf(".") + 1)))];
    const isLonely = (name: string): boolean =>
      names.every((other) => other === name || distance(name.toLowerCase(), other.toLowerCase()) > 2);
    const long = names.filter((name) => name.length >= 6 && isLonely(name));
    expect(long.length).toBeGreaterThan(10);
    fc.assert(
      fc.property(fc.constantFrom(...long), fc.nat(), (name, at) => {
        const place = at % name.length;
        expect(nearest(name.slice(0, place) + name.slice(place + 1), long)).toBe(name);
        expect(nearest(name.slice(0, place + 1) + name.slice(place), long)).toBe(name);
      }),
    );
  });
});

describe("verify", () => {
  it("is true or an object, whose files count from the config's folder", () => {
    const file = configFile({ verify: { publicKeys: ["keys.json", "/abs.json"], signatures: ["s.csv"] } });
    const { verify } = loadConfig({ file, env: {} }).config;
    expect(verify).toEqual({
      publicKeys: [resolve(file, "..", "keys.json"), "/abs.json"],
      signatures: [resolve(file, "..", "s.csv")],
    });
    expect(load({}).verify).toBe(false);
    expect(load({ verify: true }).verify).toBe(true);
  });

  it("can be set by the environment", () => {
    expect(load({}, { env: { SPILLWAY_VERIFY: "1" } }).verify).toBe(true);
    const text = '{"cloudtrailEndpoint":"http://127.0.0.1:1"}';
    expect(load({}, { env: { SPILLWAY_VERIFY: text } }).verify).toEqual({ cloudtrailEndpoint: "http://127.0.0.1:1" });
    expect(problemWith({ verify: { publicKey: [] } })).toMatch(/publicKey/);
  });
});
