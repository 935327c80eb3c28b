/** The boundary views of the warehouse have the rows of their reports, for every boundary of the table. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const folder = temporaryFolder();
const warehouse = join(folder, "w.duckdb");

it("each view is its report, boundary by boundary", { timeout: 120_000 }, async () => {
  await writeDemoOrganization(join(folder, "logs"), { seed: 4242 });
  expect((await runCli(["ingest", join(folder, "logs"), "--warehouse", warehouse])).code).toBe(0);
  const names = (await queryRows(warehouse, "select distinct name from boundary order by 1")).map(({ name }) =>
    String(name),
  );
  expect(names.length).toBeGreaterThan(2);
  let rows = 0;
  for (const report of ["boundary-timeline", "boundary-violations"]) {
    for (const name of names) {
      const view = `select * exclude (boundary) from ${report.replaceAll("-", "_")} where boundary = '${name}' order by all`;
      const args = ["report", report, "--boundary", name, "--warehouse", warehouse, "--format", "json"];
      const { stdout } = await runCli(args);
      // what our own JSON format wrote: an array of objects
      const reported = JSON.parse(stdout) as Record<string, unknown>[];
      const sorted = (all: readonly object[]): string[] => all.map((row) => JSON.stringify(row)).toSorted();
      expect(sorted(await queryRows(warehouse, view)), `${report} ${name}`).toEqual(sorted(reported));
      rows += reported.length;
    }
  }
  expect(rows).toBeGreaterThan(50);
});
