import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatNames } from "../../src/report/formats/names.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import {
  account,
  extendedScp,
  firstScp,
  model,
  narrowRole,
  policy,
  profile,
  profileOnly,
  role,
  wideRole,
} from "./documents.ts";

const folder = temporaryFolder();

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const files = {
  first: file("first.json", firstScp),
  extended: file("extended.json", extendedScp),
  narrow: file("narrow.json", narrowRole),
  wide: file("wide.json", wideRole),
  profileOnly: file("profile-only.json", profileOnly),
};
const call = ["--inference-profile", profile, "--source-region", "eu-central-1", "--principal", role];
const scps = (own: string): string[] => [
  "--scp",
  "root=FullAWSAccess",
  "--scp",
  "ou=FullAWSAccess",
  "--scp",
  `ou=${own}`,
  "--scp",
  "account=FullAWSAccess",
];

async function check(...args: readonly string[]): Promise<CliRun> {
  return await runCli(["policy", "check", ...call, ...args]);
}

async function rows(...args: readonly string[]): Promise<Record<string, string | null>[]> {
  const run = await check(...args, "--format", "json");
  return JSON.parse(run.stdout) as Record<string, string | null>[];
}

const model_ = (region: string): string => `arn:aws:bedrock:${region}::foundation-model/${model}`;

describe("the way through a landing zone", () => {
  it("the first SCP denies the other destinations, and its statement is named", async () => {
    const run = await check(...scps(files.first), "--identity", files.narrow);
    expect(run.code).toBe(3);
    const found = await rows(...scps(files.first), "--identity", files.narrow);
    expect(found.map(({ resource, decision }) => [resource, decision])).toEqual([
      [`arn:aws:bedrock:eu-central-1:${account}:inference-profile/${profile}`, "allowed"],
      [model_("eu-central-1"), "allowed"],
      [model_("eu-north-1"), "denied"],
      [model_("eu-west-1"), "denied"],
      [model_("eu-west-3"), "denied"],
      ["whole call", "denied"],
    ]);
    expect(found[4]?.["by"]).toBe(
      `service control policy of ou: ${files.first}:4:5 Statement[0] OutsideOfOurRegions denies`,
    );
    expect(found[4]?.["change"]).toContain("ArnNotLike bedrock:InferenceProfileArn");
    expect(found[5]?.["by"]).toBe(
      "it fails, perhaps only when it is routed to a Region that is refused; not evaluated, as not given: permissions boundary, session policy, VPC endpoint policy",
    );
  });

  it.each(["narrow", "wide"] as const)("the extended one lets the %s role pass", async (name) => {
    expect((await check(...scps(files.extended), "--identity", files[name])).code).toBe(0);
  });

  it("without the second statement the role fails on the models", async () => {
    const found = await rows(...scps(files.extended), "--identity", files.profileOnly);
    expect(found.slice(0, -1).map(({ decision }) => decision)).toEqual([
      "allowed",
      ...Array<string>(4).fill("implicit"),
    ]);
    expect(found[2]?.["by"]).toBe("identity policy: nothing allows it");
  });
});

describe("exit codes", () => {
  it.each([
    ["allowed", files.extended, [], 0],
    ["allowed", files.first, [], 3],
    ["denied", files.first, [], 0],
    ["denied", files.extended, [], 3],
  ] as const)("--expect %s", async (expected, scp, more, code) => {
    const run = await check(...scps(scp), "--identity", files.narrow, "--expect", expected, ...more);
    expect(run.code).toBe(code);
  });

  it("cannot tell without SCPs, unless there are none", async () => {
    const without = await check("--identity", files.narrow);
    expect([without.code, without.stdout]).toEqual([4, expect.stringContaining("no SCP was given")]);
    expect((await check("--identity", files.narrow, "--no-scp")).code).toBe(0);
    expect((await check("--identity", files.narrow, "--expect", "denied")).code).toBe(4);
  });

  it("cannot tell without an identity policy, but a deny is one", async () => {
    expect((await check(...scps(files.extended))).code).toBe(4);
    expect((await check(...scps(files.first))).code).toBe(3);
  });

  it("cannot tell what hangs on a key that only a live call has, until it is said", async () => {
    const vpc = file(
      "vpc.json",
      policy({
        Effect: "Allow",
        Action: "*",
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } },
      }),
    );
    const args = ["--no-scp", "--identity", vpc];
    const open = await check(...args);
    expect([open.code, open.stdout]).toEqual([4, expect.stringContaining("--context aws:SourceVpc=VALUE")]);
    expect((await check(...args, "--context", "aws:sourcevpc=vpc-1")).code).toBe(0);
    expect((await check(...args, "--context", "aws:SourceVpc=vpc-2")).code).toBe(3);
    expect((await check(...args, "--absent", "aws:SourceVpc")).code).toBe(3);
  });

  it("cannot tell what hangs on the key of the profile's own check, and says why", async () => {
    const odd = file(
      "null.json",
      policy(
        { Effect: "Allow", Action: "*", Resource: "*" },
        {
          Sid: "Direct",
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          Condition: { Null: { "bedrock:InferenceProfileArn": "true" } },
        },
      ),
    );
    const run = await check("--no-scp", "--identity", odd);
    expect([run.code, run.stdout]).toEqual([
      4,
      expect.stringContaining(
        "Statement[1] Direct may deny (AWS does not document whether the check of the profile itself carries",
      ),
    ]);
  });

  it("cannot tell where an operator is not known", async () => {
    const odd = file(
      "odd.json",
      policy({
        Effect: "Allow",
        Action: "*",
        Resource: "*",
        Condition: { StringStartsWith: { "aws:PrincipalArn": "arn" } },
      }),
    );
    const run = await check("--no-scp", "--identity", odd);
    expect([run.code, run.stdout]).toEqual([4, expect.stringContaining("StringStartsWith is not known")]);
    expect(run.stderr).toContain("odd.json:9:9: StringStartsWith is not a condition operator");
  });
});

describe("the call", () => {
  const fine = ["--no-scp", "--identity", files.wide];

  it("takes destinations from the command line", async () => {
    const found = await rows(...fine, "--destination", "eu-south-1,eu-west-1");
    expect(found.map(({ requested_region }) => requested_region)).toEqual([
      "eu-central-1",
      "eu-central-1",
      "eu-south-1",
      "eu-west-1",
      null,
    ]);
  });

  it("takes them with blanks too", async () => {
    const found = await rows("--destination", "eu-south-1", "eu-west-1", ...fine);
    expect(found.map(({ requested_region }) => requested_region)).toEqual([
      "eu-central-1",
      "eu-central-1",
      "eu-south-1",
      "eu-west-1",
      null,
    ]);
  });

  it("refuses a bundle that is none, or empty", async () => {
    const made = {
      format: "spillway-policy-bundle/1",
      collected_at: "2026-11-01T00:00:00Z",
      targets: {},
      policies: {},
      principals: {},
      unreadable: [],
    };
    for (const [text, said] of [
      ["{", "bundle.json:1:2: a key in double quotes"],
      ["{}", "bundle.json is not a bundle"],
      [JSON.stringify(made), "bundle.json holds no principal"],
      [
        JSON.stringify({ ...made, principals: { "arn:aws:iam::111122223333:role/other": { account, identity: [] } } }),
        `does not hold ${role}`,
      ],
    ] as const) {
      const run = await check("--bundle", file("bundle.json", text));
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(said)]);
    }
  });

  it("knows the Region of a global profile's model as unspecified", async () => {
    const run = await runCli([
      "policy",
      "check",
      "--inference-profile",
      "global.amazon.nova-2-lite-v1:0",
      "--destination",
      "*",
      "--source-region",
      "eu-west-1",
      "--principal",
      role,
      "--no-scp",
      "--identity",
      files.wide,
      "--format",
      "json",
    ]);
    expect(JSON.parse(run.stdout)).toContainEqual(
      expect.objectContaining({
        resource: "arn:aws:bedrock:::foundation-model/amazon.nova-2-lite-v1:0",
        requested_region: "unspecified",
        decision: "implicit",
      }),
    );
  });

  it("checks the token of an API key, and Converse as what it is", async () => {
    const found = await rows(
      "--no-scp",
      "--identity",
      file("invoke.json", policy({ Effect: "Allow", Action: "bedrock:InvokeModel", Resource: "*" })),
      "--operation",
      "Converse",
      "--bearer-token",
      "LONG_TERM",
    );
    expect(found.at(-2)).toMatchObject({ resource: "bedrock:CallWithBearerToken *", decision: "implicit" });
    expect(found[1]).toMatchObject({ decision: "allowed" });
  });

  it.each([
    [["--principal", `arn:aws:sts::${account}:assumed-role/workload/me`], `--principal ${role}`],
    [
      ["--principal", `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Dev_ab/me`],
      "role/aws-reserved/sso.amazonaws.com/REGION/AWSReservedSSO_Dev_ab",
    ],
    [["--principal", "workload"], "is not an ARN of a role or user"],
    [["--inference-profile", "eu.nobody.model-v9:0"], "the profile eu.nobody.model-v9:0 is not known"],
    [["--source-region", "us-east-1"], "is not known with the source Region us-east-1"],
    [["--account", "12"], "12 holds no account id"],
    [["--context", "aws:RequestedRegion=eu-west-1"], "follows from the call itself"],
    [["--context", "nonsense"], "Write KEY=VALUE"],
    [["--scp", "ou.json"], "names no level"],
    [["--identity", join(folder, "none.json")], "cannot read"],
    [["--bundle", join(folder, "none.json")], "cannot read"],
  ])("%s is wrong use", async (args, said) => {
    const run = await runCli(["policy", "check", ...call, "--identity", files.wide, ...args]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain(said);
  });
});

describe("a document that AWS would not take", () => {
  const statement = { Effect: "Allow", Action: "*", Resource: "*" };
  const deny = { Effect: "Deny", Action: "*", Resource: "*" };
  it.each([
    ["{", "1:2: a key in double quotes was expected"],
    ['{"Version": "2012-10-17",\n "Version": "2012-10-17", "Statement": []}', '2:2: the key "Version" stands twice'],
    [JSON.stringify({ Statement: deny }), "1:1: Version is missing: a service control policy needs"],
    [JSON.stringify({ Version: "2024-01-01", Statement: deny }), '1:12: Version is "2012-10-17"'],
    [JSON.stringify({ Version: "2012-10-17" }), "1:1: the element Statement is missing"],
    [JSON.stringify({ version: "2012-10-17", Statement: deny }), "1:2: there is no element version: write Version"],
    [policy({ ...statement, Effect: "allow" }), "5:17: Effect is Allow or Deny"],
    [policy({ ...statement, NotAction: "s3:*" }), "Action and NotAction exclude each other"],
    [policy({ Effect: "Deny", Action: "*" }), "Resource or NotResource is missing"],
    [policy({ ...deny, Principal: "*" }), "Principal is for policies on resources"],
    [policy({ ...deny, Action: "InvokeModel" }), 'not "InvokeModel"'],
    [policy({ ...deny, Action: [] }), "Action is an empty list"],
    [policy({ ...deny, Resource: "foundation-model/x" }), 'Resource takes an ARN, or "*"'],
    [policy({ ...deny, Sid: "A" }, { ...deny, Sid: "A" }), "the Sid A stands twice"],
    [policy({ ...deny, Condition: { StringEquals: "x" } }), "StringEquals takes an object"],
    [
      policy({ ...deny, Condition: { StringEquals: { RequestedRegion: "x" } } }),
      "RequestedRegion is not a condition key",
    ],
    [policy({ ...deny, Condition: { StringEquals: { "aws:x": { a: 1 } } } }), "aws:x takes a value or a list"],
    [policy({ ...deny, Condition: { Bool: { "aws:x": "maybe" } } }), 'Bool cannot compare with "maybe"'],
    [
      policy({ ...deny, Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/40" } } }),
      'IpAddress cannot compare with "10.0.0.0/40"',
    ],
    [policy({ ...deny, Sid: "x".repeat(10_300) }), "a service control policy may have 10,240"],
    ["[]", "1:1: a policy is a JSON object"],
  ])("%#", async (text, said) => {
    const bad = file("bad.json", text);
    const run = await check("--scp", `root=${bad}`, "--identity", files.narrow);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain(`${bad}:`);
    expect(run.stderr).toContain(said);
  });

  it("is only warned of where it is too long with its blanks alone", async () => {
    const long = file("long.json", `${firstScp.slice(0, -1)}${" ".repeat(10_000)}}`);
    const run = await check(...scps(long), "--identity", files.narrow);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("characters as written");
  });

  it("may have any Sid as an SCP, and letters and digits in IAM", async () => {
    const named = file("named.json", policy({ ...statement, Sid: "no blanks" }));
    const asScp = await check("--scp", `root=${named}`, "--identity", files.narrow);
    expect([asScp.code, asScp.stderr]).toEqual([0, expect.stringContaining("letters and digits only")]);
    expect((await check("--no-scp", "--identity", named)).code).toBe(2);
  });

  it("says all that is wrong with it", async () => {
    const bad = file("bad.json", policy({ Effect: "allow", Action: "x", Resource: "y" }));
    const run = await check("--no-scp", "--identity", bad);
    expect(run.stderr.match(/bad\.json:\d+:\d+: /g)).toHaveLength(3);
  });

  it("is not asked of more than ten at one place", async () => {
    const many = Array.from({ length: 11 }, () => ["--scp", `ou=${files.first}`]).flat();
    expect((await check(...many, "--identity", files.narrow)).stderr).toContain("ou has 11 SCPs");
  });
});

describe("formats", () => {
  it.each(formatNames)("%s", async (format) => {
    const out = join(folder, `check.${format}`);
    const run = await check(...scps(files.first), "--identity", files.narrow, "--format", format, "--output", out);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("6 rows");
  });

  it("says it in words without one", async () => {
    const { stdout } = await check(...scps(files.first), "--identity", files.narrow);
    expect(stdout).toContain(
      `denied   ${model_("eu-west-3")}\n         service control policy of ou: ${files.first}:4:5 Statement[0]`,
    );
    expect(stdout).toContain("to change: ");
    expect(stdout).toMatch(/denied {3}whole call\n/);
  });
});

it("says what the lints find, on stderr", async () => {
  const run = await check(...scps(files.extended), "--identity", files.wide);
  expect(run.stderr).toMatch(
    /extended\.json:\d+:\d+: arn:aws:bedrock:eu-central-1:\*:inference-profile\/eu\.\* does not cover application profiles/,
  );
  expect(run.stderr).toContain("(misses-application-profiles)");
});
