/** Drift in the scheduled batch: the bundle that the config names, the finding and its exit code, the metric, and what it adds to reports. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { driftMarks } from "../../src/report/policies/drift.ts";
import type { RunReport } from "../../src/run/run-report.ts";
import { demoBundle } from "../policy/demo-bundle.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const base = {
  warehouse: "w.duckdb",
  sources: ["demo/logs"],
  boundary: "eu",
  metricsFile: "spillway.prom",
  reportFile: "run.json",
  // the logs of the demonstration are whole; their age is of no interest here
  maxAge: 8760,
};

async function run(more: object): Promise<CliRun> {
  writeFileSync(at("spillway.json"), JSON.stringify({ ...base, ...more }));
  return await runCli(["run", "--config", at("spillway.json")]);
}

const text = (name: string): string => readFileSync(at(name), "utf8");
// what our own run report is
const report = (): RunReport => JSON.parse(text("run.json")) as RunReport;
const metric = (mark: string): number =>
  Number(new RegExp(`^spillway_drift\\{mark="${mark}"\\} (\\d+)$`, "m").exec(text("spillway.prom"))?.[1]);

beforeAll(async () => {
  expect((await runCli(["demo", "--folder", at("demo")])).code).toBe(0);
  writeFileSync(at("bundle.json"), JSON.stringify(demoBundle));
});

describe("drift in a run", { timeout: 120_000 }, () => {
  it("is a finding with its exit code, a metric, and in the reports that the run writes", async () => {
    const ended = await run({
      policies: { bundle: "bundle.json" },
      failOn: ["drift"],
      reports: [
        { name: ["drift", "denials"], format: ["json"], output: "out" },
        { name: "overview", format: ["html", "table"], output: "out" },
      ],
    });
    expect([ended.code, report().exitCode, report().outcome]).toEqual([3, 3, "findings"]);
    const { drift, findings, why } = report();
    const printed = await runCli([
      "report",
      "drift",
      "--warehouse",
      at("w.duckdb"),
      "--boundary",
      "eu",
      "--bundle",
      at("bundle.json"),
      "--format",
      "json",
    ]);
    expect(text("out/drift.json")).toBe(printed.stdout);
    const marks = (JSON.parse(printed.stdout) as { mark: string | null }[]).flatMap(({ mark }) =>
      mark === null ? [] : mark.split("; ").map((part) => part.replace(/^denied by .*/, "denied")),
    );
    const counted = Object.fromEntries(
      driftMarks.map((mark) => [mark, marks.filter((each) => each === mark).length]).filter(([, count]) => count !== 0),
    );
    expect(drift).toEqual(counted);
    // the demonstration's calls ran where the snapshot says
    expect(driftMarks.filter((mark) => counted[mark] === undefined)).toEqual(["observed and not declared"]);
    for (const mark of driftMarks) expect(metric(mark)).toBe(counted[mark] ?? 0);
    const drifts = findings.filter(({ kind }) => kind === "drift");
    expect(drifts.map(({ count }) => String(count)).toSorted()).toEqual(
      Object.entries(counted)
        .filter(([mark]) => mark !== "allowed and never used")
        .map(([, count]) => String(count))
        .toSorted(),
    );
    expect(why).toEqual(drifts.map(({ message }) => message));
    expect(ended.stderr).toContain(": declared and blocked: spillway report drift");

    const denials = JSON.parse(text("out/denials.json")) as { explanation: string | null }[];
    expect(denials.filter(({ explanation }) => explanation?.includes("Regions denies")).length).toBeGreaterThan(0);
    expect(text("out/overview.txt").replaceAll(/\s+/g, " ")).toContain("region-deny:4:5 Statement[0] Regions denies");
    const page = text("out/overview.html");
    expect(page).toContain("What would let these calls through");
    expect(page).toContain("region-deny:4:5 Statement[0] Regions denies");
    expect(page).toContain("policy documents");
  });

  it("is a finding with failOn findings only where there is a bundle", async () => {
    const calm = { boundary: undefined, failOn: ["findings"] };
    expect((await run(calm)).code).toBe(0);
    expect(report().drift).toBeNull();
    expect(text("spillway.prom")).not.toContain("spillway_drift{");
    expect((await run({ ...calm, policies: { bundle: "bundle.json" } })).code).toBe(3);
  });

  it("is judged by what was observed where there is no bundle", async () => {
    expect((await run({ failOn: ["drift"] })).code).toBe(3);
    expect(report().drift).not.toHaveProperty("declared and blocked");
    expect(report().drift).not.toHaveProperty("allowed and never used");
    expect(report().drift).toHaveProperty("used and outside the boundary");
  });

  it("is not a finding where all that drifts is an allow that nobody uses", async () => {
    const scope = { principal: ["nobody-at-all"] };
    expect((await run({ failOn: ["drift"], policies: { bundle: "bundle.json" }, scope })).code).toBe(0);
  });

  it("hears the condition keys that the config states", async () => {
    const policies = { ...demoBundle.policies, invoke: conditional("bedrock:ServiceTier") };
    writeFileSync(at("keyed.json"), JSON.stringify({ ...demoBundle, policies }));
    const unused = async (keys: object): Promise<number | undefined> => {
      await run({ policies: { bundle: "keyed.json", ...keys } });
      return report().drift?.["allowed and never used"];
    };
    expect(await unused({})).toBeUndefined();
    expect(await unused({ absent: ["bedrock:ServiceTier"] })).toBeUndefined();
    expect(await unused({ context: { "bedrock:ServiceTier": ["flex"] } })).toBeGreaterThan(0);
  });

  it.each([
    [{ bundle: "none.json" }, "policies: cannot read"],
    [{ bundle: "spillway.json" }, "is not a bundle"],
    [{ bundle: "bundle.json", context: { "aws:RequestedRegion": ["x"] } }, "follows from the call itself"],
    [{ bundel: "bundle.json" }, "unknown key policies.bundel; the nearest known one is policies.bundle"],
    [{}, "policies.bundle"],
  ])("%j is refused before anything is read", async (policies, said) => {
    const before = readdirSync(folder);
    const ended = await run({ policies });
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(readdirSync(folder)).toEqual(before);
  });
});

function conditional(key: string): { readonly name: string; readonly document: string } {
  const Statement = {
    Effect: "Allow",
    Action: "bedrock:Invoke*",
    Resource: "*",
    Condition: { StringLike: { [key]: "*" } },
  };
  return { name: "invoke (inline)", document: JSON.stringify({ Version: "2012-10-17", Statement }) };
}
