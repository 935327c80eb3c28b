/** Operations that ask for more, or for something else, than a profile and its models: batch jobs, projects, bedrock-mantle. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Call } from "../../src/policy/call.ts";
import { checksOf } from "../../src/policy/checks.ts";
import { readPolicy } from "../../src/policy/document.ts";
import { type CallAnswer, evaluateCall } from "../../src/policy/evaluate.ts";
import type { GivenKeys } from "../../src/policy/keys.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { account, model, policy, profile, role } from "./documents.ts";

const folder = temporaryFolder();
const regions = ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"];
const profileArn = `arn:aws:bedrock:eu-central-1:${account}:inference-profile/${profile}`;
const models = regions.map((region) => `arn:aws:bedrock:${region}::foundation-model/${model}`);
const job = `arn:aws:bedrock:eu-central-1:${account}:model-invocation-job/*`;
const mantleProject = `arn:aws:bedrock-mantle:eu-central-1:${account}:project/default`;

const call: Call = {
  profile,
  model,
  sourceRegion: "eu-central-1",
  destinations: regions,
  account,
  principal: role,
  action: "bedrock:CreateModelInvocationJob",
};
const direct: Call = { ...call, profile: null, destinations: [] };
const mantle: Call = { ...direct, action: "bedrock-mantle:CreateInference" };

function decide(asked: Call, statements: readonly unknown[], given: GivenKeys = { others: "unknown" }): CallAnswer {
  const documents = [readPolicy("identity", "identity.json", policy(...statements))];
  return evaluateCall(asked, [{ kind: "identity", documents }], given);
}

const allow = (Action: string, Resource: unknown = "*", more: object = {}): unknown => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const decisions = ({ resources }: CallAnswer): Record<string, string> =>
  Object.fromEntries(resources.map(({ check, decision }) => [check.resource, decision]));

describe("a batch job", () => {
  const create = "bedrock:CreateModelInvocationJob";

  it("asks about the model, the job, and through a profile perhaps about its destinations", () => {
    expect(checksOf(direct).map(({ resource, undocumented }) => [resource, undocumented !== undefined])).toEqual([
      [models[0], false],
      [job, true],
    ]);
    expect(checksOf(call).map(({ resource, undocumented }) => [resource, undocumented !== undefined])).toEqual(
      [profileArn, ...models, job].map((resource) => [resource, true]),
    );
  });

  it("passes where everything does, whatever is asked", () => {
    expect(decide(call, [allow(create)]).overall).toBe("allowed");
    expect(decide(direct, [allow(create, [models[0], job])]).overall).toBe("allowed");
  });

  it("is not authorised as InvokeModel", () => {
    expect(decide(call, [allow("bedrock:InvokeModel*")]).overall).toBe("denied");
  });

  it("cannot be told where it hangs on what AWS does not document", () => {
    const answer = decide(call, [allow(create, [profileArn, models[0], job])]);
    expect(answer.overall).toBe("cannot-tell");
    expect(decisions(answer)).toEqual({
      [profileArn]: "allowed",
      [models[0] ?? ""]: "allowed",
      [models[1] ?? ""]: "cannot-tell",
      [models[2] ?? ""]: "cannot-tell",
      [models[3] ?? ""]: "cannot-tell",
      [job]: "allowed",
    });
    expect(answer.resources[2]?.open[0]?.why).toEqual([
      "AWS does not document that this is asked when a batch job is created",
    ]);
    expect(decide(direct, [allow(create, models[0])]).overall).toBe("cannot-tell");
  });

  it("is denied where all is that may be asked, and without a profile where the model is", () => {
    const answer = decide(call, [allow(create), { Effect: "Deny", Action: create, Resource: "*" }]);
    expect(answer.overall).toBe("denied");
    expect(new Set(Object.values(decisions(answer)))).toEqual(new Set(["denied"]));
    expect(decide(direct, [allow(create, job)]).overall).toBe("denied");
  });

  it("is not saved by the token of an API key that passes", () => {
    const token = { ...call, bearerToken: "LONG_TERM" } as const;
    expect(decide(token, [allow("bedrock:CallWithBearerToken")]).overall).toBe("denied");
  });

  it("may carry the profile's key on its models, or not", () => {
    const through = allow(create, models, { Condition: { ArnLike: { "bedrock:InferenceProfileArn": profileArn } } });
    const answer = decide(call, [allow(create, [profileArn, job]), through]);
    expect(decisions(answer)[models[0] ?? ""]).toBe("cannot-tell");
    expect(answer.resources[1]?.open[0]?.why).toEqual([
      "AWS does not document whether this check carries bedrock:InferenceProfileArn",
    ]);
  });
});

describe("the paths that speak another interface", () => {
  const chat: Call = { ...call, action: "bedrock:InvokeModel", project: "default" };
  const project = `arn:aws:bedrock:eu-central-1:${account}:project/default`;

  it("ask about their project too", () => {
    expect(decide(chat, [allow("bedrock:InvokeModel", [profileArn, ...models])]).overall).toBe("denied");
    const all = [profileArn, ...models, project];
    expect(decide(chat, [allow("bedrock:InvokeModel", all)]).overall).toBe("allowed");
    expect(checksOf({ ...chat, project: "p-1" }).at(-1)?.resource).toBe(project.replace("default", "p-1"));
  });

  it("may carry the profile's key on the project, or not", () => {
    const key = { Condition: { ArnLike: { "bedrock:InferenceProfileArn": profileArn } } };
    expect(decisions(decide(chat, [allow("bedrock:InvokeModel", "*", key)]))[project]).toBe("cannot-tell");
  });
});

describe("bedrock-mantle", () => {
  const create = "bedrock-mantle:CreateInference";

  it("asks about its project and nothing of bedrock's", () => {
    expect(checksOf(mantle).map(({ action, resource }) => [action, resource])).toEqual([[create, mantleProject]]);
    expect(decide(mantle, [allow("bedrock:*")]).overall).toBe("denied");
    expect(decide(mantle, [allow(create, mantleProject)]).overall).toBe("allowed");
    expect(decide(mantle, [allow(create, "arn:aws:bedrock-mantle:*:*:project/other")]).overall).toBe("denied");
  });

  it("has a Region, which a Region deny sees", () => {
    const elsewhere = { Condition: { StringNotEquals: { "aws:RequestedRegion": "us-east-1" } } };
    const deny = { Effect: "Deny", Action: "*", Resource: "*", ...elsewhere };
    expect(decide(mantle, [allow(create), deny]).overall).toBe("denied");
    expect(decide({ ...mantle, sourceRegion: "us-east-1" }, [allow(create), deny]).overall).toBe("allowed");
  });

  it("has its own token action and its own key for it", () => {
    const token = { ...mantle, bearerToken: "LONG_TERM" } as const;
    expect(decide(token, [allow(create), allow("bedrock:CallWithBearerToken")]).overall).toBe("denied");
    const typed = (key: string): unknown =>
      allow("bedrock-mantle:CallWithBearerToken", "*", { Condition: { StringEquals: { [key]: "LONG_TERM" } } });
    expect(decide(token, [allow(create), typed("bedrock-mantle:BearerTokenType")]).overall).toBe("allowed");
    expect(decide(token, [allow(create), typed("bedrock:BearerTokenType")]).overall).not.toBe("allowed");
  });

  it("does not say what its key of the model holds, not even in a test line, until somebody does", () => {
    const only = allow(create, "*", { Condition: { StringLike: { "bedrock-mantle:Model": "openai.*" } } });
    for (const others of ["unknown", "absent"] as const) {
      expect(decide(mantle, [only], { others }).overall).toBe("cannot-tell");
      const said = { others, context: { "bedrock-mantle:model": ["openai.gpt-oss-120b"] } };
      expect(decide(mantle, [only], said).overall).toBe("allowed");
    }
  });
});

describe("on the command line", () => {
  const file = join(folder, "identity.json");
  const check = async (statements: readonly unknown[], ...args: readonly string[]) => {
    writeFileSync(file, policy(...statements));
    const common = ["--source-region", "eu-central-1", "--principal", role, "--no-scp", "--identity", file];
    return await runCli(["policy", "check", ...common, ...args]);
  };

  it("a batch job is decided for who creates it, and says what it did not look at", async () => {
    const run = await check(
      [allow("bedrock:CreateModelInvocationJob")],
      "--inference-profile",
      profile,
      "--operation",
      "CreateModelInvocationJob",
    );
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("not evaluated: iam:PassRole for the service role of the job");
  });

  it.each(["ChatCompletions", "Responses", "Messages"])("%s needs its project", async (operation) => {
    const args = ["--inference-profile", profile, "--operation", operation];
    const run = await check([allow("bedrock:InvokeModel", [profileArn, ...models])], ...args, "--project", "p-9");
    expect(run.code).toBe(3);
    expect(run.stdout).toContain(`implicit  arn:aws:bedrock:eu-central-1:${account}:project/p-9`);
    expect((await check([allow("bedrock:InvokeModel")], ...args)).code).toBe(0);
  });

  it("bedrock-mantle is called CreateInference", async () => {
    const args = ["--model", "openai.gpt-oss-120b", "--operation", "CreateInference", "--bearer-token", "SHORT_TERM"];
    const run = await check([allow("bedrock-mantle:*")], ...args);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("allowed  bedrock-mantle:CallWithBearerToken *");
    expect((await check([allow("bedrock:*")], ...args)).code).toBe(3);
  });

  it.each([
    [["--inference-profile", profile, "--operation", "CreateInference"], "takes no profile"],
    [["--inference-profile", profile, "--project", "x"], "--project is of no matter for InvokeModel"],
    [["--model", model, "--operation", "Invoke"], "Allowed choices are"],
  ])("%s is wrong use", async (args, said) => {
    const run = await check([allow("*")], ...args);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it("policy test knows their actions, and refuses a profile on bedrock-mantle", async () => {
    const lines = [
      { action: "bedrock:CreateModelInvocationJob", profile },
      { action: "bedrock-mantle:CreateInference", model },
      { action: "bedrock:InvokeModel", profile, project: "default" },
      { action: "bedrock-mantle:CreateInference", profile },
    ].map((request, index) => ({
      id: String(index),
      identity: { Version: "2012-10-17", Statement: allow("bedrock:*") },
      request: { source_region: "eu-central-1", principal_arn: role, ...request },
    }));
    const tests = join(folder, "tests.jsonl");
    writeFileSync(tests, lines.map((line) => JSON.stringify(line)).join("\n"));
    const run = await runCli(["policy", "test", tests, "--format", "json"]);
    const found = JSON.parse(run.stdout) as { readonly overall: string; readonly problems?: readonly string[] }[];
    expect(found.map(({ overall }) => overall)).toEqual(["allowed", "denied", "allowed", "cannot-tell"]);
    expect(found[3]?.problems).toEqual([expect.stringContaining("takes no profile")]);
  });
});
