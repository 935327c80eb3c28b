/** A run over sources of several kinds, each with its own keys of the config. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { RunReport } from "../../src/run/run-report.ts";
import { account, makeHistory, startHistory, useLookupCredentials } from "../support/event-history.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { putSoundFiles } from "../support/trail-files.ts";

const folder = temporaryFolder();

it("a folder and an event history meet in the same tables, and count apart", { timeout: 60_000 }, async () => {
  await using server = await startHistory();
  useLookupCredentials(server);
  server.options = { accounts: { AKTEST: account }, now: () => new Date("2026-09-20T06:00:00Z") };
  server.add(account, "eu-west-1", makeHistory({ region: "eu-west-1", count: 12 }));
  putSoundFiles(join(folder, "logs"));
  mkdirSync(join(folder, "out"));
  const sources = [
    "logs",
    { source: "lookup-events:eu-west-1", cloudtrailEndpoint: server.endpoint, lookBackDays: 80 },
  ];
  const config = join(folder, "spillway.json");
  writeFileSync(config, JSON.stringify({ warehouse: "w.duckdb", sources, reportFile: "run.json" }));
  const run = await runCli(["run", "--config", config]);
  expect(run.stderr).not.toContain("error:");
  expect(run.code).toBe(0);
  // what our own run report is
  const report = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunReport;
  expect(report.sources.map(({ name, bedrockEvents }) => [name, bedrockEvents])).toEqual([
    [join(folder, "logs"), 4],
    ["lookup-events:eu-west-1", 12],
  ]);
  for (const { listed, known, loaded, skipped, quarantined } of report.sources)
    expect(listed).toBe(known + loaded + skipped + quarantined);
  expect(await queryRows(join(folder, "w.duckdb"), "select count(*)::int as n from event")).toEqual([{ n: 15 }]);
});
