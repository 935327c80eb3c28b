/** The files of a run are those that `spillway report --output` writes, byte by byte, in every format. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { formatNames, formatTraits } from "../../src/report/formats/names.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const names = ["spillover-by-region", "denials", "boundary-violations", "claims", "coverage", "first-seen"];
const range = { from: "2026-09-02", to: "2026-09-13" };

const run = async (reports: object): Promise<{ code: number; stderr: string }> => {
  writeFileSync(
    at("spillway.json"),
    JSON.stringify({ warehouse: "w.duckdb", sources: ["logs"], boundary: "eu", scope: range, reports: [reports] }),
  );
  return await runCli(["run", "--config", at("spillway.json")]);
};

async function reported(name: string, format: string, file: string, more: readonly string[] = []): Promise<Buffer> {
  const scope = ["--boundary", "eu", "--from", range.from, "--to", range.to];
  const args = ["report", name, "--warehouse", at("w.duckdb"), ...scope, "--format", format, "--output", file, ...more];
  const { code, stderr } = await runCli(args);
  expect([code, stderr]).toEqual([0, expect.stringContaining("wrote")]);
  return readFileSync(file);
}

describe("a run's reports", { timeout: 240_000 }, () => {
  beforeAll(async () => {
    await writeDemoOrganization(at("logs"));
    mkdirSync(at("reported"));
  }, 60_000);

  it("are the bytes of the same report in the same format, and nothing else lies beside them", async () => {
    const { code, stderr } = await run({ name: names, format: formatNames, output: "out" });
    expect([code, stderr]).toEqual([0, expect.stringContaining("wrote")]);
    const files = names.flatMap((name) => formatNames.map((format) => `${name}.${formatTraits[format].extension}`));
    expect(readdirSync(at("out")).toSorted()).toEqual(files.toSorted());
    for (const name of names) {
      for (const format of formatNames) {
        const file = `${name}.${formatTraits[format].extension}`;
        const wanted = await reported(name, format, at(`reported/${file}`));
        expect(readFileSync(at(`out/${file}`)).equals(wanted), file).toBe(true);
      }
    }
    expect(readFileSync(at("out/claims.parquet")).includes("run_id"), "Parquet says what it is").toBe(true);
  });

  it("have an envelope where the config wants one, around JSON alone", async () => {
    expect((await run({ name: "denials", format: ["json", "csv"], envelope: true, output: "enveloped" })).code).toBe(0);
    const json = readFileSync(at("enveloped/denials.json"));
    expect(json.equals(await reported("denials", "json", at("reported/e.json"), ["--envelope"]))).toBe(true);
    expect(JSON.parse(json.toString())).toMatchObject({ spillway: { report: "denials", boundary: { name: "eu" } } });
    const csv = readFileSync(at("enveloped/denials.csv"));
    expect(csv.equals(await reported("denials", "csv", at("reported/e.csv")))).toBe(true);
    const { code, stderr } = await run({ name: "denials", format: "csv", envelope: true, output: "none" });
    expect(code).toBe(2);
    expect(stderr).toContain("an envelope is for json, and the reports in");
    expect(stderr).toContain('Add "json" to their format');
    expect(existsSync(at("none"))).toBe(false);
  });
});
