import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "../../src/policy/call.ts";
import { checksOf } from "../../src/policy/checks.ts";
import { readPolicy } from "../../src/policy/document.ts";
import { evaluateCall } from "../../src/policy/evaluate.ts";
import type { GivenKeys } from "../../src/policy/keys.ts";
import type { Layer } from "../../src/policy/layers.ts";
import { suggest } from "../../src/policy/suggest/suggest.ts";
import { type Style, targetsOf } from "../../src/policy/suggest/target.ts";
import { unifiedDiff } from "../../src/policy/text-diff.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { account, anyCall, anyLayers } from "./arbitraries.ts";
import { account as home, extendedScp, firstScp, policy, profile, role } from "./documents.ts";

const profileCalls = fc
  .array(
    anyCall.filter((call) => call.profile !== null),
    { minLength: 1, maxLength: 3 },
  )
  .map((calls) => {
    // one caller in one Region, as the command has it
    const [first] = calls;
    return calls.map((call): Call => ({
      ...call,
      ...(first === undefined ? {} : { principal: first.principal, sourceRegion: first.sourceRegion }),
      profile: rename(call, first),
    }));
  });

function rename(call: Call, first: Call | undefined): string | null {
  return call.profile?.replace(`:${call.sourceRegion}:`, `:${first?.sourceRegion ?? call.sourceRegion}:`) ?? null;
}

const styles = fc.constantFrom<Style>("narrow", "wide");
const others = fc.constantFrom("absent" as const, "unknown" as const);

/** Calls that nobody asked for: another profile, another source Region, the model itself, a destination more. */
function outside(calls: readonly Call[], style: Style): Call[] {
  const [call] = calls;
  if (call === undefined) return [];
  const elsewhere = call.sourceRegion === "eu-west-1" ? "eu-central-1" : "eu-west-1";
  const model = "amazon.nova-pro-v1:0";
  const strangers: Call[] = [
    { ...call, profile: `us.${model}`, model, destinations: ["us-east-1", "us-west-2"] },
    {
      ...call,
      profile: `arn:aws:bedrock:${call.sourceRegion}:${account}:application-inference-profile/zyxwvutsrqpo`,
      model,
    },
    { ...call, profile: `jp.${call.model}`, sourceRegion: elsewhere },
    { ...call, profile: null },
    { ...call, profile: null, sourceRegion: "us-east-1" },
  ];
  const other = calls.some(({ profile: named }) => named === `eu.${model}`);
  if (style === "narrow" && !other) strangers.push({ ...call, profile: `eu.${model}`, model });
  if (style === "narrow") strangers.push({ ...call, destinations: ["us-east-1", "ap-northeast-1"] });
  if (call.profile !== null && !call.profile.startsWith("arn:")) strangers.push({ ...call, sourceRegion: elsewhere });
  return strangers;
}

function decisions(call: Call, layers: readonly Layer[], given: GivenKeys): Map<string, string> {
  const { resources } = evaluateCall(call, layers, given);
  return new Map(resources.map(({ check, decision }) => [`${check.action} ${check.resource}`, decision]));
}

describe("what is suggested", () => {
  it("lets every call through that was asked for, unless it says what it cannot change", () => {
    let complete = 0;
    fc.assert(
      fc.property(profileCalls, anyLayers, styles, others, (calls, layers, style, unknown) => {
        const { answers, blocked, changes } = suggest(targetsOf(calls, style), layers, { others: unknown });
        if (blocked.length > 0) return;
        complete += 1;
        expect(answers.filter(([, { overall }]) => overall !== "allowed")).toEqual([]);
        expect(changes.flatMap(({ after }) => after.problems.filter(({ severity }) => severity === "error"))).toEqual(
          [],
        );
      }),
      { numRuns: 200 },
    );
    expect(complete).toBeGreaterThan(60);
  });

  it("decides as before what was not asked for", () => {
    let compared = 0;
    fc.assert(
      fc.property(profileCalls, anyLayers, styles, others, (calls, layers, style, unknown) => {
        const given = { others: unknown };
        const { layers: after, blocked } = suggest(targetsOf(calls, style), layers, given);
        if (blocked.length > 0) return;
        const asked = new Set(calls.flatMap((call) => checksOf(call).map(({ resource }) => resource)));
        for (const call of outside(calls, style)) {
          const now = decisions(call, after, given);
          for (const [check, decision] of decisions(call, layers, given)) {
            // a token and a profile that were asked for are asked for
            if (check.endsWith(" *") || (call.profile === calls[0]?.profile && asked.has(check.split(" ")[1] ?? "")))
              continue;
            compared += 1;
            expect([check, now.get(check)]).toEqual([check, decision]);
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(1_000);
  });
});

describe("a changed SCP", () => {
  const call: Call = {
    profile,
    model: "amazon.nova-pro-v1:0",
    sourceRegion: "eu-central-1",
    destinations: ["eu-central-1", "eu-west-3"],
    account: home,
    principal: role,
    action: "bedrock:InvokeModel",
  };
  const scp: Layer = { kind: "scp", level: 0, documents: [readPolicy("scp", "region-deny.json", firstScp)] };
  const everything = policy({ Effect: "Allow", Action: "*", Resource: "*" });
  const before: Layer[] = [{ ...scp, documents: [readPolicy("scp", "full.json", everything), ...scp.documents] }];
  const given: GivenKeys = { others: "unknown" };
  const changed = (style: Style): readonly Layer[] =>
    suggest(targetsOf([call], style), before, given).layers.filter(({ kind }) => kind === "scp");

  it.each(["narrow", "wide"] as const)("in %s style holds for every account below", (style) => {
    const other = { ...call, account: "999988887777", principal: "arn:aws:iam::999988887777:role/workload" };
    expect(evaluateCall(other, before, given).overall).toBe("denied");
    expect(evaluateCall(other, changed(style), given).overall).toBe("allowed");
  });

  it("keeps what the profile could do in Regions that were permitted before, and nothing else", () => {
    for (const [region, decision] of [
      ["us-east-1", "allowed"],
      ["ap-northeast-1", "denied"],
    ] as const) {
      const elsewhere = { ...call, destinations: [region] };
      const there = (layers: readonly Layer[]): string | undefined =>
        evaluateCall(elsewhere, layers, given).resources.find(({ check }) => check.destination === region)?.decision;
      expect([there(before), there(changed("narrow"))]).toEqual([decision, decision]);
    }
  });
});

const folder = temporaryFolder();

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const first = file("region-deny.json", firstScp);
const caller = ["--source-region", "eu-central-1", "--principal", role];
const scps = (own: string): string[] => [
  "--scp",
  "root=FullAWSAccess",
  "--scp",
  "ou=FullAWSAccess",
  "--scp",
  `ou=${own}`,
];

describe("policy suggest", () => {
  it.each(["narrow", "wide"])("%s: what it writes passes policy check", async (style) => {
    const out = join(folder, style);
    const ask = ["--inference-profile", profile, ...caller];
    const run = await runCli(["policy", "suggest", ...ask, ...scps(first), "--style", style, "--documents", out]);
    expect(run.code).toBe(0);
    const identity = ["--identity", join(out, "identity-policy.json")];
    const before = await runCli(["policy", "check", ...ask, ...scps(first), ...identity]);
    expect(before.code).toBe(3);
    const after = await runCli(["policy", "check", ...ask, ...scps(join(out, "region-deny.json")), ...identity]);
    expect(after.code).toBe(0);
    expect(run.stderr).toMatch(/region-deny\.json: [\d,]+ characters as written, [\d,]+ without blanks, of 10,240/);
  });

  it("writes a diff that patch takes", async () => {
    const run = await runCli(["policy", "suggest", "--inference-profile", profile, ...caller, ...scps(first)]);
    const work = join(folder, "patched");
    mkdirSync(join(work, folder), { recursive: true });
    writeFileSync(join(work, folder, "region-deny.json"), firstScp);
    execFileSync("patch", ["-p1", "--quiet"], { cwd: work, input: run.stdout });
    const patched = readFileSync(join(work, folder, "region-deny.json"), "utf8");
    const rows = JSON.parse(
      (
        await runCli([
          "policy",
          "suggest",
          "--inference-profile",
          profile,
          ...caller,
          ...scps(first),
          "--format",
          "json",
        ])
      ).stdout,
    ) as { document: string }[];
    expect(patched).toBe(rows[0]?.document);
    expect(readFileSync(join(work, "identity-policy.json"), "utf8")).toBe(rows[1]?.document);
  });

  it("writes a document that is attached twice once, and two of one name in their folders", async () => {
    const twice = await runCli([
      "policy",
      "suggest",
      "--inference-profile",
      profile,
      ...caller,
      ...scps(first),
      "--scp",
      `account=${first}`,
      "--scp",
      "account=FullAWSAccess",
    ]);
    expect([twice.code, twice.stdout.match(/^--- /gm)?.length]).toEqual([0, 2]);
    mkdirSync(join(folder, "other"), { recursive: true });
    const other = file(join("other", "region-deny.json"), firstScp.replace('"us-east-1"', '"us-west-2"'));
    const out = join(folder, "both");
    const run = await runCli([
      "policy",
      "suggest",
      "--inference-profile",
      profile,
      ...caller,
      ...scps(first),
      "--scp",
      `account=${other}`,
      "--scp",
      "account=FullAWSAccess",
      "--documents",
      out,
    ]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(join(out, folder, "other", "region-deny.json"));
    expect(run.stderr).toContain(`wrote ${join(out, folder, "region-deny.json")}`);
  });

  it("takes a scope, a list, a global and an application profile", async () => {
    const app = `arn:aws:bedrock:eu-central-1:${home}:application-inference-profile/a1b2c3d4e5f6`;
    const names = async (ids: string, ...more: string[]): Promise<string> => {
      const run = await runCli(["policy", "suggest", "--inference-profile", ids, ...caller, "--no-scp", ...more]);
      expect(run.code).toBe(0);
      return run.stdout;
    };
    const scope = await names("eu.amazon.*");
    expect(scope).toContain("inference-profile/eu.amazon.nova-lite-v1:0");
    expect(scope).toContain("inference-profile/eu.amazon.nova-pro-v1:0");
    expect(scope).not.toContain("anthropic");
    expect(await names(`${profile},${app}`, "--model", "amazon.nova-pro-v1:0", "--destination", "eu-west-1")).toContain(
      app,
    );
    expect(await names("global.anthropic.claude-sonnet-4-5-20250929-v1:0")).toContain(
      "arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0",
    );
  });

  it("keeps a document one that AWS takes where the profiles of a scope run in different Regions", async () => {
    const out = join(folder, "whole-scope");
    const whole = ["--inference-profile", "eu.*", ...caller, ...scps(first), "--documents", out];
    const run = await runCli(["policy", "suggest", ...whole]);
    expect([run.code, run.stderr]).toEqual([0, expect.not.stringContaining("still ")]);
    const text = readFileSync(join(out, "region-deny.json"), "utf8");
    const { problems, statements } = readPolicy("scp", "region-deny.json", text);
    expect(problems).toEqual([]);
    const elsewhere = statements.map(({ sid }) => sid).filter((sid) => sid?.includes("Elsewhere") === true);
    expect(elsewhere.length).toBeGreaterThan(1);
    expect(new Set(elsewhere).size).toBe(elsewhere.length);
  });

  it("changes nothing where nothing has to change", async () => {
    const identity = file("all.json", policy({ Effect: "Allow", Action: "bedrock:*", Resource: "*" }));
    const run = await runCli([
      "policy",
      "suggest",
      "--inference-profile",
      profile,
      ...caller,
      ...scps(file("extended.json", extendedScp)),
      "--identity",
      identity,
    ]);
    expect([run.code, run.stdout]).toEqual([0, ""]);
    expect(run.stderr).toContain("nothing has to change");
    expect(run.stderr).toContain("(misses-application-profiles)");
  });

  it("does not open a statement that names profiles by a pattern for more", async () => {
    const all = file(
      "no-profiles.json",
      policy({ Effect: "Deny", Action: "*", Resource: ["arn:aws:bedrock:*:*:inference-profile/*"] }),
    );
    const run = await runCli(["policy", "suggest", "--inference-profile", profile, ...caller, ...scps(all)]);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("change its Resource by hand");
    expect(run.stderr).toContain("still refused");
  });

  it.each([
    [["--inference-profile", "zz.*"], "no profile zz.* is known"],
    [["--inference-profile", "eu.none.such"], "is not known"],
  ])("%s is wrong use", async (args, said) => {
    const run = await runCli(["policy", "suggest", ...caller, ...args, "--no-scp"]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe("the difference of two texts", () => {
  it("is what patch makes the one out of the other with", () => {
    const lines = fc
      .array(fc.constantFrom("a", "b", "c", ""), { maxLength: 25 })
      .map((all) => all.map((line) => `${line}\n`).join(""));
    const path = join(folder, "text");
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        writeFileSync(path, before);
        const diff = unifiedDiff("text", before, after);
        if (diff !== "") execFileSync("patch", ["-p1", "--quiet"], { cwd: folder, input: diff });
        expect(diff === "" ? before : readIfThere(path)).toBe(after);
      }),
      { numRuns: 60 },
    );
  });
});

/** patch removes a file that becomes empty. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
