/** The irregular traffic: denials, batch jobs, mantle calls and a completion without its call. */
import { dayMs, hourMs } from "../day.ts";
import { type Caller, callers, organizationId } from "./callers.ts";
import { deliverOther } from "./bystanders.ts";
import { type World, makeCall, makeOrphan, wholeSeconds } from "./calls.ts";

const frankfurt = "eu-central-1";
const virginia = "us-east-1";
const sonnet = "anthropic.claude-sonnet-4-6";
const policy = `arn:aws:organizations::444455556666:policy/${organizationId}/service_control_policy/p-regions01`;

function refusal(
  arn: string,
  action: string,
  resource: string,
  reason: string,
): { readonly code: string; readonly message: string; readonly outcome: "denied" } {
  return {
    code: "AccessDenied",
    message: `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
    outcome: "denied",
  };
}

/** Calls that policies stopped: a destination Region, the Region-less global model, and a user without permission. */
export function runDenials(world: World, start: number, isQuiet: (account: string) => boolean): void {
  const { random } = world;
  const scp = `with an explicit deny in a service control policy: ${policy}`;
  const byScp = "service control policy";
  for (let i = 0; i < 3 && !isQuiet(callers.supportAssistant.account); i += 1) {
    const region = random.pick(["eu-south-2", "eu-south-2", "eu-west-3"]);
    const error = refusal(
      callers.supportAssistant.arn,
      "bedrock:InvokeModelWithResponseStream",
      `arn:aws:bedrock:${region}::foundation-model/${sonnet}`,
      scp,
    );
    makeCall(world, {
      caller: callers.supportAssistant,
      region: frankfurt,
      at: start + random.int(dayMs),
      operation: "ConverseStream",
      modelId: `eu.${sonnet}`,
      kind: "inference-profile",
      model: sonnet,
      callRegion: null,
      error,
      denial: { region, by: byScp },
    });
  }
  const global = refusal(callers.chloe.arn, "bedrock:InvokeModel", `arn:aws:bedrock:::foundation-model/${sonnet}`, scp);
  if (!isQuiet(callers.chloe.account)) {
    makeCall(world, {
      caller: callers.chloe,
      region: frankfurt,
      at: start + random.int(dayMs),
      operation: "Converse",
      modelId: `global.${sonnet}`,
      kind: "inference-profile",
      model: sonnet,
      callRegion: null,
      error: global,
      denial: { region: "unspecified", by: byScp },
    });
  }
  const profile = `arn:aws:bedrock:${virginia}:${callers.exporter.account}:inference-profile/us.${sonnet}`;
  const identity = refusal(
    callers.exporter.arn,
    "bedrock:InvokeModel",
    profile,
    "because no identity-based policy allows the bedrock:InvokeModel action",
  );
  makeCall(world, {
    caller: callers.exporter,
    region: virginia,
    at: start + random.int(dayMs),
    operation: "InvokeModel",
    modelId: `us.${sonnet}`,
    kind: "inference-profile",
    model: sonnet,
    callRegion: null,
    error: identity,
    denial: { region: virginia, by: "identity policy" },
  });
}

/** Batch jobs and mantle calls: invocations whose served Region CloudTrail shows differently or not at all. */
export function runSpecials(world: World, start: number, dayIndex: number): void {
  const { random } = world;
  if (dayIndex % 3 === 0) {
    const isProfile = dayIndex % 2 === 0;
    const modelId = `${isProfile ? "eu." : ""}amazon.nova-pro-v1:0`;
    const at = wholeSeconds(start + hourMs);
    const caller = callers.nightlyLabels;
    const requestParameters = {
      jobName: `labels-${dayIndex}`,
      modelId,
      roleArn: caller.principal,
      inputDataConfig: { s3InputDataConfig: { s3Uri: "s3://example-in/" } },
      outputDataConfig: { s3OutputDataConfig: { s3Uri: "s3://example-out/" } },
    };
    const responseElements = {
      jobArn: `arn:aws:bedrock:${frankfurt}:${caller.account}:model-invocation-job/${random.hex(12)}`,
    };
    const id = deliverOther(world, {
      caller,
      region: frankfurt,
      at,
      name: "CreateModelInvocationJob",
      requestParameters,
      responseElements,
      host: `bedrock.${frankfurt}.amazonaws.com`,
      readOnly: false,
    });
    if (id !== null)
      book(world, {
        id,
        at,
        region: frankfurt,
        caller,
        operation: "CreateModelInvocationJob",
        modelId,
        kind: isProfile ? "inference-profile" : "foundation-model",
        streaming: false,
        batch: true,
      });
  }
  for (let i = 0; i < 2; i += 1) {
    const at = wholeSeconds(start + random.int(dayMs));
    const caller = callers.apiKey;
    const requestParameters = {
      model: "openai.gpt-oss-120b",
      stream: i === 0,
      service_tier: "default",
      callWithBearerToken: true,
      bearerTokenType: "ABSK",
    };
    const resources = [
      {
        accountId: caller.account,
        type: "AWS::BedrockMantle::Project",
        ARN: `arn:aws:bedrock-mantle:${virginia}:${caller.account}:project/proj_example1`,
      },
    ];
    const id = deliverOther(world, {
      caller,
      region: virginia,
      at,
      source: "bedrock-mantle.amazonaws.com",
      name: "CreateInference",
      requestParameters,
      resources,
      host: `bedrock-mantle.${virginia}.api.aws`,
      data: true,
      readOnly: false,
    });
    if (id !== null)
      book(world, {
        id,
        at,
        region: virginia,
        caller,
        operation: "CreateInference",
        modelId: "openai.gpt-oss-120b",
        kind: "foundation-model",
        streaming: i === 0,
        batch: false,
      });
  }
  if (dayIndex % 5 === 2)
    makeOrphan(world, {
      caller: callers.orderService,
      region: virginia,
      at: start + random.int(dayMs),
      operation: "InvokeModelWithResponseStream",
      model: sonnet,
      served: "us-east-2",
    });
}

function book(
  world: World,
  made: {
    readonly id: string;
    readonly at: number;
    readonly region: string;
    readonly caller: Caller;
    readonly operation: string;
    readonly modelId: string;
    readonly kind: "inference-profile" | "foundation-model";
    readonly streaming: boolean;
    readonly batch: boolean;
  },
): void {
  world.entries.push({
    key: `${made.region}/${made.id}`,
    at: made.at,
    region: made.region,
    account: made.caller.account,
    principal: made.caller.principal,
    operation: made.operation,
    streaming: made.streaming,
    modelId: made.modelId,
    kind: made.kind,
    outcome: "served",
    callRegion: null,
    omitted: false,
    completion: null,
    batch: made.batch,
    tokens: null,
    denial: null,
    events: 1,
  });
}
