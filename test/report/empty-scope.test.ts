/** The warning of a warehouse without any call: an empty report is not a clean month. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";

const folder = temporaryFolder();
const said = /^warning: no inference data was read: .*\n.*the trail logs them.*spillway report coverage\n/m;

it("a warehouse that holds no call says so beside every report, until one is read", { timeout: 60_000 }, async () => {
  const [logs, warehouse] = [join(folder, "logs"), join(folder, "w.duckdb")];
  const other = { ...bedrockRecord(1), eventSource: "s3.amazonaws.com", eventName: "PutObject" };
  putFile(logPath(logs, "First"), gzipLog([other]));
  const ingest = async (): Promise<void> =>
    expect((await runCli(["ingest", logs, "--warehouse", warehouse])).code).toBe(0);
  await ingest();
  for (const args of [["report"], ["report", "denials"], ["report", "denials", "--from", "2026-09-01"]]) {
    const { code, stderr } = await runCli([...args, "--warehouse", warehouse]);
    expect([code, stderr.match(/no call in the warehouse/)]).toEqual([0, null]);
    expect(stderr).toMatch(said);
  }
  putFile(logPath(logs, "Second"), gzipLog([bedrockRecord(2)]));
  await ingest();
  expect((await runCli(["report", "denials", "--warehouse", warehouse])).stderr).not.toMatch(said);
});
