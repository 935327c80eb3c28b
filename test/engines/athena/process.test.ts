/** What only a process of its own shows: a signal that cancels on the server, and a result larger than its memory. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type AthenaEndpoint, startEndpoint } from "../../support/athena-endpoint.ts";
import { type SpawnedCli, spawnCli } from "../../support/spawn-cli.ts";
import { useTestCredentials } from "../../support/s3-trail.ts";
import { temporaryFolder } from "../../support/temp-folder.ts";
import { TrinoTestServer } from "../../support/trino-server.ts";

const folder = temporaryFolder();
let endpoint: AthenaEndpoint;

beforeEach(async () => {
  useTestCredentials();
  endpoint = await startEndpoint();
});

afterEach(async () => await endpoint[Symbol.asyncDispose]());

function flags(): string[] {
  const { athena, s3 } = endpoint;
  const place = ["--athena-region", "eu-west-1", "--athena-database", "spillway"];
  return ["--engine", "athena", ...place, "--athena-endpoint", athena.endpoint, "--athena-s3-endpoint", s3.endpoint];
}

/** Sends the signal when the condition holds, unless the process ended before. */
async function signalWhen(cli: SpawnedCli, condition: () => boolean): Promise<void> {
  while (!condition() && cli.child.exitCode === null) await new Promise((done) => setTimeout(done, 20));
  cli.child.kill("SIGINT");
}

it("SIGINT stops the query on Athena", async () => {
  endpoint.athena.options = { ...endpoint.athena.options, behaviour: () => ({ endless: true }) };
  const cli = spawnCli(["report", "denials", ...flags()]);
  await signalWhen(cli, () => endpoint.athena.count("GetQueryExecution") > 1);
  const run = await cli.ended;
  expect(run.stderr).toContain("error: The query was interrupted");
  expect(run).toMatchObject({ code: 1, signal: null });
  expect(endpoint.athena.count("StopQueryExecution")).toBe(1);
  expect(endpoint.athena.queries[0]?.stop.signal.aborted).toBe(true);
});

it("SIGINT cancels the query on Trino", async () => {
  await using server = await TrinoTestServer.start({ endless: true });
  const cli = spawnCli(["report", "denials", "--engine", "trino", "--trino-url", server.url]);
  await signalWhen(cli, () => server.count("GET") > 2);
  const run = await cli.ended;
  expect(run.stderr).toContain("error: The query was interrupted");
  expect(run).toMatchObject({ code: 1, signal: null });
  expect(server.cancelled).toHaveLength(1);
});

it("a result larger than the memory goes through", async () => {
  const rows = 1_000_000;
  const types: Readonly<Record<string, string>> = {
    invocations: "bigint",
    explicit: "boolean",
    first_seen: "timestamp",
    last_seen: "timestamp",
  };
  const names = ["principal", "account_id", "source_region", "denied_region", "denied_by", "explicit", "policy_arn"];
  names.push("invocations", "first_seen", "last_seen", "example_message");
  const columns = names.map((name) => ({ name, type: types[name] ?? "varchar" }));
  const line = `"arn:aws:iam::111122223333:role/apps/invoice-bot",,"eu-west-1",,,,,"12345",,,\n`;
  const body = Buffer.from(`${names.map((name) => `"${name}"`).join(",")}\n${line.repeat(rows)}`);
  endpoint.athena.options = { ...endpoint.athena.options, behaviour: () => ({ csv: { columns, body } }) };
  const file = join(folder, "rows.csv");
  const cli = spawnCli(["report", "denials", "--format", "csv", "--output", file, ...flags()], {
    env: { NODE_OPTIONS: "--max-old-space-size=64" },
  });
  const run = await cli.ended;
  expect(run.stderr).toContain(`wrote ${file}: 1,000,000 rows`);
  expect(run.code).toBe(0);
  expect(body.length).toBeGreaterThan(64 * 2 ** 20);
  let lines = 0;
  for await (const chunk of createReadStream(file)) for (const byte of chunk as Buffer) if (byte === 10) lines++;
  expect(lines).toBe(rows + 1);
});
