/** The walk before the first call, over HTTP with the real SDK: each line green, red, and not to be told. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from "@aws-sdk/client-cloudtrail";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { account, extendedScp, firstScp, narrowRole, policy, profile, profileOnly, role } from "../policy/documents.ts";
import {
  type Answer,
  type Answers,
  type AwsEndpoint,
  failed,
  refused,
  startAws,
  useAws,
} from "../support/aws-endpoint.ts";
import { ministack, startMinistack } from "../support/policy-server.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import {
  available,
  changed,
  destinations,
  green,
  identity,
  profileIn,
  simulated,
  sourceRegion,
  trail,
} from "./landing-zone.ts";

const folder = temporaryFolder();
let aws: AwsEndpoint;

beforeAll(async () => {
  aws = await startAws(green);
});
afterAll(() => {
  delete process.env["AWS_ENDPOINT_URL"];
  aws.close();
});
beforeEach(() => {
  aws.calls.length = 0;
  changed(aws, {});
  useAws(aws);
});

function saved(text: string): string {
  const file = join(folder, `${Math.random()}.json`);
  writeFileSync(file, text);
  return file;
}

interface Walk {
  readonly scp?: string;
  readonly identity?: string;
  readonly args?: readonly string[];
  readonly answers?: Answers;
  readonly profile?: string;
}

/** Outcome of each check; of several lines the worst. */
async function walk({
  scp = extendedScp,
  identity: own = narrowRole,
  args = [],
  answers = {},
  profile: id = profile,
}: Walk): Promise<{
  readonly run: CliRun;
  readonly lines: readonly Record<string, string | null>[];
  readonly outcomes: Readonly<Record<string, string>>;
}> {
  changed(aws, answers);
  const run = await runCli([
    "preflight",
    "--inference-profile",
    id,
    "--source-region",
    sourceRegion,
    "--principal",
    role,
    "--scp",
    "root=FullAWSAccess",
    "--scp",
    `ou=${saved(scp)}`,
    "--scp",
    "ou=FullAWSAccess",
    "--identity",
    saved(own),
    "--format",
    "json",
    ...args,
  ]);
  const lines = run.stdout === "" ? [] : (JSON.parse(run.stdout) as Record<string, string | null>[]);
  const outcomes: Record<string, string> = {};
  for (const { check, outcome } of lines) {
    const before = outcomes[check ?? ""];
    if (before === undefined || before === "passes" || outcome === "fails") outcomes[check ?? ""] = outcome ?? "";
  }
  return { run, lines, outcomes };
}

const allGreen = {
  "role-permission": "passes",
  scp: "passes",
  "model-access": "passes",
  profile: "passes",
  trail: "passes",
  "trail-logging": "passes",
  "trail-read-events": "passes",
  "trail-validation": "passes",
  "invocation-logging": "passes",
};

const says =
  (answer: Answer): (() => Answer) =>
  () =>
    answer;
const body = (value: unknown): (() => Answer) => says({ body: value });
const claude = "eu.anthropic.claude-sonnet-4-20250514-v1:0";

describe("the walk of a landing zone", () => {
  it("is green where everything holds, in the order of a call", async () => {
    const { run, lines, outcomes } = await walk({});
    expect(outcomes).toEqual(allGreen);
    expect([...new Set(lines.map(({ check }) => check))]).toEqual(Object.keys(allGreen));
    expect(run.code).toBe(0);
    expect(lines.every(({ next }) => next === null)).toBe(true);
  });

  it.each<readonly [name: string, walk: Walk, check: string, outcome: string, found: RegExp, next: RegExp]>([
    [
      "the SCP denies eu-west-3",
      { scp: firstScp },
      "scp",
      "fails",
      /OutsideOfOurRegions denies/,
      /bedrock:InferenceProfileArn/,
    ],
    [
      "the role lacks its second statement",
      { identity: profileOnly },
      "role-permission",
      "fails",
      /nothing allows it/,
      /foundation-model/,
    ],
    [
      "the SCP hangs on what is not known",
      {
        scp: policy({
          Effect: "Deny",
          Action: "bedrock:*",
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } },
        }),
      },
      "scp",
      "cannot-tell",
      /aws:SourceVpce is not known/,
      /--context/,
    ],
    [
      "the role hangs on what is not known",
      {
        identity: policy({
          Effect: "Allow",
          Action: "bedrock:*",
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } },
        }),
      },
      "role-permission",
      "cannot-tell",
      /aws:SourceVpce is not known/,
      /--absent/,
    ],
    [
      "the endpoint lets nothing through",
      { args: ["--endpoint-policy", "ENDPOINT"] },
      "endpoint-policy",
      "fails",
      /nothing allows it/,
      /Principal/,
    ],
    [
      "no agreement for the model",
      {
        answers: {
          "bedrock:GetFoundationModelAvailability": body({
            ...available,
            agreementAvailability: { status: "NOT_AVAILABLE" },
          }),
        },
      },
      "model-access",
      "fails",
      /agreement NOT_AVAILABLE/,
      /agreement/,
    ],
    [
      "an agreement that failed",
      {
        answers: {
          "bedrock:GetFoundationModelAvailability": body({
            ...available,
            agreementAvailability: { status: "ERROR", errorMessage: "no payment" },
          }),
        },
      },
      "model-access",
      "fails",
      /no payment/,
      /agreement/,
    ],
    [
      "not authorized for the model",
      {
        answers: {
          "bedrock:GetFoundationModelAvailability": body({ ...available, authorizationStatus: "NOT_AUTHORIZED" }),
        },
      },
      "model-access",
      "fails",
      /NOT_AUTHORIZED/,
      /access/,
    ],
    [
      "no entitlement",
      {
        answers: {
          "bedrock:GetFoundationModelAvailability": body({ ...available, entitlementAvailability: "NOT_AVAILABLE" }),
        },
      },
      "model-access",
      "fails",
      /entitlement NOT_AVAILABLE/,
      /Request access/,
    ],
    [
      "a model that the source Region lacks",
      {
        answers: {
          "bedrock:GetFoundationModelAvailability": body({ ...available, regionAvailability: "NOT_AVAILABLE" }),
        },
      },
      "model-access",
      "fails",
      /Region NOT_AVAILABLE/,
      /another source Region/,
    ],
    [
      "a source Region that never serves",
      {
        answers: {
          "bedrock:GetInferenceProfile": body(profileIn(["eu-north-1"])),
          "bedrock:GetFoundationModelAvailability": body({ ...available, regionAvailability: "NOT_AVAILABLE" }),
        },
      },
      "model-access",
      "cannot-tell",
      /Region NOT_AVAILABLE/,
      /Make one call/,
    ],
    [
      "an agreement on its way",
      {
        answers: {
          "bedrock:GetFoundationModelAvailability": body({
            ...available,
            agreementAvailability: { status: "PENDING" },
          }),
        },
      },
      "model-access",
      "cannot-tell",
      /PENDING/,
      /Wait two minutes/,
    ],
    [
      "a word nobody knows",
      { answers: { "bedrock:GetFoundationModelAvailability": body({ ...available, authorizationStatus: "MAYBE" }) } },
      "model-access",
      "cannot-tell",
      /MAYBE/,
      /Make one call/,
    ],
    [
      "a model that AWS does not know",
      {
        answers: {
          "bedrock:GetFoundationModelAvailability": says(failed("ResourceNotFoundException", "no such model", 404)),
        },
      },
      "model-access",
      "fails",
      /no such model/,
      /list-foundation-models/,
    ],
    [
      "no right to ask for the model",
      {
        answers: { "bedrock:GetFoundationModelAvailability": says(refused("bedrock:GetFoundationModelAvailability")) },
      },
      "model-access",
      "cannot-tell",
      /bedrock:GetFoundationModelAvailability is missing/,
      /Allow bedrock:GetFoundationModelAvailability/,
    ],
    [
      "no right to ask for the profile",
      { answers: { "bedrock:GetInferenceProfile": says(refused("bedrock:GetInferenceProfile")) } },
      "profile",
      "cannot-tell",
      /as of .* it ran in eu-central-1/,
      /Allow bedrock:GetInferenceProfile/,
    ],
    [
      "a profile that is not there",
      {
        answers: {
          "bedrock:GetInferenceProfile": says(
            failed("ResourceNotFoundException", "The provided inference profile does not exist", 404),
          ),
        },
      },
      "profile",
      "fails",
      /does not exist/,
      /spillway profiles list/,
    ],
    [
      "a profile that is not active",
      { answers: { "bedrock:GetInferenceProfile": body(profileIn(destinations, { status: "CREATING" })) } },
      "profile",
      "fails",
      /CREATING/,
      /Wait/,
    ],
    [
      "a profile with one destination more",
      { answers: { "bedrock:GetInferenceProfile": body(profileIn([...destinations, "eu-south-2"])) } },
      "profile",
      "fails",
      /eu-south-2 is new/,
      /Approve/,
    ],
    [
      "a profile without models",
      { answers: { "bedrock:GetInferenceProfile": body(profileIn([])) } },
      "profile",
      "cannot-tell",
      /no destination/,
      /console/,
    ],
    [
      "a destination outside of the boundary",
      { args: ["--boundary", "eu-central-1,eu-north-1,eu-west-1"] },
      "boundary",
      "fails",
      /eu-west-3/,
      /profiles list/,
    ],
    [
      "no trail",
      { answers: { "cloudtrail:DescribeTrails": body({ trailList: [] }) } },
      "trail",
      "fails",
      /has no trail/,
      /multi-Region/,
    ],
    [
      "a trail of another Region alone",
      { answers: { "cloudtrail:DescribeTrails": body({ trailList: [{ ...trail, IsMultiRegionTrail: false }] }) } },
      "trail",
      "fails",
      /none covers eu-central-1: organization \(eu-west-1 alone\)/,
      /multi-Region/,
    ],
    [
      "no right to list trails",
      { answers: { "cloudtrail:DescribeTrails": says(refused("cloudtrail:DescribeTrails")) } },
      "trail",
      "cannot-tell",
      /cloudtrail:DescribeTrails is missing/,
      /Allow cloudtrail:DescribeTrails/,
    ],
    [
      "a trail that is stopped",
      { answers: { "cloudtrail:GetTrailStatus": body({ IsLogging: false }) } },
      "trail-logging",
      "fails",
      /stopped/,
      /start-logging --name arn:aws:cloudtrail:eu-west-1:111122223333:trail\/organization --region eu-west-1/,
    ],
    [
      "a bucket that takes nothing",
      { answers: { "cloudtrail:GetTrailStatus": body({ IsLogging: true, LatestDeliveryError: "AccessDenied" }) } },
      "trail-logging",
      "fails",
      /AccessDenied/,
      /bucket/,
    ],
    [
      "no right to the status",
      { answers: { "cloudtrail:GetTrailStatus": says(refused("cloudtrail:GetTrailStatus")) } },
      "trail-logging",
      "cannot-tell",
      /GetTrailStatus/,
      /Allow cloudtrail:GetTrailStatus/,
    ],
    [
      "the organization's trail, seen from a member",
      { answers: { "cloudtrail:GetTrailStatus": says(failed("TrailNotFoundException", "unknown trail")) } },
      "trail-logging",
      "cannot-tell",
      /unknown trail/,
      /owns the trail/,
    ],
    [
      "a trail of write events",
      {
        answers: {
          "cloudtrail:GetEventSelectors": body({
            EventSelectors: [{ ReadWriteType: "WriteOnly", IncludeManagementEvents: true }],
          }),
        },
      },
      "trail-read-events",
      "fails",
      /leaves out Converse, .*inference only reads/,
      /kind All/,
    ],
    [
      "a trail of data events",
      {
        answers: {
          "cloudtrail:GetEventSelectors": body({
            EventSelectors: [{ ReadWriteType: "All", IncludeManagementEvents: false }],
          }),
        },
      },
      "trail-read-events",
      "fails",
      /leaves out/,
      /kind All/,
    ],
    [
      "no right to the selectors",
      { answers: { "cloudtrail:GetEventSelectors": says(refused("cloudtrail:GetEventSelectors")) } },
      "trail-read-events",
      "cannot-tell",
      /GetEventSelectors/,
      /Allow/,
    ],
    [
      "a trail without selectors",
      { answers: { "cloudtrail:GetEventSelectors": body({}) } },
      "trail-read-events",
      "cannot-tell",
      /no selector/,
      /kind All/,
    ],
    [
      "files that nobody signs",
      {
        answers: { "cloudtrail:DescribeTrails": body({ trailList: [{ ...trail, LogFileValidationEnabled: false }] }) },
      },
      "trail-validation",
      "fails",
      /off/,
      /--enable-log-file-validation/,
    ],
    [
      "no invocation logs",
      { answers: { "bedrock:GetModelInvocationLoggingConfiguration": body({}) } },
      "invocation-logging",
      "fails",
      /off/,
      /--skip invocation-logging/,
    ],
    [
      "no right to the logging",
      {
        answers: {
          "bedrock:GetModelInvocationLoggingConfiguration": says(
            refused("bedrock:GetModelInvocationLoggingConfiguration"),
          ),
        },
      },
      "invocation-logging",
      "cannot-tell",
      /missing/,
      /Allow/,
    ],
    [
      "throttling that does not end",
      {
        answers: {
          "bedrock:GetModelInvocationLoggingConfiguration": says(
            failed("ThrottlingException", "Too many requests", 429),
          ),
        },
      },
      "invocation-logging",
      "cannot-tell",
      /keeps throttling/,
      /later/,
    ],
    [
      "no form for Anthropic",
      {
        profile: claude,
        identity: policy({ Effect: "Allow", Action: "bedrock:*", Resource: "*" }),
        answers: {
          "bedrock:GetInferenceProfile": says(refused("bedrock:GetInferenceProfile")),
          "bedrock:GetUseCaseForModelAccess": says(failed("ResourceNotFoundException", "none", 404)),
        },
      },
      "use-case-form",
      "cannot-tell",
      /no form/,
      /Send the form/,
    ],
    [
      "no form, and the account that calls is the one that sends it for all",
      {
        profile: claude,
        identity: policy({ Effect: "Allow", Action: "bedrock:*", Resource: "*" }),
        args: ["--management-account"],
        answers: {
          "bedrock:GetInferenceProfile": says(refused("bedrock:GetInferenceProfile")),
          "bedrock:GetUseCaseForModelAccess": says(failed("ResourceNotFoundException", "none", 404)),
        },
      },
      "use-case-form",
      "fails",
      /management account, which calls, has sent no form/,
      /Send the form/,
    ],
    [
      "an endpoint policy that hangs on what is not known",
      {
        args: ["--endpoint-policy", "ENDPOINT OF ONE"],
      },
      "endpoint-policy",
      "cannot-tell",
      /aws:SourceVpce is not known/,
      /--context/,
    ],
    [
      "a boundary for a profile that nobody knows",
      {
        profile: "eu.amazon.nova-next-v9:0",
        args: ["--boundary", "eu"],
        answers: { "bedrock:GetInferenceProfile": says(failed("ResourceNotFoundException", "none", 404)) },
      },
      "boundary",
      "cannot-tell",
      /destinations are not known/,
      /Name a profile/,
    ],
  ])("%s", async (_, given, check, outcome, found, next) => {
    const anybody = { Effect: "Allow", Principal: "*", Resource: "*" };
    const endpoints: Record<string, object> = {
      ENDPOINT: { ...anybody, Action: "s3:*" },
      "ENDPOINT OF ONE": { ...anybody, Action: "*", Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } } },
    };
    const args = (given.args ?? []).map((arg) => {
      const statement = endpoints[arg];
      return statement === undefined ? arg : saved(policy(statement));
    });
    const { run, lines, outcomes } = await walk({ ...given, args });
    expect(outcomes[check], run.stderr).toBe(outcome);
    const line = lines.find((each) => each["check"] === check && each["outcome"] === outcome);
    expect(line?.["found"]).toMatch(found);
    expect(line?.["next"]).toMatch(next);
    expect(line?.["next"]?.match(/\n/)).toBeNull();
    const others = Object.entries(outcomes).filter(([name, each]) => name !== check && each === "fails");
    const follow: Record<string, readonly string[]> = {
      trail: ["trail-logging", "trail-read-events", "trail-validation"],
      // a role has the destinations that were known
      profile: ["role-permission"],
      boundary: ["profile"],
    };
    expect(others.filter(([name]) => follow[check]?.includes(name) !== true)).toEqual([]);
    const isRed = Object.values(outcomes).includes("fails");
    expect(run.code).toBe(isRed ? 3 : 4);
  });

  it("names each Region that an SCP or the role refuses", async () => {
    const red = (lines: readonly Record<string, string | null>[], check: string): string[] =>
      lines
        .filter((line) => line["check"] === check && line["outcome"] === "fails")
        .map(({ subject }) => subject?.split(":")[3] ?? "");
    const scp = await walk({ scp: firstScp });
    expect(red(scp.lines, "scp")).toEqual(["eu-north-1", "eu-west-1", "eu-west-3"]);
    expect(scp.outcomes["role-permission"]).toBe("passes");
    const own = await walk({ identity: profileOnly });
    expect(red(own.lines, "role-permission")).toEqual(destinations);
    expect(own.outcomes["scp"]).toBe("passes");
  });

  it("asks the policies about the destinations that AWS names today, not those that were known", async () => {
    const { lines } = await walk({
      answers: { "bedrock:GetInferenceProfile": body(profileIn([...destinations, "eu-south-2"])) },
    });
    const added = lines.find(({ check, subject }) => check === "role-permission" && subject?.includes("eu-south-2"));
    expect(added).toMatchObject({ outcome: "fails" });
  });

  it("passes what is green in other ways", async () => {
    const home = await walk({
      answers: {
        "cloudtrail:DescribeTrails": body({
          trailList: [{ ...trail, IsMultiRegionTrail: false, HomeRegion: sourceRegion }],
        }),
      },
    });
    expect(home.outcomes).toEqual(allGreen);
    const within = await walk({ args: ["--boundary", "eu"] });
    expect(within.outcomes["boundary"]).toBe("passes");
    const fewer = await walk({ answers: { "bedrock:GetInferenceProfile": body(profileIn(destinations.slice(0, 2))) } });
    expect(fewer.lines.find(({ check }) => check === "profile")?.["found"]).toMatch(
      /no longer, since .* in eu-west-1, eu-west-3/,
    );
    const sent = await walk({
      profile: claude,
      identity: policy({ Effect: "Allow", Action: "bedrock:*", Resource: "*" }),
      answers: { "bedrock:GetInferenceProfile": says(refused("bedrock:GetInferenceProfile")) },
    });
    expect(sent.outcomes["use-case-form"]).toBe("passes");
    const endpoint = await walk({
      args: ["--endpoint-policy", saved(policy({ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }))],
    });
    expect(endpoint.outcomes["endpoint-policy"]).toBe("passes");
  });

  it("takes of several trails the one that holds most", async () => {
    const twin = {
      ...trail,
      Name: "first",
      TrailARN: `arn:aws:cloudtrail:${sourceRegion}:${account}:trail/first`,
      HomeRegion: sourceRegion,
    };
    const { outcomes, lines } = await walk({
      answers: {
        "cloudtrail:DescribeTrails": body({ trailList: [twin, trail] }),
        "cloudtrail:GetTrailStatus": ({ body: asked }) => ({ body: { IsLogging: !asked.includes("trail/first") } }),
      },
    });
    expect(outcomes).toEqual(allGreen);
    expect(lines.find(({ check }) => check === "trail")?.["subject"]).toBe("organization");
    // only the home Region knows
    expect(aws.calls.filter(({ call }) => call === "cloudtrail:GetEventSelectors").map(({ region }) => region)).toEqual(
      [sourceRegion, "eu-west-1"],
    );
  });

  const management = { Field: "eventCategory", Equals: ["Management"] };
  it.each<readonly [string, readonly unknown[], string]>([
    ["management events", [[management]], "passes"],
    ["of which those that read", [[management, { Field: "readOnly", Equals: ["true"] }]], "passes"],
    ["of which those that write", [[management, { Field: "readOnly", Equals: ["false"] }]], "fails"],
    ["without Bedrock", [[management, { Field: "eventSource", NotEquals: ["bedrock.amazonaws.com"] }]], "fails"],
    ["without KMS", [[management, { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] }]], "passes"],
    ["of Bedrock, by its beginning", [[management, { Field: "eventSource", StartsWith: ["bedrock"] }]], "passes"],
    ["of others, by their end", [[management, { Field: "eventSource", EndsWith: ["mantle.amazonaws.com"] }]], "fails"],
    ["without what begins with bed", [[management, { Field: "eventSource", NotStartsWith: ["bed"] }]], "fails"],
    ["without what ends with Stream", [[management, { Field: "eventName", NotEndsWith: ["Stream"] }]], "fails"],
    ["API calls without completions", [[management, { Field: "eventType", Equals: ["AwsApiCall"] }]], "fails"],
    ["of one role", [[management, { Field: "userIdentity.arn", Equals: ["arn:aws:iam::1:role/x"] }]], "cannot-tell"],
    ["data events alone", [[{ Field: "eventCategory", Equals: ["Data"] }]], "fails"],
    [
      "writing here, reading there",
      [
        [management, { Field: "readOnly", Equals: ["false"] }],
        [management, { Field: "readOnly", Equals: ["true"] }],
      ],
      "passes",
    ],
  ])("advanced selectors: %s", async (_, selectors, outcome) => {
    const advanced = { AdvancedEventSelectors: selectors.map((FieldSelectors) => ({ FieldSelectors })) };
    const { outcomes } = await walk({ answers: { "cloudtrail:GetEventSelectors": body(advanced) } });
    expect(outcomes["trail-read-events"]).toBe(outcome);
  });

  it("says what only streams lose", async () => {
    const advanced = {
      AdvancedEventSelectors: [{ FieldSelectors: [management, { Field: "eventType", Equals: ["AwsApiCall"] }] }],
    };
    const { lines } = await walk({ answers: { "cloudtrail:GetEventSelectors": body(advanced) } });
    expect(lines.find(({ check }) => check === "trail-read-events")?.["found"]).toContain(
      "it leaves out the completion of ConverseStream, the completion of InvokeModelWithResponseStream",
    );
  });

  it("hears the simulator where it is asked, and believes neither where they differ", async () => {
    const agrees = await walk({ args: ["--cross-check"] });
    expect(agrees.outcomes["simulator"]).toBe("passes");
    const differs = await walk({
      args: ["--cross-check"],
      answers: { "iam:SimulatePrincipalPolicy": body(simulated("implicitDeny")) },
    });
    expect([differs.outcomes["simulator"], differs.run.code]).toEqual(["cannot-tell", 4]);
    expect(differs.lines.find(({ check }) => check === "simulator")?.["found"]).toMatch(/implicit; here allowed/);
    const bothRefuse = await walk({
      scp: policy({ Effect: "Deny", Action: "bedrock:*", Resource: "*" }),
      args: ["--cross-check"],
      answers: { "iam:SimulatePrincipalPolicy": body(simulated("implicitDeny")) },
    });
    expect(bothRefuse.outcomes["simulator"]).toBe("passes");
    const onlyHere = await walk({
      args: ["--cross-check"],
      scp: policy({
        Effect: "Deny",
        Action: "bedrock:*",
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } },
      }),
    });
    expect(onlyHere.outcomes["simulator"]).toBe("cannot-tell");
    const unheard = await walk({
      args: ["--cross-check"],
      answers: { "iam:SimulatePrincipalPolicy": says(refused("iam:SimulatePrincipalPolicy")) },
    });
    expect([unheard.outcomes["simulator"], unheard.run.code]).toEqual([undefined, 0]);
    expect(unheard.run.stderr).toContain("AWS's simulator did not answer");
  });

  it("leaves out what need not hold", async () => {
    const { run, outcomes } = await walk({
      args: ["--skip", "invocation-logging"],
      answers: { "bedrock:GetModelInvocationLoggingConfiguration": body({}) },
    });
    expect([run.code, outcomes["invocation-logging"]]).toEqual([0, undefined]);
    expect(run.stderr).toContain("left out, as --skip says: invocation-logging");
  });

  it("is red before it is not to be told", async () => {
    const { run } = await walk({
      scp: firstScp,
      answers: { "cloudtrail:DescribeTrails": says(refused("cloudtrail:DescribeTrails")) },
    });
    expect(run.code).toBe(3);
  });

  it("says nothing of another account's models and trails", async () => {
    const { run, outcomes, lines } = await walk({
      answers: { "sts:GetCallerIdentity": body(identity("444455556666")) },
    });
    expect(run.code).toBe(4);
    expect([outcomes["model-access"], outcomes["trail"], outcomes["scp"]]).toEqual([
      "cannot-tell",
      "cannot-tell",
      "passes",
    ]);
    expect(lines.find(({ check }) => check === "trail")?.["found"]).toContain(
      "of the account 444455556666, the call is of 111122223333",
    );
  });

  it("knows nothing of policies for a profile that nobody knows", async () => {
    const { run, outcomes } = await walk({
      profile: "eu.amazon.nova-next-v9:0",
      answers: { "bedrock:GetInferenceProfile": says(failed("ResourceNotFoundException", "no such profile", 404)) },
    });
    expect([run.code, outcomes["profile"], outcomes["scp"], outcomes["model-access"]]).toEqual([
      3,
      "fails",
      "cannot-tell",
      "cannot-tell",
    ]);
  });

  it("takes a profile that only AWS knows, and an application profile with the model behind it", async () => {
    const arn = `arn:aws:bedrock:${sourceRegion}:${account}:application-inference-profile/a1b2c3d4e5f6`;
    const { run, lines } = await walk({
      profile: arn,
      identity: policy({ Effect: "Allow", Action: "bedrock:*", Resource: "*" }),
      scp: policy({ Effect: "Allow", Action: "*", Resource: "*" }),
      answers: {
        "bedrock:GetInferenceProfile": body(
          profileIn(["eu-central-1", "eu-west-1"], {
            inferenceProfileArn: arn,
            inferenceProfileId: "a1b2c3d4e5f6",
            type: "APPLICATION",
          }),
        ),
      },
    });
    expect(run.code).toBe(0);
    expect(lines.filter(({ check }) => check === "scp").map(({ subject }) => subject)).toEqual([
      arn,
      "arn:aws:bedrock:eu-central-1::foundation-model/amazon.nova-pro-v1:0",
      "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0",
    ]);
  });

  it("is a text for people, with what passes gathered", async () => {
    changed(aws, {});
    const run = await runCli([
      "preflight",
      "--inference-profile",
      profile,
      "--source-region",
      sourceRegion,
      "--principal",
      role,
      "--no-scp",
      "--identity",
      saved(profileOnly),
    ]);
    expect(run.code).toBe(3);
    expect(run.stdout).toMatch(
      /^passes {2}role-permission {5}arn:aws:bedrock:eu-central-1:111122223333:inference-profile/,
    );
    expect(run.stdout).toMatch(/^fails {3}role-permission.*eu-west-3/m);
    expect(run.stdout).toMatch(/^ +next: Change /m);
    const scp = saved(policy({ Effect: "Deny", Action: "bedrock:*", Resource: "*" }));
    const denied = await runCli([
      "preflight",
      "--inference-profile",
      profile,
      "--source-region",
      sourceRegion,
      "--principal",
      role,
      "--scp",
      `root=${scp}`,
      "--scp",
      "root=FullAWSAccess",
      "--identity",
      saved(profileOnly),
    ]);
    const refusedAlike = denied.stdout.split("\n").filter((line) => line.startsWith("fails   scp"));
    // the profile, and four models alike
    expect(refusedAlike).toHaveLength(2);
    expect(run.stdout).toMatch(/^passes {2}scp .*\n +there are none$/m);
  });
});

describe("the walk, with bad input", () => {
  it.each<readonly [string, readonly string[], string]>([
    ["no profile", ["--source-region", sourceRegion, "--principal", role], "--inference-profile and --source-region"],
    ["no Region", ["--inference-profile", profile, "--principal", role], "--inference-profile and --source-region"],
    ["nobody", ["--inference-profile", profile, "--source-region", sourceRegion], "--principal is missing"],
    [
      "a session",
      [
        "--inference-profile",
        profile,
        "--source-region",
        sourceRegion,
        "--principal",
        `arn:aws:sts::${account}:assumed-role/x/y`,
      ],
      "is not an ARN of a role or user",
    ],
    [
      "a boundary that nobody knows",
      ["--inference-profile", profile, "--source-region", sourceRegion, "--principal", role, "--boundary", "moon"],
      "unknown boundary",
    ],
    ["a line that there is not", ["--skip", "weather"], "weather"],
  ])("%s is wrong use", async (_, args, said) => {
    const run = await runCli(["preflight", ...args]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it("a Region that is not enabled", async () => {
    const { run } = await walk({
      answers: {
        "bedrock:GetInferenceProfile": says(
          failed("UnrecognizedClientException", "The security token included in the request is invalid.", 403),
        ),
      },
    });
    expect([run.code, run.stderr]).toEqual([
      1,
      expect.stringContaining("eu-central-1 does not accept the AWS credentials"),
    ]);
    expect(run.stderr).toContain("the Region is not enabled in this account");
  });

  it("a Region that there is not: what was meant", async () => {
    for (const command of [
      ["preflight", "--principal", role, "--no-scp", "--identity", saved(narrowRole)],
      ["probe", "--permissions"],
    ]) {
      changed(aws, { "bedrock:GetInferenceProfile": says(failed("ResourceNotFoundException", "none", 404)) });
      const run = await runCli([...command, "--inference-profile", profile, "--source-region", "eu-centrl-1"]);
      expect(run.stderr).toContain("no Region eu-centrl-1 is known; did you mean eu-central-1?");
      expect(run.code).not.toBe(0);
    }
  });

  it("no credentials", async () => {
    delete process.env["AWS_ACCESS_KEY_ID"];
    const { run } = await walk({});
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining("no AWS credentials were found")]);
  });

  it("a network that is not there", async () => {
    const { run } = await walk({ args: ["--endpoint-url", "http://127.0.0.1:1"] });
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining("cannot reach http://127.0.0.1:1")]);
  });
});

it("calls what --permissions prints, all of it and nothing else", async () => {
  await walk({
    args: ["--cross-check"],
    profile: claude,
    identity: policy({ Effect: "Allow", Action: "bedrock:*", Resource: "*" }),
    answers: {
      "bedrock:GetInferenceProfile": body(
        profileIn(destinations, {
          models: [
            { modelArn: "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0" },
          ],
        }),
      ),
    },
  });
  const called = new Set(aws.calls.map(({ call }) => call).filter((call) => call !== "sts:GetCallerIdentity"));
  const run = await runCli(["preflight", "--no-scp", "--cross-check", "--permissions"]);
  const { Statement } = JSON.parse(run.stdout) as { Statement: { Action: string | string[] }[] };
  expect(new Set(Statement.flatMap(({ Action }) => Action))).toEqual(called);
  const live = await runCli(["preflight", "--principal", role, "--permissions"]);
  for (const action of [
    "iam:GetRole",
    "organizations:ListPoliciesForTarget",
    "iam:SimulatePrincipalPolicy",
    "bedrock:GetInferenceProfile",
  ])
    expect(live.stdout).toContain(action);
});

describe.skipIf("missing" in ministack)("the walk of a whole account, read live", () => {
  it("reads policies, trail, model and profile from one server", { timeout: 60_000 }, async () => {
    const server = await startMinistack("python" in ministack ? ministack.python : "");
    try {
      const config = {
        endpoint: server.url,
        region: sourceRegion,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      };
      const iam = new IAMClient(config);
      await iam.send(new CreateRoleCommand({ RoleName: "workload", AssumeRolePolicyDocument: "{}" }));
      await iam.send(
        new PutRolePolicyCommand({
          RoleName: "workload",
          PolicyName: "invoke",
          PolicyDocument: policy({ Effect: "Allow", Action: "bedrock:InvokeModel*", Resource: "*" }),
        }),
      );
      const trails = new CloudTrailClient(config);
      await trails.send(
        new CreateTrailCommand({
          Name: "all",
          S3BucketName: "logs",
          IsMultiRegionTrail: true,
          EnableLogFileValidation: true,
        }),
      );
      Object.assign(process.env, {
        AWS_ENDPOINT_URL: server.url,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      });
      const args = [
        "preflight",
        "--inference-profile",
        profile,
        "--source-region",
        sourceRegion,
        "--principal",
        "arn:aws:iam::000000000000:role/workload",
        "--format",
        "json",
      ];
      const stopped = await runCli(args);
      const outcomes = (run: CliRun): Record<string, string> =>
        Object.fromEntries(
          (JSON.parse(run.stdout) as Record<string, string>[]).map(({ check, outcome }) => [check, outcome]),
        );
      expect([stopped.code, stopped.stderr]).toEqual([3, expect.any(String)]);
      expect(outcomes(stopped)).toMatchObject({
        "role-permission": "passes",
        simulator: "passes",
        "model-access": "passes",
        profile: "passes",
        "trail-logging": "fails",
        "invocation-logging": "fails",
      });
      await trails.send(new StartLoggingCommand({ Name: "all" }));
      const started = await runCli([...args, "--skip", "invocation-logging"]);
      expect(outcomes(started)).toMatchObject({
        "trail-logging": "passes",
        "trail-read-events": "passes",
        "trail-validation": "passes",
      });
      expect(started.code).toBe(0);
    } finally {
      server.stop();
    }
  });
});
