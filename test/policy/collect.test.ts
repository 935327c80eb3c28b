import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  AddUserToGroupCommand,
  CreateGroupCommand,
  CreatePolicyCommand as CreateManagedPolicy,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  AttachPolicyCommand,
  CreateAccountCommand,
  CreateOrganizationCommand,
  CreateOrganizationalUnitCommand,
  CreatePolicyCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
  MoveAccountCommand,
  RegisterDelegatedAdministratorCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Bundle } from "../../src/policy/bundle.ts";
import {
  type Door,
  type LocalServer,
  deniedJson,
  deniedXml,
  ministack,
  moto,
  openDoor,
  startMinistack,
  startMoto,
} from "../support/policy-server.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { extendedScp, firstScp, policy, profile } from "./documents.ts";

const folder = temporaryFolder();
const keys = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "eu-central-1" };
Object.assign(process.env, keys);

const credentials = { accessKeyId: "test", secretAccessKey: "test" };

interface Landscape {
  readonly account: string;
  readonly role: string;
  readonly user: string;
  readonly scp: string;
}

const invoke = (more: Record<string, unknown> = {}): string =>
  policy({ Effect: "Allow", Action: "bedrock:InvokeModel*", Resource: "*", ...more });

/** A root, an OU with a Region deny, an account in it with a role, a user and its group. */
async function build(url: string): Promise<Landscape> {
  const config = { endpoint: url, region: "us-east-1", credentials };
  const organizations = new OrganizationsClient(config);
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const root = (await organizations.send(new ListRootsCommand({}))).Roots?.[0]?.Id ?? "";
  await organizations.send(new EnablePolicyTypeCommand({ RootId: root, PolicyType: "SERVICE_CONTROL_POLICY" }));
  const unit =
    (await organizations.send(new CreateOrganizationalUnitCommand({ ParentId: root, Name: "Workloads" })))
      .OrganizationalUnit?.Id ?? "";
  const account =
    (await organizations.send(new CreateAccountCommand({ AccountName: "app", Email: "app@example.com" })))
      .CreateAccountStatus?.AccountId ?? "";
  await organizations.send(
    new MoveAccountCommand({ AccountId: account, SourceParentId: root, DestinationParentId: unit }),
  );
  const scp =
    (
      await organizations.send(
        new CreatePolicyCommand({
          Name: "region-deny",
          Type: "SERVICE_CONTROL_POLICY",
          Description: "Regions",
          Content: firstScp,
        }),
      )
    ).Policy?.PolicySummary?.Id ?? "";
  await organizations.send(new AttachPolicyCommand({ PolicyId: scp, TargetId: unit }));
  const inAccount = fromTemporaryCredentials({
    masterCredentials: credentials,
    params: { RoleArn: `arn:aws:iam::${account}:role/reader`, RoleSessionName: "build" },
    clientConfig: { endpoint: url, region: "us-east-1" },
  });
  const iam = new IAMClient({ ...config, credentials: inAccount });
  const boundary =
    (
      await iam.send(
        new CreateManagedPolicy({
          PolicyName: "limits",
          PolicyDocument: policy({ Effect: "Allow", Action: "*", Resource: "*" }),
        }),
      )
    ).Policy?.Arn ?? "";
  const managed =
    (
      await iam.send(
        new CreateManagedPolicy({
          PolicyName: "logs",
          PolicyDocument: policy({ Effect: "Allow", Action: "logs:*", Resource: "*" }),
        }),
      )
    ).Policy?.Arn ?? "";
  const trust = policy({ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" });
  await iam.send(
    new CreateRoleCommand({
      RoleName: "workload",
      Path: "/apps/",
      AssumeRolePolicyDocument: trust,
      PermissionsBoundary: boundary,
      Tags: [{ Key: "team", Value: "claims" }],
    }),
  );
  await iam.send(new PutRolePolicyCommand({ RoleName: "workload", PolicyName: "invoke", PolicyDocument: invoke() }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: "workload", PolicyArn: managed }));
  await iam.send(new CreateRoleCommand({ RoleName: "bystander", AssumeRolePolicyDocument: trust }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: "bystander", PolicyArn: managed }));
  await iam.send(new CreateUserCommand({ UserName: "ada" }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName: "ada",
      PolicyName: "own",
      PolicyDocument: policy({ Effect: "Allow", Action: "s3:*", Resource: "*" }),
    }),
  );
  await iam.send(new AttachUserPolicyCommand({ UserName: "ada", PolicyArn: managed }));
  await iam.send(new CreateGroupCommand({ GroupName: "builders" }));
  await iam.send(new PutGroupPolicyCommand({ GroupName: "builders", PolicyName: "invoke", PolicyDocument: invoke() }));
  await iam.send(new AddUserToGroupCommand({ GroupName: "builders", UserName: "ada" }));
  return { account, role: `arn:aws:iam::${account}:role/apps/workload`, user: `arn:aws:iam::${account}:user/ada`, scp };
}

function actionsIn(document: unknown): string[] {
  const { Statement } = document as { Statement: { Action: string | string[] }[] };
  return Statement.flatMap(({ Action }) => Action);
}

describe.skipIf("missing" in moto)("policy collect", () => {
  let server: LocalServer;
  let door: Door;
  let land: Landscape;
  const through = ["--account-role", "reader"];

  beforeAll(async () => {
    server = await startMoto("python" in moto ? moto.python : "");
    land = await build(server.url);
    door = await openDoor(server.url);
    // the door stands before STS too
    process.env["AWS_ENDPOINT_URL"] = door.url;
  });
  afterAll(() => {
    delete process.env["AWS_ENDPOINT_URL"];
    door.close();
    server.stop();
  });
  beforeEach(() => {
    door.calls.length = 0;
    door.keys.length = 0;
    door.delegated = false;
    door.refuse = () => undefined;
    door.rewrite = (_, body) => body;
  });

  async function collect(...args: readonly string[]): Promise<{ run: CliRun; bundle: Bundle; file: string }> {
    const file = join(folder, `${Math.random()}.json`);
    const run = await runCli(["policy", "collect", ...through, ...args, "--output", file], keys);
    const { readFileSync } = await import("node:fs");
    return { run, file, bundle: JSON.parse(readFileSync(file, "utf8")) as Bundle };
  }

  async function check(file: string, ...args: readonly string[]): Promise<CliRun> {
    return await runCli([
      "policy",
      "check",
      "--bundle",
      file,
      "--inference-profile",
      profile,
      "--source-region",
      "eu-central-1",
      ...args,
    ]);
  }

  it("fetches what bears on a role, and check and test decide from it", async () => {
    const { run, bundle, file } = await collect("--principal", land.role);
    expect(run.code).toBe(0);
    expect(bundle.unreadable).toEqual([]);
    expect(bundle.principals[land.role]).toMatchObject({ account: land.account, tags: { team: "claims" } });
    expect(
      Object.values(bundle.targets)
        .map(({ type, name }) => `${type} ${name}`)
        .toSorted(),
    ).toEqual(["account app", "ou Workloads", "root Root"]);
    const denied = await check(file);
    expect(denied.code).toBe(3);
    expect(denied.stdout).toContain(`ou Workloads`);
    expect(denied.stdout).toContain(`region-deny (${land.scp}):4:5 Statement[0] OutsideOfOurRegions denies`);
    expect(denied.stdout).toContain("not evaluated, as not given: session policy, VPC endpoint policy");
    const scp = join(folder, "extended.json");
    writeFileSync(scp, extendedScp);
    expect(
      (await check(file, "--scp", "root=FullAWSAccess", "--scp", `ou=${scp}`, "--scp", "ou=FullAWSAccess")).code,
    ).toBe(0);
    const tests = join(folder, "tests.jsonl");
    writeFileSync(
      tests,
      JSON.stringify({
        id: "live",
        bundle: file,
        request: { profile, source_region: "eu-central-1", principal_arn: land.role },
        expect: { overall: "denied" },
      }),
    );
    expect((await runCli(["policy", "test", tests])).code).toBe(0);
  });

  it("calls what --permissions prints, all of it and nothing else", async () => {
    const args = ["--principal", `${land.role},${land.user}`];
    await collect(...args);
    const printed = await runCli(["policy", "collect", ...args, "--permissions"], keys);
    const called = new Set(door.calls.filter((call) => !call.startsWith("sts:")));
    const allowed = new Set(actionsIn(JSON.parse(printed.stdout)));
    // no group has a managed policy here, yet who asks must be allowed to ask
    expect([...called].filter((call) => !allowed.has(call))).toEqual([]);
    expect([...allowed].filter((action) => !called.has(action))).toEqual([]);
    door.calls.length = 0;
    await collect("--organization");
    const whole = await runCli(["policy", "collect", "--organization", ...through, "--permissions"], keys);
    const documents = whole.stdout.split(/\n(?=\{)/).map((text): unknown => JSON.parse(text));
    expect(new Set(documents.flatMap(actionsIn))).toEqual(new Set(door.calls));
  });

  it("reads a user through its groups", async () => {
    const { bundle } = await collect("--principal", land.user);
    expect(bundle.principals[land.user]?.identity).toEqual([
      `${land.user}#own`,
      expect.stringContaining("policy/logs"),
      `${land.user}, group builders#invoke`,
    ]);
  });

  it("takes the whole organization, with the principals that may call Bedrock", async () => {
    const { run, bundle } = await collect("--organization");
    expect(run.code).toBe(0);
    expect(Object.keys(bundle.principals).toSorted()).toEqual([land.role, land.user].toSorted());
    expect(Object.values(bundle.targets).filter(({ type }) => type === "account")).toHaveLength(2);
    const reach = await runCli([
      "policy",
      "reach",
      "--bundle",
      await saved(bundle),
      "--inference-profile",
      profile,
      "--source-region",
      "eu-central-1",
      "--all",
      "--format",
      "json",
    ]);
    const rows = JSON.parse(reach.stdout) as Record<string, string>[];
    expect(
      rows
        .filter(({ principal }) => principal === land.role)
        .map(({ destination_region, decision }) => [destination_region, decision]),
    ).toEqual([
      ["eu-central-1", "allowed"],
      ["eu-north-1", "denied"],
      ["eu-west-1", "denied"],
      ["eu-west-3", "denied"],
    ]);
  });

  it("reads as a delegated administrator what the management account reads, and knows whom SCPs bind", async () => {
    const { bundle: byManagement } = await collect("--organization");
    const management = new OrganizationsClient({ endpoint: server.url, region: "us-east-1", credentials });
    const registered = { AccountId: land.account, ServicePrincipal: "ssm.amazonaws.com" };
    await management.send(new RegisterDelegatedAdministratorCommand(registered));
    const delegated = ["--organizations-role-arn", `arn:aws:iam::${land.account}:role/reader`];
    door.calls.length = 0;
    door.keys.length = 0;
    door.delegated = true;
    const { run, bundle, file } = await collect("--organization", ...delegated);
    expect(run.stderr).not.toContain("not readable");
    expect(bundle).toEqual(byManagement);
    // every question to Organizations was the delegated account's own
    const asking = door.keys.filter((_, index) => door.calls[index]?.startsWith("organizations:") === true);
    expect([asking.length > 5, new Set(asking).size, asking.includes("test")]).toEqual([true, 1, false]);
    // the account that may read the policies is bound by them; the management account is not
    expect(bundle.organization?.management_account).not.toBe(land.account);
    expect((await check(file, "--principal", land.role)).code).toBe(3);
    const own = bundle.organization?.management_account ?? "";
    const { principals } = bundle;
    const there = `arn:aws:iam::${own}:role/workload`;
    const moved = { ...principals, [there]: { ...Object.values(principals)[0], account: own } };
    const bound = await check(
      await saved({ ...bundle, principals: moved as Bundle["principals"] }),
      "--principal",
      there,
    );
    expect([bound.code, bound.stdout]).toEqual([0, expect.stringContaining("do not bind this principal")]);
  });

  it("reads as a delegated administrator who may not see all, and promises nothing of the rest", async () => {
    const delegated = ["--organizations-role-arn", `arn:aws:iam::${land.account}:role/reader`];
    door.delegated = true;
    door.refuse = (call) => (call === "organizations:ListPoliciesForTarget" ? deniedJson(call) : undefined);
    const { bundle, file } = await collect("--principal", land.role, ...delegated);
    expect(bundle.organization?.management_account).not.toBe(land.account);
    expect(bundle.unreadable.map(({ what }) => what).join()).toContain("SCPs");
    expect((await check(file, "--destination", "us-east-1")).code).toBe(4);
  });

  async function saved(bundle: Bundle): Promise<string> {
    const file = join(folder, `${Math.random()}.json`);
    writeFileSync(file, JSON.stringify(bundle));
    return await Promise.resolve(file);
  }

  it.each([
    "organizations:DescribeOrganization",
    "organizations:ListParents",
    "organizations:ListPoliciesForTarget",
    "organizations:DescribePolicy",
  ])("never promises without %s", async (refused) => {
    door.refuse = (call) => (call === refused ? deniedJson(call) : undefined);
    const { run, bundle, file } = await collect("--principal", land.role, "--strict");
    expect(run.code).toBe(4);
    expect(run.stderr).toContain(`not authorized to perform: ${refused}`);
    expect(bundle.unreadable.length).toBeGreaterThan(0);
    const result = await check(file, "--destination", "us-east-1", "--expect", "allowed");
    if (refused === "organizations:DescribeOrganization") expect(result.code).toBe(0);
    else {
      expect(result.code).toBe(4);
      expect(result.stdout).toMatch(/unknown|not readable/);
    }
  });

  it.each([
    "iam:GetRole",
    "iam:ListRolePolicies",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
  ])("never promises without %s", async (refused) => {
    door.refuse = (call) => (call === refused ? deniedXml(call) : undefined);
    const { bundle, file } = await collect("--principal", land.role);
    expect(bundle.unreadable.map(({ why }) => why).join()).toContain(refused);
    const result = await check(file, "--destination", "us-east-1");
    expect([result.code, result.stdout]).toEqual([4, expect.stringMatching(/unknown|not readable/)]);
  });

  it("goes on where every other call is refused", async () => {
    let count = 0;
    door.refuse = (call) =>
      ++count > 4 && count % 2 === 0
        ? call.startsWith("organizations")
          ? deniedJson(call)
          : deniedXml(call)
        : undefined;
    const { run, bundle, file } = await collect("--organization");
    expect(run.code).toBe(0);
    expect(bundle.unreadable.length).toBeGreaterThan(2);
    expect(run.stderr).toContain("not readable: ");
    for (const principal of Object.keys(bundle.principals))
      expect((await check(file, "--principal", principal)).code).not.toBe(0);
  });

  it("waits when it is throttled, and comes to the same", async () => {
    const { bundle: calm } = await collect("--principal", land.role);
    let count = 0;
    const busy = JSON.stringify({ __type: "TooManyRequestsException", Message: "slow down" });
    const xml = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    door.refuse = (call) =>
      ++count % 3 === 0 ? { status: 400, body: call.startsWith("organizations") ? busy : xml } : undefined;
    const { bundle } = await collect("--principal", land.role);
    expect(bundle).toEqual(calm);
  });

  it("reads on behind an empty page that has a token", async () => {
    door.refuse = (call, body) =>
      call === "organizations:ListPoliciesForTarget" && !body.includes("NextToken")
        ? { status: 200, body: JSON.stringify({ Policies: [], NextToken: "more" }) }
        : undefined;
    door.rewrite = (_, body) => body.replace(/,?"NextToken":"more"/, "");
    const { bundle: calm } = await collect("--principal", land.role);
    expect(door.calls.filter((call) => call === "organizations:ListPoliciesForTarget")).toHaveLength(6);
    door.refuse = () => undefined;
    expect((await collect("--principal", land.role)).bundle.targets).toEqual(calm.targets);
  });

  it("says when the credentials are of another account", async () => {
    const file = join(folder, "other.json");
    const run = await runCli(["policy", "collect", "--principal", land.role, "--output", file], keys);
    expect(run.stderr).toContain("not readable: identity policies and boundary of");
    expect((await check(file)).code).toBe(3);
    expect((await check(file, "--destination", "us-east-1")).code).toBe(4);
  });

  it("is in no organization, and knows it", async () => {
    door.refuse = (call) =>
      call === "organizations:DescribeOrganization"
        ? { status: 400, body: JSON.stringify({ __type: "AWSOrganizationsNotInUseException", Message: "no" }) }
        : undefined;
    const { bundle, file } = await collect("--principal", land.role);
    expect(bundle.organization).toBeNull();
    expect((await check(file)).code).toBe(0);
  });
});

describe("policy collect, before it calls", () => {
  it.each([
    [[], "say whose policies"],
    [["--principal", "arn:aws:sts::111122223333:assumed-role/x/y"], "arn:aws:iam::111122223333:role/x"],
    [["--principal", "nobody"], "is not an ARN of a role or user"],
    [["--principal", "arn:aws:iam::111122223333:role/x", "--organization"], "say whose policies"],
  ])("%s is wrong use", async (args, said) => {
    const run = await runCli(["policy", "collect", ...args], keys);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it("says when AWS cannot be reached", async () => {
    const run = await runCli(
      ["policy", "collect", "--principal", "arn:aws:iam::111122223333:role/x", "--endpoint-url", "http://127.0.0.1:1"],
      keys,
    );
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining("cannot reach http://127.0.0.1:1")]);
  });
});

describe.skipIf("missing" in ministack)("the cross-check with AWS's simulator", () => {
  let server: LocalServer;
  const account = "000000000000";
  const role = `arn:aws:iam::${account}:role/workload`;
  beforeAll(async () => {
    server = await startMinistack("python" in ministack ? ministack.python : "");
    const iam = new IAMClient({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await iam.send(new CreateRoleCommand({ RoleName: "workload", AssumeRolePolicyDocument: "{}" }));
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: "workload",
        PolicyName: "invoke",
        PolicyDocument: invoke({ Resource: "arn:aws:bedrock:*:*:inference-profile/*" }),
      }),
    );
  });
  afterAll(() => server.stop());

  it("asks once for each checked resource and shows where it disagrees", async () => {
    const door = await openDoor(server.url);
    const file = join(folder, "invoke.json");
    writeFileSync(file, invoke());
    const args = [
      "policy",
      "check",
      "--inference-profile",
      profile,
      "--source-region",
      "eu-central-1",
      "--principal",
      role,
      "--no-scp",
      "--identity",
      file,
    ];
    const run = await runCli([...args, "--cross-check", "--endpoint-url", door.url, "--format", "json"], keys);
    door.close();
    expect(door.calls).toEqual(Array(5).fill("iam:SimulatePrincipalPolicy"));
    const rows = JSON.parse(run.stdout) as Record<string, string>[];
    expect(rows.map(({ decision, simulated }) => `${decision} ${simulated}`)).toEqual([
      "allowed allowed",
      ...Array<string>(4).fill("allowed implicit"),
      "allowed null",
    ]);
    expect(run.stderr).toContain("AWS's simulator disagrees");
  });
});
