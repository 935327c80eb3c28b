/** A generator of Bedrock records that are mostly sound, and wrong in every way that matters now and then. */
import fc from "fast-check";

const uuid = fc.uuid();
const messy = fc.oneof(
  fc.string({ maxLength: 12, unit: "grapheme" }),
  fc.constantFrom("", " ", "é", "a\nb", 'a"b', "a\\b", "'", "..", "/", ":", "."),
);
const wrong = fc.constantFrom<unknown>(null, 5, true, [], {}, ["x"], { a: 1 });
const key = fc.oneof(
  { weight: 5, arbitrary: uuid },
  fc.constantFrom("00000000-0000-0000-0000-000000000000", "", "ABCDEF01-0000-4A6B-9D11-0123456789A1"),
  messy,
);
const region = fc.constantFrom("eu-west-1", "us-east-1", "ap-northeast-1", "us-gov-west-1");

/** Mostly the first, sometimes a wrong type. */
function or(arbitrary: fc.Arbitrary<unknown>, weight = 30): fc.Arbitrary<unknown> {
  return fc.oneof({ weight, arbitrary }, { weight: 1, arbitrary: wrong });
}

const models = [
  "amazon.nova-lite-v1:0",
  "us.anthropic.claude-sonnet-4-6",
  "us-gov.anthropic.claude",
  "global.amazon.nova-2-lite-v1:0",
  "xai.grok",
  "us.xai.grok",
  "zz.anthropic.claude",
  "zz.yy.claude",
  "nodots",
  "us.",
  ".",
  "anthropic.",
  "eu.x",
  "",
];
const arns = [
  "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
  "arn:aws:bedrock:::foundation-model/amazon.nova-2-lite-v1:0",
  "arn:aws:bedrock:us-west-2:111122223333:inference-profile/us.anthropic.claude-sonnet-4-6",
  "arn:aws:bedrock:us-west-2:111122223333:inference-profile/odd",
  "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/a1b2c3d4e5f6",
  "arn:aws-us-gov:bedrock:x:1:provisioned-model/p",
  "arn:aws:bedrock:x:1:custom-model/a/b",
  "arn:aws:bedrock:x:1:custom-model-deployment/b",
  "arn:aws:bedrock:x:1:imported-model/b",
  "arn:aws:bedrock:x:1:prompt/ABC:2",
  "arn:aws:bedrock:x:1:prompt-router/r",
  "arn:aws:bedrock:x:1:default-prompt-router/r",
  "arn:aws:sagemaker:x:1:endpoint/e",
  "arn:aws:s3:x:1:endpoint/e",
  "arn:aws:bedrock:x:1:foundation-model/",
  "arn:aws:bedrock",
  "arn:aws:bedrock:x:1:unheard-of/e",
  "arn:aws:bedrock:x:1:noslash",
  "arn:",
];
const modelId = fc.oneof(fc.constantFrom(...models), fc.constantFrom(...arns), messy);

const identityArns = [
  "arn:aws:sts::111122223333:assumed-role/invoice-bot/run-42",
  "arn:aws:sts::111122223333:assumed-role/invoice-bot/a@example.com/more",
  "arn:aws:sts::111122223333:assumed-role/only",
  "arn:aws:sts::111122223333:assumed-role//x",
  "arn:aws:iam::111122223333:user/team/BedrockAPIKey-ab12",
  "arn:aws:iam::111122223333:user/BedrockAPIKey-ab12",
  "arn:aws:iam::111122223333:root",
  "arn:aws:iam::111122223333:user/ann",
  "arn:aws:sts::111122223333:federated-user/fed",
  "arn:aws:iam:::user/nobody",
  "arn:aws",
  "plain",
  "",
  "arn:aws:iam::1:group/BedrockAPIKey-1",
];
const identity = fc.record(
  {
    type: or(
      fc.constantFrom(
        "AssumedRole",
        "Role",
        "IAMUser",
        "Root",
        "FederatedUser",
        "AWSService",
        "AWSAccount",
        "IdentityCenterUser",
        "SAMLUser",
        "Unknown",
      ),
    ),
    principalId: or(fc.constantFrom("AROAEXAMPLE:run-42", "AIDAEXAMPLE", ":x", "a:b:c", "")),
    arn: or(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...identityArns) }, messy)),
    accountId: or(fc.constantFrom("111122223333", "444455556666", "")),
    invokedBy: or(fc.constantFrom("bedrock.amazonaws.com", "AWS Internal", "")),
    userName: or(fc.constantFrom("ann", "BedrockAPIKey-zz", "")),
    onBehalfOf: or(fc.record({ userId: or(fc.constantFrom("u-1", "")) }, { requiredKeys: [] })),
    sessionContext: or(
      fc.record(
        {
          sourceIdentity: or(fc.constantFrom("jane", "")),
          sessionIssuer: or(
            fc.record(
              { arn: or(fc.constantFrom("arn:aws:iam::111122223333:role/apps/invoice-bot", "")) },
              { requiredKeys: [] },
            ),
          ),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);

const count = fc.oneof(
  fc.nat(),
  fc.constantFrom<unknown>(
    "12",
    "007",
    "",
    "1e3",
    " 1",
    "-1",
    -1,
    -0,
    1.5,
    1e3,
    9007199254740991,
    9007199254740992,
    "9007199254740991",
    "9007199254740993",
    "99999999999999999999",
    null,
    true,
    [],
    {},
  ),
);
const flag = fc.constantFrom<unknown>(true, false, "true", "false", "yes", null, 1, [], {});
const figures = {
  inferenceRegion: or(fc.oneof({ weight: 5, arbitrary: region }, fc.constantFrom("", "é"), messy), 60),
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheWriteInputTokens: count,
};
const pairs = fc.array(
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record(
        { key: fc.constantFrom<unknown>(...Object.keys(figures), "other", 1, null), value: fc.oneof(count, region) },
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: wrong },
  ),
  { maxLength: 5 },
);
const soundPairs = fc.array(
  fc.oneof(
    fc.record({ value: region, key: fc.constantFrom("inferenceRegion", "other") }),
    fc.record({
      key: fc.constantFrom("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"),
      value: count,
    }),
  ),
  { maxLength: 5 },
);
const completion = or(
  fc.record(
    { additionalEntries: or(fc.oneof(fc.record(figures, { requiredKeys: [] }), soundPairs, pairs)) },
    { requiredKeys: [] },
  ),
);

const resource = fc.constantFrom(
  "arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-sonnet-4-6",
  "arn:aws:bedrock:::foundation-model/amazon.nova-2-lite-v1:0",
  "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.x",
  "arn:aws:bedrock:us-east-2::foundation-model/cut...",
  "arn:aws",
  "*",
  "",
  "arn:aws:bedrock:us-east-2::foundation-model/",
);
const policy = fc.constantFrom(
  "service control policy",
  "resource control policy",
  "identity-based policy",
  "permissions boundary",
  "session policy",
  "resource-based policy",
  "VPC endpoint policy",
  "new kind of policy",
  "service contr",
);
const tail = fc.constantFrom(
  "",
  ": arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-examplepol1",
  ": arn:aws:organizations::444455556666:policy/o-x/p-1. More",
  ": p-1",
  ":arn:aws:x",
  " action",
  '"}',
  ": arn:aws:a/b..",
);
const sentence = fc
  .record({
    who: fc.constantFrom(
      "User: arn:aws:iam::1:user/x is not authorized",
      "User arn:x is not authorized",
      "Not authorized",
      "nothing",
      "é is not authorized",
    ),
    on: fc.constantFrom(
      " to perform: bedrock:InvokeModel on resource: ",
      " to perform bedrock:InvokeModel on resource ",
      " to perform: x",
      " on resource: ",
    ),
    resource,
    why: fc.constantFrom(
      " with an explicit deny in a ",
      " with an explicit deny in an ",
      " because no ",
      " with an explicit deny",
      "",
      ", since ",
    ),
    policy,
    tail,
    pad: fc.constantFrom(0, 0, 0, 1024, 2000),
  })
  .map((part) => {
    const text = part.who + part.on + part.resource + part.why + part.policy + part.tail;
    return part.pad === 0 ? text : "x".repeat(Math.max(0, part.pad - text.length)) + text;
  });

const time = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .date({ min: new Date("1970-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
      .map((date) => date.toISOString()),
  },
  fc.constantFrom(
    "2026-09-14T08:12:41Z",
    "2026-09-14t08:12:41z",
    "2026-09-14T08:12:41.1234567Z",
    "2026-09-14T08:12:41.5+02:00",
    "2026-09-14T23:59:60Z",
    "2024-02-29T00:00:00-23:59",
    "2026-02-29T00:00:00Z",
    "2026-09-14 08:12:41Z",
    "2026-09-14T24:00:00Z",
    "2026-13-14T08:12:41Z",
    "2026-09-14T08:12:41",
    "2026-09-14T08:12:41.1234567890Z",
    "2026-09-14T08:12:41.Z",
    "soon",
    "",
    "2026-09-14T08:12:41Z\n",
    "1969-12-31T23:59:59.999Z",
    "2026-00-10T08:12:41Z",
    "2026-09-14T08:12:41+24:00",
  ),
);

/** Undefined values are left out when the record is written as JSON. */
export const arbitraryRecord: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    eventVersion: or(fc.constantFrom("1.11", "1.08", "2.0")),
    userIdentity: or(identity),
    eventTime: time,
    eventSource: fc.constantFrom(
      "bedrock.amazonaws.com",
      "bedrock.amazonaws.com",
      "bedrock.amazonaws.com",
      "bedrock-mantle.amazonaws.com",
      "s3.amazonaws.com",
    ),
    eventName: fc.constantFrom(
      "Converse",
      "Converse",
      "ConverseStream",
      "InvokeModel",
      "InvokeModelWithBidirectionalStream",
      "CreateInference",
      "CountTokens",
      "Unheard",
      "ListInferenceProfiles",
      "Rerank",
      "CreateModelInvocationJob",
      "",
    ),
    awsRegion: fc.oneof({ weight: 20, arbitrary: region }, fc.constant("")),
    sourceIPAddress: or(fc.constantFrom("198.51.100.24", "bedrock.amazonaws.com")),
    userAgent: or(messy),
    errorCode: or(
      fc.constantFrom(
        "AccessDenied",
        "AccessDenied",
        "AccessDenied",
        "Client.AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "VpceAccessDenied",
        "ThrottlingException",
        "TooManyRequestsException",
        "ServiceQuotaExceededException",
        "ValidationException",
        "",
        "Client.",
      ),
    ),
    errorMessage: or(
      fc.oneof(
        { weight: 6, arbitrary: sentence },
        fc.constant("The request was denied due to a VPC endpoint policy"),
        messy,
      ),
    ),
    requestParameters: or(
      fc.record(
        { modelId: or(modelId), model: or(modelId), stream: flag, callWithBearerToken: flag },
        { requiredKeys: [] },
      ),
    ),
    additionalEventData: or(fc.record({ ...figures, callWithBearerToken: flag, omitted: flag }, { requiredKeys: [] })),
    serviceEventDetails: or(
      fc.record(
        { parentRequestId: or(key), AdditionalEventData: completion, additionalEventData: completion },
        { requiredKeys: [] },
      ),
    ),
    resources: or(
      fc.array(
        or(
          fc.record(
            {
              type: or(fc.constantFrom("AWS::Bedrock::Model", "AWS::Bedrock::Guardrail")),
              ARN: or(fc.oneof(fc.constantFrom(...arns), fc.constantFrom(...models))),
            },
            { requiredKeys: [] },
          ),
        ),
        { maxLength: 3 },
      ),
    ),
    requestID: or(key),
    eventID: fc.oneof({ weight: 20, arbitrary: uuid }, fc.constant("")),
    eventType: or(
      fc.constantFrom(
        "AwsApiCall",
        "AwsApiCall",
        "AwsApiCall",
        "AwsApiCall",
        "AwsServiceEvent",
        "AwsServiceEvent",
        "AwsVpceEvent",
        "AwsVpceEvents",
      ),
    ),
    eventCategory: or(fc.constantFrom("Management", "Management", "Management", "Data", "NetworkActivity")),
    recipientAccountId: or(fc.constantFrom("111122223333", "")),
    sharedEventID: or(key),
    vpcEndpointId: or(fc.constantFrom("vpce-1", "")),
    addendum: or(
      fc.record(
        { reason: or(fc.constantFrom("UPDATED_DATA")), originalRequestID: or(key), originalEventID: or(key) },
        { requiredKeys: [] },
      ),
    ),
    sessionCredentialFromConsole: flag,
    tlsDetails: or(
      fc.record(
        {
          clientProvidedHostHeader: or(
            fc.constantFrom("bedrock-runtime.eu-west-1.amazonaws.com", "bedrock.eu-west-1.amazonaws.com"),
          ),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: ["eventTime", "eventSource", "eventName", "awsRegion", "eventID"] },
);
