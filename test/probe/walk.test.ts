/** The way of a landing zone to its first call, step by step: what is red, what was changed, and the call itself. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { extendedScp, firstScp, narrowRole, profile, profileOnly, role } from "../policy/documents.ts";
import { type Answers, type AwsEndpoint, startAws, useAws } from "../support/aws-endpoint.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { denied, runtimeAnswers, time } from "./bedrock-runtime.ts";
import { available, changed, destinations, green, profileIn, sourceRegion, trail } from "./landing-zone.ts";

const folder = temporaryFolder();
let aws: AwsEndpoint;
beforeAll(async () => {
  aws = await startAws(green);
  useAws(aws);
});
afterAll(() => {
  delete process.env["AWS_ENDPOINT_URL"];
  aws.close();
});

interface Stage {
  readonly what: string;
  readonly scp: string;
  readonly role: string;
  /** What AWS answers otherwise than it should. */
  readonly wrong: Answers;
  readonly red: readonly string[];
}

const answer =
  (body: unknown): Answers[string] =>
  () => ({ body });
const noLogging = { "bedrock:GetModelInvocationLoggingConfiguration": answer({}) };
const unsigned = {
  "cloudtrail:DescribeTrails": answer({ trailList: [{ ...trail, LogFileValidationEnabled: false }] }),
};
const writesOnly = {
  "cloudtrail:GetEventSelectors": answer({
    EventSelectors: [{ ReadWriteType: "WriteOnly", IncludeManagementEvents: true }],
  }),
};
const stopped = { "cloudtrail:GetTrailStatus": answer({ IsLogging: false }) };
const noTrail = { "cloudtrail:DescribeTrails": answer({ trailList: [] }) };
const noAccess = {
  "bedrock:GetFoundationModelAvailability": answer({
    ...available,
    agreementAvailability: { status: "NOT_AVAILABLE" },
  }),
};
const other = { "bedrock:GetInferenceProfile": answer(profileIn(destinations, { status: "CREATING" })) };

const afterTrail = { ...writesOnly, ...unsigned, ...noLogging };

/** Each stage mends what was the first in red of the one before. */
const stages: readonly Stage[] = [
  {
    what: "the landing zone as it was",
    scp: firstScp,
    role: profileOnly,
    wrong: { ...noAccess, ...other, ...noTrail, ...noLogging },
    red: [
      "role-permission",
      "scp",
      "model-access",
      "profile",
      "trail",
      "trail-logging",
      "trail-read-events",
      "trail-validation",
      "invocation-logging",
    ],
  },
  {
    what: "the role has its second statement",
    scp: firstScp,
    role: narrowRole,
    wrong: { ...noAccess, ...other, ...noTrail, ...noLogging },
    red: [
      "scp",
      "model-access",
      "profile",
      "trail",
      "trail-logging",
      "trail-read-events",
      "trail-validation",
      "invocation-logging",
    ],
  },
  {
    what: "the SCP lets the profile's Regions through",
    scp: extendedScp,
    role: narrowRole,
    wrong: { ...noAccess, ...other, ...noTrail, ...noLogging },
    red: [
      "model-access",
      "profile",
      "trail",
      "trail-logging",
      "trail-read-events",
      "trail-validation",
      "invocation-logging",
    ],
  },
  {
    what: "the agreement is made",
    scp: extendedScp,
    role: narrowRole,
    wrong: { ...other, ...noTrail, ...noLogging },
    red: ["profile", "trail", "trail-logging", "trail-read-events", "trail-validation", "invocation-logging"],
  },
  {
    what: "the profile is active",
    scp: extendedScp,
    role: narrowRole,
    wrong: { ...noTrail, ...noLogging },
    red: ["trail", "trail-logging", "trail-read-events", "trail-validation", "invocation-logging"],
  },
  {
    what: "there is a trail",
    scp: extendedScp,
    role: narrowRole,
    wrong: { ...stopped, ...afterTrail },
    red: ["trail-logging", "trail-read-events", "trail-validation", "invocation-logging"],
  },
  {
    what: "it logs",
    scp: extendedScp,
    role: narrowRole,
    wrong: afterTrail,
    red: ["trail-read-events", "trail-validation", "invocation-logging"],
  },
  {
    what: "it takes events that read",
    scp: extendedScp,
    role: narrowRole,
    wrong: { ...unsigned, ...noLogging },
    red: ["trail-validation", "invocation-logging"],
  },
  { what: "its files are signed", scp: extendedScp, role: narrowRole, wrong: noLogging, red: ["invocation-logging"] },
  { what: "invocations are logged", scp: extendedScp, role: narrowRole, wrong: {}, red: [] },
];

it.each(stages)("$what", async ({ scp, role: own, wrong, red }) => {
  changed(aws, wrong);
  const [scpFile, roleFile] = [join(folder, "scp.json"), join(folder, "role.json")];
  writeFileSync(scpFile, scp);
  writeFileSync(roleFile, own);
  const call = ["--inference-profile", profile, "--source-region", sourceRegion, "--principal", role];
  const documents = [
    "--scp",
    "root=FullAWSAccess",
    "--scp",
    `ou=${scpFile}`,
    "--scp",
    "ou=FullAWSAccess",
    "--identity",
    roleFile,
  ];
  const run = await runCli(["preflight", ...call, ...documents, "--format", "json"]);
  const lines = JSON.parse(run.stdout) as { check: string; outcome: string; next: string | null }[];
  const fails = [...new Set(lines.filter(({ outcome }) => outcome === "fails").map(({ check }) => check))];
  expect(fails).toEqual(red);
  expect(run.code).toBe(red.length === 0 ? 0 : 3);
  expect(lines.every(({ outcome, next }) => (outcome === "passes") === (next === null))).toBe(true);
});

it("then the calls: what was red is denied in eu-west-3; what is green runs, and it shows where", async () => {
  const probed = async (file: string, ...args: readonly string[]): Promise<readonly Record<string, unknown>[]> => {
    const flags = [
      "--source-region",
      sourceRegion,
      "--calls",
      "2",
      "--operation",
      "Converse",
      "--yes",
      "--wait",
      "0",
      "--file",
      join(folder, file),
    ];
    const run = await runCli(
      ["probe", "--inference-profile", profile, ...flags, "--boundary", "eu", "--format", "json", ...args],
      {},
      time,
    );
    expect([run.code, run.stderr]).toEqual([0, expect.any(String)]);
    return JSON.parse(run.stdout) as Record<string, unknown>[];
  };
  changed(
    aws,
    runtimeAnswers(() => aws, [{ region: sourceRegion }, denied("eu-west-3")]),
  );
  aws.calls.length = 0;
  expect((await probed("before.json")).map((row) => [row["served_region"], row["denied_region"]])).toEqual([
    [sourceRegion, null],
    [null, "eu-west-3"],
  ]);
  changed(
    aws,
    runtimeAnswers(() => aws, [{ region: "eu-north-1" }, { region: "eu-west-3" }]),
  );
  aws.calls.length = 0;
  expect(
    (await probed("after.json")).map((row) => [row["served_region"], row["region_evidence"], row["outside_boundary"]]),
  ).toEqual([
    ["eu-north-1", "api-call", false],
    ["eu-west-3", "api-call", false],
  ]);
});
