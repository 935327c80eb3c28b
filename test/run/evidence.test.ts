/** Evidence packs of a scheduled run: one for each month that is over, made again only when its inputs changed, and then it is a finding. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import type { RunReport } from "../../src/run/run-report.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, putFile } from "../support/trail-files.ts";

useTestCredentials();
const root = temporaryFolder();

interface Place {
  readonly at: (name: string) => string;
  readonly log: (day: string, n: number, changes?: object) => void;
  readonly run: (time: string, ...flags: readonly string[]) => Promise<CliRun>;
  readonly report: () => RunReport;
  readonly packs: () => readonly string[];
  readonly configure: (evidence: object, more?: object) => void;
}

function place(): Place {
  const folder = mkdtempSync(join(root, "place-"));
  mkdirSync(join(folder, "logs"));
  const at = (name: string): string => join(folder, name);
  return {
    at,
    log: (day, n, changes = {}) => {
      const [year, month, date] = day.split("-");
      const name = `111122223333_CloudTrail_eu-central-1_${year}${month}${date}T1000Z_N${String(n).padStart(15, "0")}.json.gz`;
      const file = join(folder, "logs/AWSLogs/111122223333/CloudTrail/eu-central-1", `${year}/${month}/${date}`, name);
      putFile(file, gzipLog([bedrockRecord(n, { eventTime: `${day}T09:59:00Z`, ...changes })]));
    },
    run: async (time, ...flags) => await runCli(["run", "--config", at("spillway.json"), ...flags], {}, time),
    report: () => JSON.parse(readFileSync(at("run.json"), "utf8")) as RunReport,
    packs: () => readdirSync(at("packs")).toSorted(),
    configure: (evidence, more = {}) => {
      const base = { warehouse: "w.duckdb", sources: ["logs"], metricsFile: "spillway.prom", reportFile: "run.json" };
      writeFileSync(at("spillway.json"), JSON.stringify({ ...base, boundary: "eu", evidence, ...more }));
    },
  };
}

it("makes each month that is over once, and again beside it when its logs changed", { timeout: 240_000 }, async () => {
  const here = place();
  here.configure({ output: "packs" }, { failOn: ["evidence"] });
  here.log("2026-08-11", 2);
  here.log("2026-09-12", 3);
  const first = await here.run("2026-09-20T06:00:00Z");
  expect(first.code).toBe(0);
  expect(here.packs()).toEqual(["spillway-eu-2026-08-01-2026-09-01.zip"]);
  expect(here.report().evidence.map(({ outcome }) => outcome)).toEqual(["made"]);
  for (const name of here.packs())
    expect((await runCli(["evidence", "verify", join(here.at("packs"), name)])).stdout).toBe("valid-unsigned\n");
  const before = readFileSync(join(here.at("packs"), here.packs()[0] ?? ""));

  const second = await here.run("2026-09-21T06:00:00Z");
  expect(second.code).toBe(0);
  expect(here.report().evidence.map(({ outcome }) => outcome)).toEqual(["unchanged"]);
  expect(here.packs()).toHaveLength(1);
  expect(readFileSync(here.at("spillway.prom"), "utf8")).toContain(
    'spillway_run_evidence_packs{outcome="unchanged"} 1',
  );

  here.log("2026-08-12", 4, { additionalEventData: { inferenceRegion: "us-east-1" } });
  const third = await here.run("2026-10-02T06:00:00Z");
  expect(third.code).toBe(3);
  expect(third.stderr).toMatch(
    /evidence changed since it was packed: inside-boundary was not shown and is not met, coverage, inputs, rows; see .*rev2\.zip/,
  );
  expect(here.packs()).toEqual([
    "spillway-eu-2026-08-01-2026-09-01-rev2.zip",
    "spillway-eu-2026-08-01-2026-09-01.zip",
    "spillway-eu-2026-09-01-2026-10-01.zip",
  ]);
  // what was handed over stays as it was
  expect(readFileSync(join(here.at("packs"), "spillway-eu-2026-08-01-2026-09-01.zip"))).toEqual(before);
  expect(here.report().findings).toContainEqual(expect.objectContaining({ kind: "evidence", count: 1 }));
  expect(readFileSync(here.at("spillway.prom"), "utf8")).toContain('spillway_run_evidence_packs{outcome="changed"} 1');
  expect((await here.run("2026-10-03T06:00:00Z")).code).toBe(0);
});

it("makes one pack of a range, signed, into a bucket, once it is over", { timeout: 240_000 }, async () => {
  const here = place();
  await using s3 = await S3Server.start({ bucket: "packs", region: "us-east-1" });
  writeFileSync(here.at("key.pem"), generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }));
  const range = { from: "2026-07-15", to: "2026-08-15", sign: "key.pem" };
  here.configure({ output: "s3://packs/evidence", ...range, s3Endpoint: s3.endpoint });
  here.log("2026-08-11", 2);
  expect((await here.run("2026-08-14T06:00:00Z")).code).toBe(0);
  expect(s3.objects.size).toBe(0);
  expect((await here.run("2026-08-16T06:00:00Z")).code).toBe(0);
  expect([...s3.objects.keys()]).toEqual(["evidence/spillway-eu-2026-07-15-2026-08-15.zip"]);
  const file = here.at("fetched.zip");
  writeFileSync(file, s3.objects.get("evidence/spillway-eu-2026-07-15-2026-08-15.zip")?.body ?? "");
  expect((await runCli(["evidence", "verify", file])).stdout).toBe("valid\n");
});

it(
  "a place that cannot be written to fails the run, and the next one makes the pack",
  { timeout: 240_000 },
  async () => {
    const here = place();
    here.configure({ output: "file/packs" });
    writeFileSync(here.at("file"), "in the way");
    here.log("2026-08-11", 2);
    const run = await here.run("2026-09-20T06:00:00Z");
    expect(run.code).toBe(1);
    expect(here.report().failed.map(({ what }) => what)).toEqual([
      here.at("file/packs/spillway-eu-2026-08-01-2026-09-01.zip"),
    ]);
    rmSync(here.at("file"));
    expect((await here.run("2026-09-21T06:00:00Z")).code).toBe(0);
    expect(readdirSync(here.at("file/packs"))).toEqual(["spillway-eu-2026-08-01-2026-09-01.zip"]);
  },
);

it("months that retention took are not made again without what they had", { timeout: 240_000 }, async () => {
  const here = place();
  here.configure({ output: "packs" });
  here.log("2026-07-10", 1);
  here.log("2026-08-11", 2);
  expect((await here.run("2026-09-20T06:00:00Z")).code).toBe(0);
  expect((await here.run("2026-09-21T06:00:00Z", "--retention-days", "45")).code).toBe(0);
  expect(here.packs()).toHaveLength(2);
  expect(here.report().findings.filter(({ kind }) => kind === "evidence")).toEqual([]);
});

it("a config that cannot make packs is refused before anything is read", { timeout: 240_000 }, async () => {
  const here = place();
  const cases: readonly (readonly [object, object, RegExp])[] = [
    [{ output: "packs" }, { boundary: undefined }, /evidence compares with a boundary, and there is none/],
    [{ output: "packs", boundary: "nowhere" }, {}, /nowhere/],
    [{ output: "packs", sign: "none.pem" }, {}, /cannot read the key/],
    [{ output: "packs", clauses: "none.json" }, {}, /cannot take the clause map/],
    [{ output: "packs", from: "2026-08-01", to: "2026-07-01" }, {}, /is not before/],
    [{ output: "packs", outputs: "x" }, {}, /unknown key evidence\.outputs; the nearest known one is evidence\.output/],
    [{}, {}, /evidence\.output/],
  ];
  for (const [evidence, more, said] of cases) {
    here.configure(evidence, more);
    const run = await here.run("2026-09-20T06:00:00Z");
    expect(run.stderr).toMatch(said);
    expect(run.code).toBe(2);
  }
  here.configure({ output: "packs" });
  writeFileSync(here.at("w.duckdb.evidence.json"), "{");
  here.log("2026-08-11", 2);
  const run = await here.run("2026-09-20T06:00:00Z");
  expect(run.stderr).toContain("cannot read what was remembered of evidence packs");
  expect(run.code).toBe(1);
});
