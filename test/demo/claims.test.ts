/** Over the demo's complete weeks the boundary is met for one and not met for another: the claims do say something. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import type { Claim } from "../../src/report/claims.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const folder = temporaryFolder();
const warehouse = join(folder, "w.duckdb");
/** Two whole weeks of one account and Region: its logs are all there, and every served Region is known. */
const weeks = ["--from", "2026-09-01", "--to", "2026-09-15", "--account", "111122223333", "--region", "eu-central-1"];

beforeAll(async () => {
  await writeDemoOrganization(join(folder, "logs"));
  await runCli(["ingest", join(folder, "logs"), "--warehouse", warehouse]);
}, 60_000);

async function claims(...args: string[]): Promise<Record<string, Claim>> {
  const run = await runCli(["report", "claims", "--warehouse", warehouse, "--format", "json", ...args]);
  expect(run.code, run.stderr).toBe(0);
  // our own JSON
  const rows = JSON.parse(run.stdout) as Claim[];
  return Object.fromEntries(rows.map((row) => [row.claim, row]));
}

describe("the demo's complete weeks", { timeout: 60_000 }, () => {
  it("keep a boundary around all Regions that served, and not one without the Regions outside", async () => {
    const where = "account_id = '111122223333' and source_region = 'eu-central-1' and outcome = 'served'";
    const served = await queryRows(
      warehouse,
      `select served_region as r, count(*) as n from invocation where ${where} group by 1 order by 1`,
    );
    const regions = served.map(({ r }) => String(r));
    const total = served.reduce((sum, { n }) => sum + Number(n), 0);
    const all = await claims("--boundary", regions.join(","), ...weeks);
    expect(all["inside-boundary"]).toMatchObject({ outcome: "met", missing: null });
    expect(all["inside-boundary"]?.numbers).toBe(
      `processed outside: 0 of ${total} served calls; in an unknown Region: 0`,
    );
    expect(all["complete"]?.outcome).toBe("met");
    const outside = served.filter(({ r }) => String(r) !== regions[0]).reduce((sum, { n }) => sum + Number(n), 0);
    const one = await claims("--boundary", regions[0] ?? "", ...weeks);
    expect(one["inside-boundary"]).toMatchObject({ outcome: "not met" });
    expect(one["inside-boundary"]?.numbers).toContain(`processed outside: ${outside} of ${total}`);
    const args = ["report", "--warehouse", warehouse, "--strict", "--fail-on", "boundary", ...weeks];
    expect((await runCli([...args, "--boundary", regions.join(",")])).code).toBe(0);
    expect((await runCli([...args, "--boundary", regions[0] ?? ""])).code).toBe(3);
  });

  it("lose it with one day without a log file, and with one unknown Region", async () => {
    const gap = await claims(
      "--boundary",
      "us",
      "--from",
      "2026-09-07",
      "--to",
      "2026-09-08",
      "--account",
      "222233334444",
    );
    expect(gap["complete"]).toMatchObject({ outcome: "not shown" });
    expect(gap["complete"]?.missing).toContain("222233334444 eu-central-1");
    const unknown = await claims("--from", "2026-09-01", "--to", "2026-09-15", "--account", "222233334444");
    expect(unknown["regions-known"]).toMatchObject({ outcome: "not shown" });
  });
});
