/** The Bedrock records of generated logs: calls, completions and errors in realistic proportions. */
import type { Choice, Random } from "../src/demo/random.ts";
import { type FileScope, recordHead, recordTail } from "./ordinary-records.ts";

export interface BedrockCall {
  readonly call: string;
  /** The record that CloudTrail adds when a stream ends; null if not streamed, not served or lost. */
  readonly completion: string | null;
}

const models: Choice<string> = [
  "anthropic.claude-sonnet-4-6",
  "anthropic.claude-haiku-4-5-20251001-v1:0",
  "amazon.nova-pro-v1:0",
  "amazon.nova-2-lite-v1:0",
  "anthropic.claude-opus-5",
];
const destinations: Readonly<Record<string, Choice<string>>> = {
  eu: ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3", "eu-south-1"],
  us: ["us-east-1", "us-east-2", "us-west-2"],
  apac: ["ap-northeast-1", "ap-northeast-3", "ap-southeast-2", "ap-south-1"],
  global: ["eu-west-1", "us-east-1", "us-west-2", "ap-northeast-1", "sa-east-1", "eu-west-2"],
};
const source = "bedrock.amazonaws.com";

function geography(region: string): string {
  if (region.startsWith("eu-")) return "eu";
  return region.startsWith("ap-") ? "apac" : "us";
}

function denial(random: Random, arn: string, region: string, model: string): string {
  const resource = `arn:aws:bedrock:${region}::foundation-model/${model}`;
  const action = "bedrock:InvokeModel";
  const reason = random.chance(0.7)
    ? `with an explicit deny in a service control policy: arn:aws:organizations::444455556666:policy/o-exampleorg1/service_control_policy/p-regiondeny${random.int(3)}`
    : `because no identity-based policy allows the ${action} action`;
  return `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}

/** One call with, for a stream that was served, its completion (nearly always). */
export function bedrockCall(random: Random, scope: FileScope): BedrockCall {
  const dice = random.next();
  const name =
    dice < 0.3
      ? "ConverseStream"
      : dice < 0.4
        ? "InvokeModelWithResponseStream"
        : dice < 0.75
          ? "Converse"
          : "InvokeModel";
  const streaming = dice < 0.4;
  const caller = random.pick(scope.callers);
  const model = random.pick(models);
  const form = random.next();
  const prefix = form < 0.15 ? "global" : form < 0.8 ? geography(scope.region) : "";
  const served = random.pick(destinations[prefix] ?? [scope.region]);
  const modelId =
    form < 0.88
      ? prefix === ""
        ? model
        : `${prefix}.${model}`
      : `arn:aws:bedrock:${scope.region}:${scope.account}:application-inference-profile/a1b2c3d4e5f${random.int(4)}`;
  const requestId = random.uuid();
  const input = 40 + random.int(9000);
  const output = 5 + random.int(1200);
  const parameters =
    random.chance(0.05) && streaming
      ? "null"
      : `{"modelId":"${modelId}","inferenceConfig":{"maxTokens":${random.pick([800, 2048, 4096])},"temperature":0.2}}`;
  const resources = `"resources":[{"accountId":"","type":"AWS::Bedrock::Model","ARN":"arn:aws:bedrock:${scope.region}::foundation-model/${model}"}]`;
  const host = `bedrock-runtime.${scope.region}.amazonaws.com`;
  const head = recordHead(scope, caller, source, name, random.chance(0.8) ? "1.11" : "1.10");
  const tail = recordTail(random, scope, true, host, requestId);
  const outcome = random.next();
  if (outcome < 0.08) {
    const [code, message] =
      outcome < 0.03
        ? ["AccessDenied", denial(random, caller.arn, prefix === "global" ? "" : served, model)]
        : outcome < 0.07
          ? ["ThrottlingException", "Too many tokens, please wait before trying again."]
          : ["ValidationException", "The provided model identifier is invalid."];
    return {
      call: `${head},"errorCode":"${code}","errorMessage":"${message}","requestParameters":${parameters},"responseElements":null,${tail}`,
      completion: null,
    };
  }
  const region = prefix === "" ? "" : `"inferenceRegion":"${served}",`;
  if (!streaming) {
    const additional = `"additionalEventData":{${region}"inputTokens":${input},"outputTokens":${output}}`;
    return {
      call: `${head},"requestParameters":${parameters},"responseElements":null,${additional},${resources},${tail}`,
      completion: null,
    };
  }
  const call = `${head},"requestParameters":${parameters},"responseElements":null,${resources},${tail}`;
  if (random.chance(0.03)) return { call, completion: null };
  const entries = random.chance(0.25)
    ? `[${region === "" ? "" : `{"key":"inferenceRegion","value":"${served}"},`}{"key":"inputTokens","value":"${input}"},{"key":"outputTokens","value":"${output}"}]`
    : `{${region}"inputTokens":${input},"outputTokens":${output}}`;
  const completion =
    `${recordHead(scope, caller, source, name)},"requestID":"${random.uuid()}","eventID":"${random.uuid()}","readOnly":true,${resources},` +
    `"eventType":"AwsServiceEvent","recipientAccountId":"${scope.account}","serviceEventDetails":{"parentRequestId":"${requestId}","AdditionalEventData":{"additionalEntries":${entries}}},"eventCategory":"Management"}`;
  return { call, completion };
}
