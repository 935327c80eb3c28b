/** Who can reach what: application profiles in their own account, operations, and the marks of what leaves a Region or a boundary. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Bundle } from "../../src/policy/bundle.ts";
import { reachOf } from "../../src/policy/reach.ts";
import { startBedrock } from "../support/bedrock-endpoint.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { policy } from "./documents.ts";

const folder = temporaryFolder();
const bundleFile = join(folder, "bundle.json");
const [here, there] = ["111122223333", "999988887777"];
const sonnet = "anthropic.claude-sonnet-4-6";
const role = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;
const app = (account: string, id = "a1b2c3d4e5f6"): string =>
  `arn:aws:bedrock:us-east-1:${account}:application-inference-profile/${id}`;
const model = (region: string): string => `arn:aws:bedrock:${region}::foundation-model/${sonnet}`;

const identity = (...Resource: readonly string[]): string =>
  policy({ Effect: "Allow", Action: "bedrock:InvokeModel", Resource });

/** Two accounts, one with an application profile; nobody may stream. */
const bundle: Bundle = {
  format: "spillway-policy-bundle/1",
  collected_at: "2026-09-15T00:00:00Z",
  organization: null,
  targets: {},
  policies: {
    app: { name: "app", document: identity(app(here), model("us-east-1"), model("us-west-2")) },
    everything: {
      name: "everything",
      document: policy({ Effect: "Allow", Action: "bedrock:InvokeModel", Resource: "*" }),
    },
    all: { name: "all", document: policy({ Effect: "Allow", Action: "bedrock:*", Resource: "*" }) },
  },
  principals: {
    [role(here, "app")]: { account: here, identity: ["app"], boundary: null },
    [role(here, "batch")]: { account: here, identity: ["all"], boundary: null },
    [role(there, "other")]: { account: there, identity: ["everything"], boundary: null },
  },
  unreadable: [],
};

const profile = {
  profileId: "a1b2c3d4e5f6",
  sourceRegion: "us-east-1",
  destinations: ["us-east-1", "us-east-2", "us-west-2"],
  model: sonnet,
  asOf: "2026-09-20",
};

type Row = Readonly<Record<string, string | boolean>>;

async function reach(...args: readonly string[]): Promise<{ readonly run: CliRun; readonly rows: Row[] }> {
  const run = await runCli(["policy", "reach", "--bundle", bundleFile, "--format", "json", ...args]);
  return { run, rows: run.code === 0 ? (JSON.parse(run.stdout) as Row[]) : [] };
}

const short = (row: Row): string =>
  [String(row["principal"]).replace(/.*\//, ""), row["destination_region"], row["decision"]].join(" ");

beforeAll(() => writeFileSync(bundleFile, JSON.stringify(bundle)));

describe("reach", () => {
  it("takes an application profile in its own account alone", () => {
    const rows = reachOf(bundle, [{ ...profile, account: here }], { others: "unknown" });
    expect(
      rows.map(({ principal, destination, decision }) => [principal.replace(/.*\//, ""), destination, decision]),
    ).toEqual([
      ["app", "us-east-1", "allowed"],
      ["app", "us-east-2", "implicit"],
      ["app", "us-west-2", "allowed"],
      ["batch", "us-east-1", "allowed"],
      ["batch", "us-east-2", "allowed"],
      ["batch", "us-west-2", "allowed"],
    ]);
    expect(reachOf(bundle, [profile], { others: "unknown" })).toEqual([]);
  });

  it("takes one by its ARN, with its model and destinations where they are not known", async () => {
    const args = ["--inference-profile", app(here), "--model", sonnet, "--destination", "us-east-1,us-east-2"];
    const { rows } = await reach(...args, "--all");
    expect(rows.map(short)).toEqual([
      "app us-east-1 allowed",
      "app us-east-2 implicit",
      "batch us-east-1 allowed",
      "batch us-east-2 allowed",
    ]);
    expect(rows[0]).toMatchObject({ profile_id: "a1b2c3d4e5f6", source_region: "us-east-1", account_id: here });
  });

  it("marks what leaves the source Region, and what leaves the boundary", async () => {
    const common = ["--source-region", "eu-west-2", "--inference-profile", `eu.${sonnet},global.${sonnet}`];
    const { rows } = await reach(...common, "--boundary", "eu-west-2,eu-west-1");
    const marks = new Map(
      rows
        .filter(({ principal }) => principal === role(here, "batch"))
        .map((row) => [row["destination_region"], [row["outside_source"], row["outside_boundary"]]]),
    );
    expect(marks.get("eu-west-2")).toEqual([false, false]);
    expect(marks.get("eu-west-1")).toEqual([true, false]);
    expect(marks.get("eu-north-1")).toEqual([true, true]);
    expect(marks.get("*")).toEqual([true, true]);
    const { rows: without } = await reach(...common);
    expect(without[0]).toHaveProperty("outside_source");
    expect(without[0]).not.toHaveProperty("outside_boundary");
  });

  it.each([
    ["InvokeModel", ["allowed", "allowed"]],
    ["Converse", ["allowed", "allowed"]],
    ["ConverseStream", ["allowed", "implicit"]],
    ["InvokeModelWithResponseStream", ["allowed", "implicit"]],
    ["ChatCompletions", ["allowed", "allowed"]],
    ["CreateModelInvocationJob", ["allowed", "implicit"]],
  ])("by %s", async (operation, wanted) => {
    const args = ["--inference-profile", `eu.${sonnet}`, "--source-region", "eu-central-1", "--all"];
    const { rows } = await reach(...args, "--operation", operation);
    const of = (principal: string): unknown[] => [
      ...new Set(rows.filter((row) => row["principal"] === principal).map(({ decision }) => decision)),
    ];
    expect([of(role(here, "batch")), of(role(there, "other"))]).toEqual(wanted.map((decision) => [decision]));
  });

  it("needs the project of a path that has one, for every destination", async () => {
    const strict = { ...bundle, policies: { ...bundle.policies, everything: bundle.policies["app"] } };
    const file = join(folder, "strict.json");
    writeFileSync(file, JSON.stringify(strict));
    const named = ["--inference-profile", app(here), "--model", sonnet, "--destination", "us-west-2", "--all"];
    const args = ["policy", "reach", "--bundle", file, "--format", "json", ...named];
    const decided = async (operation: string): Promise<string[]> =>
      (JSON.parse((await runCli([...args, "--operation", operation])).stdout) as Row[]).map(short);
    expect(await decided("Converse")).toEqual(["app us-west-2 allowed", "batch us-west-2 allowed"]);
    expect(await decided("Responses")).toEqual(["app us-west-2 implicit", "batch us-west-2 allowed"]);
  });

  it.each([
    [["--operation", "CreateInference"], "Allowed choices are"],
    [["--inference-profile", app(here)], "is not known"],
    [
      ["--inference-profile", `arn:aws:bedrock:us-east-1:${here}:inference-profile/us.x`],
      "is not the ARN of an application",
    ],
    [["--inference-profile", "nobody.*"], "no profile is known"],
  ])("%s is wrong use", async (args, said) => {
    const { run } = await reach(...args);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe("with a warehouse whose profiles were refreshed", () => {
  const warehouse = join(folder, "demo", "spillway.duckdb");
  const keys = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

  beforeAll(async () => {
    expect((await runCli(["demo", "--folder", join(folder, "demo")])).code).toBe(0);
    const bedrock = await startBedrock();
    const modelArns = ["us-east-1", "us-west-2"].map(model);
    bedrock.regions.set("us-east-1", [
      { arn: app(here), modelArns },
      { arn: app(there, "zzzzzzzzzzzz"), modelArns },
    ]);
    Object.assign(process.env, keys);
    const args = ["--inference-profile", "a1b2c3d4e5f6,zzzzzzzzzzzz", "--source-region", "us-east-1"];
    const refreshed = await runCli(
      ["profiles", "refresh", "--warehouse", warehouse, "--endpoint-url", bedrock.url, ...args],
      keys,
    );
    bedrock.close();
    expect(refreshed.code).toBe(0);
  });

  it("application profiles are among those that are known, each in its account", async () => {
    const profiles = "a1b2c3d4e5f6,zzzzzzzzzzzz";
    const { rows, run } = await reach("--warehouse", warehouse, "--inference-profile", profiles, "--all");
    expect(run.stderr).toBe("");
    expect(rows.map((row) => `${row["profile_id"]} ${short(row)}`)).toEqual([
      "a1b2c3d4e5f6 app us-east-1 allowed",
      "a1b2c3d4e5f6 app us-west-2 allowed",
      "a1b2c3d4e5f6 batch us-east-1 allowed",
      "a1b2c3d4e5f6 batch us-west-2 allowed",
      "zzzzzzzzzzzz other us-east-1 allowed",
      "zzzzzzzzzzzz other us-west-2 allowed",
    ]);
    const sources = await queryRows(
      warehouse,
      "select distinct profile_id, source from inference_profile where source like 'live %' order by 1",
    );
    expect(sources).toEqual([
      { profile_id: "a1b2c3d4e5f6", source: `live ${here}` },
      { profile_id: "zzzzzzzzzzzz", source: `live ${there}` },
    ]);
  });

  it("drift says of them too what is allowed", async () => {
    const args = ["--warehouse", warehouse, "--bundle", bundleFile, "--format", "json"];
    const rows = JSON.parse((await runCli(["report", "drift", ...args])).stdout) as Row[];
    const of = rows.filter(({ profile_id: id }) => id === "a1b2c3d4e5f6");
    expect(of.map((row) => [row["destination_region"], row["allowed"], row["mark"]])).toEqual([
      ["us-east-1", "all", null],
      // the demonstration's calls ran there; what was refreshed does not have it any more
      ["us-east-2", "not-evaluated", "observed and not declared"],
      ["us-west-2", "all", null],
      [null, "not-evaluated", "ran in an unknown Region"],
    ]);
  });
});
