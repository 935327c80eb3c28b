/** The records around the inference: agents, guardrails, control plane and other services. */
import { dayMs } from "../day.ts";
import { bystanders, callers, demoAccounts, demoRegions } from "./callers.ts";
import { type World, deliveryTime, wholeSeconds } from "./calls.ts";
import type { Choice } from "./random.ts";
import { type CallShape, apiCallRecord } from "./records.ts";

const frankfurt = "eu-central-1";
const virginia = "us-east-1";
const sonnet = "anthropic.claude-sonnet-4-6";

/** Delivers a record of its own kind and returns its requestID, or null if the trail ended before. */
export function deliverOther(world: World, shape: Omit<CallShape, "requestId">): string | null {
  const requestId = world.random.uuid();
  const record = apiCallRecord(world.random, { ...shape, requestId });
  return world.trail.deliver(shape.caller.account, shape.region, shape.at + deliveryTime, record) ? requestId : null;
}

/** Bedrock records that are not inference: kept as events, never invocations. */
export function runNoise(world: World, start: number, isQuiet: (account: string) => boolean): void {
  const { random } = world;
  const runtime = `bedrock-runtime.${frankfurt}.amazonaws.com`;
  const at = (): number => wholeSeconds(start + random.int(dayMs));
  const quiet = isQuiet(demoAccounts.support);
  if (!quiet) {
    const agent = { agentId: "AGENT12345", agentAliasId: "TSTALIASID", sessionId: random.uuid() };
    deliverOther(world, {
      caller: callers.supportAssistant,
      region: frankfurt,
      at: at(),
      name: "InvokeAgent",
      requestParameters: agent,
      data: true,
      host: `bedrock-agent-${runtime.slice(8)}`,
    });
    for (let i = 0; i < 3; i += 1)
      deliverOther(world, {
        caller: callers.supportAssistant,
        region: frankfurt,
        at: at(),
        name: "ApplyGuardrail",
        requestParameters: { guardrailIdentifier: "gr0abcdefghi", guardrailVersion: "2" },
        data: true,
        host: runtime,
      });
  }
  deliverOther(world, {
    caller: callers.invoiceBot,
    region: frankfurt,
    at: at(),
    name: "CountTokens",
    requestParameters: { modelId: `eu.${sonnet}` },
    host: runtime,
  });
  deliverOther(world, {
    caller: callers.ana,
    region: virginia,
    at: at(),
    name: "ListInferenceProfiles",
    requestParameters: { maxResults: 100 },
    host: `bedrock.${virginia}.amazonaws.com`,
  });
}

const ordinary: Choice<readonly [service: string, name: string, parameters: Readonly<Record<string, unknown>>]> = [
  ["s3", "GetBucketAcl", { bucketName: "example-data", acl: "" }],
  ["sts", "AssumeRole", { roleArn: "arn:aws:iam::111122223333:role/apps/invoice-bot", roleSessionName: "run-42" }],
  [
    "kms",
    "Decrypt",
    {
      encryptionContext: { "aws:s3:arn": "arn:aws:s3:::example-data/a.parquet" },
      encryptionAlgorithm: "SYMMETRIC_DEFAULT",
    },
  ],
  ["ec2", "DescribeInstances", { instancesSet: { items: [{ instanceId: "i-0a11b22c33d44e55f" }] }, filterSet: {} }],
  [
    "iam",
    "CreateRole",
    {
      roleName: "agents",
      assumeRolePolicyDocument:
        '{"Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
    },
  ],
];

/** Records of other services in every account, Region and quarter of a day; some only mention Bedrock. */
export function runOrdinary(world: World, start: number, isQuiet: (account: string) => boolean): void {
  const { random } = world;
  for (const account of Object.values(demoAccounts).filter((candidate) => !isQuiet(candidate))) {
    for (const region of demoRegions) {
      for (let i = 0; i < 40; i += 1) {
        const [service, name, requestParameters] = random.pick(ordinary);
        const picked = random.pick(bystanders(account));
        const caller = random.chance(0.05)
          ? { ...picked, agent: 'probe/1.0 ("eventSource":"bedrock.amazonaws.com")' }
          : picked;
        // At least one in each tenth of the day: no file's period stays empty by chance.
        const at = wholeSeconds(start + ((i % 10) + random.next()) * (dayMs / 10));
        deliverOther(world, {
          caller,
          region,
          at,
          source: `${service}.amazonaws.com`,
          name,
          requestParameters,
          host: `${service}.${region}.amazonaws.com`,
        });
      }
    }
  }
}
