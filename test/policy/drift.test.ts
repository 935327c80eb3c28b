import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bundle } from "../../src/policy/bundle.ts";
import { type BedrockEndpoint, startBedrock } from "../support/bedrock-endpoint.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { assistant, demoBundle as bundle } from "./demo-bundle.ts";
import { policy } from "./documents.ts";

const folder = temporaryFolder();
const warehouse = join(folder, "demo", "spillway.duckdb");
const bundleFile = join(folder, "bundle.json");
const keys = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
Object.assign(process.env, keys);

const sonnet = "anthropic.claude-sonnet-4-6";
const haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";

type Row = Readonly<Record<string, string | number | boolean | null>>;

function parsed(run: CliRun): Row[] {
  return JSON.parse(run.stdout) as Row[];
}

async function drift(...args: readonly string[]): Promise<{ code: number; rows: Row[]; stderr: string }> {
  const run = await runCli(["report", "drift", "--warehouse", warehouse, "--format", "json", ...args]);
  return { code: run.code, rows: parsed(run), stderr: run.stderr };
}

let bedrock: BedrockEndpoint;

beforeAll(async () => {
  writeFileSync(bundleFile, JSON.stringify(bundle));
  expect((await runCli(["demo", "--folder", join(folder, "demo")])).code).toBe(0);
  bedrock = await startBedrock();
});
afterAll(() => bedrock.close());

const profileArn = (region: string, id: string): string =>
  `arn:aws:bedrock:${region}:111122223333:inference-profile/${id}`;
const modelsIn = (model: string, ...regions: readonly string[]): string[] =>
  regions.map((region) => `arn:aws:bedrock:${region}::foundation-model/${model}`);

describe("profiles", () => {
  const refresh = async (...args: readonly string[]): Promise<CliRun> =>
    await runCli(
      ["profiles", "refresh", "--warehouse", warehouse, "--endpoint-url", bedrock.url, "--format", "json", ...args],
      keys,
    );

  it("lists the snapshot, the warehouse and what is live", async () => {
    bedrock.regions.set("eu-central-1", [
      { arn: profileArn("eu-central-1", `eu.${sonnet}`), modelArns: modelsIn(sonnet, "eu-central-1", "eu-west-1") },
      { arn: profileArn("eu-central-1", `global.${sonnet}`), modelArns: modelsIn(sonnet, "", "eu-central-1") },
      { arn: profileArn("eu-central-1", `eu.${haiku}`), modelArns: modelsIn(haiku, "eu-central-1") },
    ]);
    const list = async (...args: readonly string[]): Promise<Row[]> =>
      parsed(await runCli(["profiles", "list", "--format", "json", ...args], keys));
    const shipped = await list(
      "--from",
      "snapshot",
      "--inference-profile",
      "eu.amazon.nova-pro-v1:0",
      "--source-region",
      "eu-central-1",
    );
    expect(shipped.map(({ destination_region }) => destination_region)).toEqual([
      "eu-central-1",
      "eu-north-1",
      "eu-west-1",
      "eu-west-3",
    ]);
    expect(
      await list(
        "--warehouse",
        warehouse,
        "--inference-profile",
        "eu.amazon.nova-pro-v1:0",
        "--source-region",
        "eu-central-1",
      ),
    ).toEqual(shipped);
    const live = await list("--from", "live", "--source-region", "eu-central-1", "--endpoint-url", bedrock.url);
    expect(live.map(({ profile_id, destination_region }) => `${profile_id} ${destination_region}`)).toEqual([
      `eu.${sonnet} eu-central-1`,
      `eu.${sonnet} eu-west-1`,
      `global.${sonnet} *`,
      `eu.${haiku} eu-central-1`,
    ]);
    expect(live[0]).toMatchObject({ model: sonnet, as_of: "2026-09-20", source: "live" });
  });

  it("keeps what is live, and says which destinations changed", async () => {
    bedrock.regions.set("us-east-1", [
      { arn: profileArn("us-east-1", `us.${haiku}`), modelArns: modelsIn(haiku, "us-east-1", "us-west-2") },
      { arn: profileArn("us-east-1", "us.nobody.new-v1:0"), modelArns: modelsIn("nobody.new-v1:0", "us-east-1") },
      {
        arn: "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a1b2c3d4e5f6",
        modelArns: modelsIn(sonnet, "us-east-1", "us-east-2", "us-west-2"),
      },
    ]);
    const only = [
      "--inference-profile",
      `us.${haiku},us.nobody.*,a1b2c3d4e5f6`,
      "--source-region",
      "us-east-1,eu-west-1",
    ];
    const run = await refresh(...only, "--fail-on", "drift", "--strict");
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("not readable: inference profiles in eu-west-1: AccessDeniedException");
    expect(parsed(run)).toEqual([
      { profile_id: `us.${haiku}`, source_region: "us-east-1", change: "changed", added: null, removed: "us-east-2" },
      {
        profile_id: "us.nobody.new-v1:0",
        source_region: "us-east-1",
        change: "new",
        added: "us-east-1",
        removed: null,
      },
      {
        profile_id: "a1b2c3d4e5f6",
        source_region: "us-east-1",
        change: "new",
        added: "us-east-1, us-east-2, us-west-2",
        removed: null,
      },
    ]);
    expect(await queryRows(warehouse, "select kind, uri, detail from finding where kind = 'profile-changed'")).toEqual([
      { kind: "profile-changed", uri: `us.${haiku} from us-east-1`, detail: "may no longer run in us-east-2" },
    ]);
    const again = await refresh(...only, "--strict");
    expect([again.code, parsed(again)]).toEqual([4, []]);
  });

  it("knows an application profile by the warehouse from then on", async () => {
    const identity = join(folder, "all.json");
    writeFileSync(identity, policy({ Effect: "Allow", Action: "*", Resource: "*" }));
    const app = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a1b2c3d4e5f6";
    const args = [
      "policy",
      "check",
      "--inference-profile",
      app,
      "--source-region",
      "us-east-1",
      "--principal",
      "arn:aws:iam::111122223333:role/x",
      "--no-scp",
      "--identity",
      identity,
    ];
    expect((await runCli(args)).stderr).toContain("is not known");
    const run = await runCli([...args, "--warehouse", warehouse, "--format", "json"]);
    expect(parsed(run).map(({ resource }) => resource)).toEqual([
      app,
      ...modelsIn(sonnet, "us-east-1", "us-east-2", "us-west-2"),
      "whole call",
    ]);
  });

  it.each([
    [["refresh", "--warehouse", join("nowhere", "x.duckdb")], 1, "there is no warehouse"],
    [["list", "--from", "live", "--warehouse", join("nowhere", "x.duckdb")], 2, "no source Region is named"],
    [
      ["list", "--from", "live", "--source-region", "eu-central-1", "--account", "111122223333"],
      2,
      "--account needs --account-role",
    ],
  ])("%s", async (args, code, said) => {
    const run = await runCli(["profiles", ...args], keys);
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(said)]);
  });
});

describe("drift over the demo organization", () => {
  const marks = ({ mark }: Row): string[] => (typeof mark === "string" ? mark.split("; ") : []);

  it("has every mark, each where it belongs", async () => {
    const { code, rows } = await drift("--boundary", "eu", "--bundle", bundleFile, "--fail-on", "drift");
    expect(code).toBe(3);
    const at = (profile: string, source: string, destination: string | null): Row | undefined =>
      rows.find(
        (row) =>
          row["profile_id"] === profile && row["source_region"] === source && row["destination_region"] === destination,
      );
    expect(at(`us.${haiku}`, "us-east-1", "us-east-2")).toMatchObject({
      declared: false,
      allowed: "not-evaluated",
      mark: "used and outside the boundary; observed and not declared",
    });
    expect(at(`eu.${sonnet}`, "eu-central-1", "eu-south-2")).toMatchObject({
      declared: true,
      allowed: "none",
      served: 0,
      denied: 29,
    });
    expect(marks(at(`eu.${sonnet}`, "eu-central-1", "eu-south-2") ?? {})).toEqual([
      `denied by arn:aws:organizations::444455556666:policy/o-exampleorg1/service_control_policy/p-regions01, 29 times, ${assistant}`,
      "declared and blocked",
    ]);
    expect(at("eu.amazon.nova-lite-v1:0", "eu-central-1", "eu-north-1")).toMatchObject({
      declared: true,
      allowed: "all",
      served: 0,
      mark: "allowed and never used",
    });
    expect(at(`eu.${sonnet}`, "eu-central-1", "eu-north-1")).toMatchObject({
      declared: true,
      allowed: "all",
      mark: null,
    });
    expect(at(`eu.${sonnet}`, "eu-central-1", null)).toMatchObject({
      declared: null,
      mark: "ran in an unknown Region",
    });
  });

  it("adds up to the invocations through profiles", async () => {
    const { rows } = await drift("--boundary", "eu");
    const [total] = await queryRows(
      warehouse,
      "select count(*) filter (outcome = 'served') as served, count(*) filter (outcome = 'denied') as denied from invocation where profile_id is not null",
    );
    const sum = (name: string): number => rows.reduce((whole, row) => whole + Number(row[name]), 0);
    expect([sum("served"), sum("denied")]).toEqual([Number(total?.["served"]), Number(total?.["denied"])]);
    expect(new Set(rows.map(({ allowed }) => allowed))).toEqual(new Set(["not-evaluated"]));
  });

  it("marks nothing as outside without a boundary, and says what was not looked at", async () => {
    const { code, rows, stderr } = await drift();
    expect(code).toBe(0);
    expect(rows.flatMap(marks)).not.toContain("used and outside the boundary");
    expect(stderr).toContain("no boundary is named");
    expect(stderr).toContain("no bundle is named");
  });

  it("is fine where nothing drifts", async () => {
    const calm = ["--boundary", "eu", "--principal", "nobody-at-all", "--fail-on", "drift"];
    expect(await drift(...calm)).toMatchObject({ code: 0, rows: [] });
  });

  it("leaves out profiles that nobody called and nobody may call", async () => {
    const { rows } = await drift("--bundle", bundleFile);
    const pair = (row: Row): string => `${row["profile_id"]} ${row["source_region"]}`;
    const alive = rows.filter(
      (row) => Number(row["served"]) + Number(row["denied"]) > 0 || ["all", "some"].includes(String(row["allowed"])),
    );
    expect(new Set(rows.map(pair))).toEqual(new Set(alive.map(pair)));
  });

  it.each([
    [["denials", "--fail-on", "drift"], "--fail-on drift is for the report drift"],
    [["coverage", "--bundle", bundleFile], "--bundle is for the overview and the reports drift and denials"],
    [["drift", "--bundle", join(folder, "none.json")], "cannot read"],
  ])("%s is wrong use", async (args, said) => {
    const run = await runCli(["report", ...args, "--warehouse", warehouse]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe("denials, explained", () => {
  it("name the statement, the change, and who would deny even then", async () => {
    const plain = parsed(await runCli(["report", "denials", "--warehouse", warehouse, "--format", "json"]));
    const run = await runCli([
      "report",
      "denials",
      "--warehouse",
      warehouse,
      "--format",
      "json",
      "--bundle",
      bundleFile,
    ]);
    expect(run.code).toBe(0);
    const rows = parsed(run);
    expect(rows.map((row) => ({ ...row, explanation: undefined }))).toEqual(
      plain.map((row) => ({ ...row, explanation: undefined })),
    );
    const sentence = (region: string): string =>
      String(rows.find((row) => row["principal"] === assistant && row["denied_region"] === region)?.["explanation"]);
    expect(sentence("eu-west-3")).toContain(
      "service control policy of ou Workloads (ou-1): region-deny:4:5 Statement[0] Regions denies",
    );
    expect(sentence("eu-west-3")).toContain(
      `ArnNotLike bedrock:InferenceProfileArn "arn:aws:bedrock:eu-central-1:*:inference-profile/eu.${sonnet}". Then nothing in these policies denies the call`,
    );
    const others = rows.filter((row) => row["principal"] !== assistant);
    expect(others.every(({ explanation }) => String(explanation).startsWith("the bundle does not hold "))).toBe(true);
  });

  it("stand in the overview and on its page, beside what was denied", async () => {
    const args = ["report", "--warehouse", warehouse, "--boundary", "eu"];
    const plain = await runCli(args);
    const text = await runCli([...args, "--bundle", bundleFile]);
    const sentence = "region-deny:4:5 Statement[0] Regions denies";
    const oneLine = (written: string): string => written.replaceAll(/\s+/g, " ");
    expect(oneLine(plain.stdout)).not.toContain(sentence);
    expect(oneLine(text.stdout)).toContain(sentence);
    expect(oneLine(text.stdout)).toContain("Then nothing in these policies denies the call");
    // nothing else changes, and no line is wider than the screen
    const added = text.stdout.split("\n").filter((line) => !plain.stdout.split("\n").includes(line));
    expect(plain.stdout.split("\n").filter((line) => !text.stdout.split("\n").includes(line))).toEqual([]);
    expect(
      added.every((line) => line.startsWith(" ".repeat(13)) && (line.length <= 80 || !line.trim().includes(" "))),
    ).toBe(true);

    const page = await runCli([...args, "--format", "html", "--bundle", bundleFile]);
    const bare = await runCli([...args, "--format", "html"]);
    expect(page.stdout).toContain("What would let these calls through");
    expect(page.stdout).toContain(sentence);
    expect(page.stdout).toContain("policy documents");
    expect(page.stdout).toContain("declared and blocked");
    expect(bare.stdout).not.toContain("What would let these calls through");
    // none among the reference data, and the page says that none were given
    expect(bare.stdout.match(/\w+ policy documents/g)).toEqual(["No policy documents"]);
  });

  it("never promise that one change is enough where another policy denies as well", async () => {
    const both = structuredClone(bundle) as { -readonly [Key in keyof Bundle]: Bundle[Key] };
    both.policies = {
      ...both.policies,
      invoke: {
        name: "invoke",
        document: policy({
          Effect: "Allow",
          Action: "bedrock:Invoke*",
          Resource: ["arn:aws:bedrock:*:*:inference-profile/*", "arn:aws:bedrock:eu-west-3::foundation-model/*"],
        }),
      },
    };
    const file = join(folder, "both.json");
    writeFileSync(file, JSON.stringify(both));
    const rows = parsed(
      await runCli(["report", "denials", "--warehouse", warehouse, "--format", "json", "--bundle", file]),
    );
    const sentence = String(
      rows.find((row) => row["principal"] === assistant && row["denied_region"] === "eu-west-3")?.["explanation"],
    );
    expect(sentence).toContain("Even then: ");
    expect(sentence).toContain("identity policy: nothing allows it");
    expect(sentence).not.toContain("Then nothing");
  });

  it("say so where the policies would let the call through today", async () => {
    const open = structuredClone(bundle) as { -readonly [Key in keyof Bundle]: Bundle[Key] };
    open.targets = { ...open.targets, "ou-1": { type: "ou", name: "Workloads", parent: "r-1", scps: ["full"] } };
    const file = join(folder, "open.json");
    writeFileSync(file, JSON.stringify(open));
    const rows = parsed(
      await runCli(["report", "denials", "--warehouse", warehouse, "--format", "json", "--bundle", file]),
    );
    expect(rows.find((row) => row["principal"] === assistant)?.["explanation"]).toContain(
      "by these policies nothing denies this call",
    );
  });
});
