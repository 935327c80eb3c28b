/** A local Bedrock that answers calls, and a CloudTrail that has their events: in the Regions and with the errors of a script. */
import type { Answer, Answers, Asked, AwsEndpoint } from "../support/aws-endpoint.ts";
import { frame } from "../support/event-stream.ts";
import { type AnyRecord, bedrockRecord } from "../support/trail-files.ts";
import { account, profile } from "../policy/documents.ts";
import { sourceRegion } from "./landing-zone.ts";

export const time = "2026-09-20T06:00:00Z";

/** How one call ends; by default it is served in the source Region. */
export interface Ending {
  readonly region?: string;
  readonly answer?: Answer;
  /** What CloudTrail has of it. */
  readonly record?: AnyRecord;
  /** A stream's second record: with a Region, or not yet there. */
  readonly completion?: string | null;
}

const runtime = new Set(["bedrock:Converse", "bedrock:ConverseStream", "bedrock:InvokeModel"]);

export function callsOf({ calls }: AwsEndpoint): readonly Asked[] {
  return calls.filter(({ call }) => runtime.has(call));
}

const said = "a completion that must be kept nowhere";

const whole = Buffer.concat([
  frame("messageStart", { role: "assistant" }),
  frame("contentBlockDelta", { contentBlockIndex: 0, delta: { text: said } }),
  frame("messageStop", { stopReason: "end_turn" }),
  frame("metadata", { usage: { inputTokens: 9, outputTokens: 2, totalTokens: 11 }, metrics: { latencyMs: 1 } }),
]);
const usage = { inputTokens: 9, outputTokens: 2, totalTokens: 11 };

const served: Answers = {
  "bedrock:Converse": () => ({
    body: {
      output: { message: { role: "assistant", content: [{ text: said }] } },
      stopReason: "end_turn",
      usage,
      metrics: { latencyMs: 1 },
    },
  }),
  "bedrock:ConverseStream": () => ({ bytes: whole, contentType: "application/vnd.amazon.eventstream" }),
  "bedrock:InvokeModel": () => ({ body: { output: said } }),
};

/** The half of a stream, and then nothing. */
export const broken: Answer = {
  bytes: whole.subarray(0, 200),
  contentType: "application/vnd.amazon.eventstream",
  breaksOff: true,
};

/** It ends as if all were well, before the message does. */
export const cutShort: Answer = {
  bytes: frame("messageStart", { role: "assistant" }),
  contentType: "application/vnd.amazon.eventstream",
};

export const exception: Answer = {
  bytes: Buffer.concat([
    frame("messageStart", { role: "assistant" }),
    frame("modelStreamErrorException", { message: "the model stumbled" }, "exception"),
  ]),
  contentType: "application/vnd.amazon.eventstream",
};

/** `aws` may be asked for its events at once: `delivered` of them are there. */
export function runtimeAnswers(
  aws: () => AwsEndpoint,
  endings: readonly Ending[],
  delivered: number = Number.POSITIVE_INFINITY,
): Answers {
  const answer = (asked: Asked): Answer => {
    const ending = endings[callsOf(aws()).length - 1];
    return ending?.answer ?? served[asked.call]?.(asked) ?? {};
  };
  return {
    ...Object.fromEntries([...runtime].map((call) => [call, answer])),
    "cloudtrail:LookupEvents": ({ body }) => {
      const { StartTime, EndTime } = JSON.parse(body) as { StartTime: number; EndTime: number };
      const at = Date.parse(time) / 1000;
      const isThere = StartTime <= at && at <= EndTime;
      const records = callsOf(aws()).flatMap((asked, index) => recordsOf(asked, index, endings[index] ?? {}));
      const Events = (isThere ? records.slice(0, delivered) : []).map((record) => ({
        EventId: record["eventID"],
        EventTime: at,
        CloudTrailEvent: JSON.stringify(record),
      }));
      return { body: { Events: [...Events, { EventTime: at, CloudTrailEvent: JSON.stringify(bedrockRecord(999)) }] } };
    },
  };
}

function recordsOf(asked: Asked, index: number, ending: Ending): AnyRecord[] {
  const eventName = asked.call.slice("bedrock:".length);
  const streamed = eventName === "ConverseStream";
  const region = ending.region ?? sourceRegion;
  const common = {
    eventTime: time,
    eventName,
    requestParameters: { modelId: profile },
    recipientAccountId: account,
    userIdentity: identity,
  };
  const call = bedrockRecord(index, {
    ...common,
    requestID: asked.requestId,
    additionalEventData: streamed ? undefined : { inferenceRegion: region },
    ...ending.record,
  });
  const completed = streamed && ending.completion !== null && ending.record?.["errorCode"] === undefined;
  if (!completed) return [call];
  const details = {
    parentRequestId: asked.requestId,
    AdditionalEventData: { additionalEntries: { inferenceRegion: ending.completion ?? region } },
  };
  const completion = bedrockRecord(100 + index, {
    ...common,
    eventType: "AwsServiceEvent",
    requestParameters: undefined,
    additionalEventData: undefined,
    serviceEventDetails: details,
  });
  return [call, completion];
}

const identity = {
  type: "AssumedRole",
  accountId: account,
  arn: `arn:aws:sts::${account}:assumed-role/workload/jane.doe@example.com`,
  sessionContext: { sessionIssuer: { type: "Role", arn: `arn:aws:iam::${account}:role/workload`, accountId: account } },
};

const denial = (region: string): string =>
  `User: arn:aws:sts::${account}:assumed-role/workload/jane.doe@example.com is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:${region}::foundation-model/amazon.nova-pro-v1:0 with an explicit deny in a service control policy: arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-examplepol1`;

export function denied(region: string): Ending {
  return {
    answer: { status: 403, type: "AccessDeniedException", body: { message: denial(region) } },
    record: { errorCode: "AccessDenied", errorMessage: denial(region), additionalEventData: undefined },
  };
}

export const throttled: Ending = {
  answer: {
    status: 429,
    type: "ThrottlingException",
    body: { message: "Too many requests, please wait before trying again." },
  },
  record: {
    errorCode: "ThrottlingException",
    errorMessage: "Too many requests, please wait before trying again.",
    additionalEventData: undefined,
  },
};
