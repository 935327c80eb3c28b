/** Made-up calls and documents for properties. */
import fc from "fast-check";
import type { Call } from "../../src/policy/call.ts";
import { type PolicyDocument, readPolicy } from "../../src/policy/document.ts";
import type { PolicyKind } from "../../src/policy/kinds.ts";
import type { Layer } from "../../src/policy/layers.ts";

export const account = "210987654321";
const regions = ["eu-west-1", "eu-central-1", "us-east-1"] as const;
const models = ["amazon.nova-micro-v1:0", "amazon.nova-lite-v1:0"] as const;
const roles = ["role/apps/reader", "role/admin"].map((name) => `arn:aws:iam::${account}:${name}`);

export const anyCall: fc.Arbitrary<Call> = fc
  .record({
    kind: fc.constantFrom("system", "global", "application", "direct"),
    model: fc.constantFrom(...models),
    sourceRegion: fc.constantFrom("eu-west-1", "eu-central-1"),
    principal: fc.constantFrom(...roles),
    action: fc.constantFrom(
      "bedrock:InvokeModel",
      "bedrock:InvokeModelWithResponseStream",
      "bedrock:CreateModelInvocationJob",
    ),
    project: fc.constantFrom(undefined, "default"),
    bearerToken: fc.constantFrom(undefined, "LONG_TERM" as const),
  })
  .map(({ kind, ...call }) => ({
    ...call,
    account,
    profile: profileOf(kind, call.model, call.sourceRegion),
    destinations: kind === "direct" ? [] : kind === "global" ? ["*"] : ["eu-central-1", "eu-west-1", "eu-north-1"],
  }));

function profileOf(kind: string, model: string, region: string): string | null {
  if (kind === "direct") return null;
  if (kind === "application") return `arn:aws:bedrock:${region}:${account}:application-inference-profile/abcdefghijkl`;
  return `${kind === "global" ? "global" : "eu"}.${model}`;
}

const list = <T>(items: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(items, fc.array(items, { minLength: 1, maxLength: 3 }));

const action = list(
  fc.constantFrom("*", "bedrock:*", "bedrock:Invoke*", "bedrock:InvokeModel", "bedrock:CallWithBearerToken", "s3:*"),
);
const resource = list(
  fc.constantFrom(
    "*",
    "arn:aws:bedrock:*::foundation-model/*",
    "arn:aws:bedrock:eu-*::foundation-model/amazon.nova-micro-v1:0",
    "arn:aws:bedrock:*:*:inference-profile/eu.*",
    `arn:aws:bedrock:eu-west-1:${account}:application-inference-profile/*`,
    "arn:aws:bedrock:::foundation-model/*",
  ),
);

const test = fc.oneof(
  fc.record({
    operator: fc.constantFrom(
      "StringEquals",
      "StringNotEquals",
      "StringNotEqualsIfExists",
      "ForAllValues:StringNotEquals",
    ),
    key: fc.constantFrom("aws:RequestedRegion", "aws:requestedregion"),
    value: list(fc.constantFrom(...regions, "eu-north-1", "unspecified")),
  }),
  fc.record({
    operator: fc.constantFrom(
      "ArnLike",
      "ArnNotLike",
      "StringLike",
      "StringNotLike",
      "ArnNotEquals",
      "ForAnyValue:ArnLike",
    ),
    key: fc.constantFrom("bedrock:InferenceProfileArn", "Bedrock:inferenceprofilearn"),
    value: list(
      fc.constantFrom(
        "arn:aws:bedrock:*:*:inference-profile/eu.*",
        "arn:aws:bedrock:eu-west-1:*:inference-profile/*",
        "arn:aws:bedrock:*:*:application-inference-profile/*",
      ),
    ),
  }),
  fc.record({
    operator: fc.constantFrom("ArnLike", "ArnNotLike", "StringNotEquals"),
    key: fc.constantFrom("aws:PrincipalArn", "aws:PrincipalARN"),
    value: list(fc.constantFrom(...roles, "arn:aws:iam::*:role/admin", "arn:aws:iam::*:role/other")),
  }),
  fc.record({
    operator: fc.constant("Null"),
    key: fc.constantFrom("bedrock:InferenceProfileArn", "aws:SourceVpc"),
    value: fc.constantFrom("true", "false"),
  }),
  fc.record({
    operator: fc.constantFrom("StringEquals", "StringNotEquals", "Odd"),
    key: fc.constant("aws:SourceVpc"),
    value: fc.constant("vpc-1"),
  }),
);

const condition = fc.array(test, { maxLength: 3 }).map((tests) => {
  const blocks: Record<string, Record<string, unknown>> = {};
  for (const { operator, key, value } of tests) {
    const block = (blocks[operator] ??= {});
    // two spellings of one key are two keys to JSON and one to IAM
    if (!Object.keys(block).some((name) => name.toLowerCase() === key.toLowerCase())) block[key] = value;
  }
  return blocks;
});

const anyStatement: fc.Arbitrary<Record<string, unknown>> = fc
  .record({ deny: fc.boolean(), action, notAction: fc.boolean(), resource, notResource: fc.boolean(), condition })
  .map((made) => ({
    Effect: made.deny ? "Deny" : "Allow",
    [made.notAction ? "NotAction" : "Action"]: made.action,
    [made.notResource ? "NotResource" : "Resource"]: made.resource,
    ...(Object.keys(made.condition).length === 0 ? {} : { Condition: made.condition }),
  }));

const everything = { Effect: "Allow", Action: "*", Resource: "*" };

/** Written as people and programs write: in one line, or with blanks. */
function anyDocument(kind: PolicyKind): fc.Arbitrary<PolicyDocument> {
  return fc
    .record({
      statements: fc.array(anyStatement, { minLength: 1, maxLength: kind === "session" ? 1 : 3 }),
      full: fc.boolean(),
      single: fc.boolean(),
      blanks: fc.constantFrom(undefined, 2, 4, "\t"),
      name: fc.integer({ min: 0, max: 99 }),
    })
    .map(({ statements, full, single, blanks, name }) => {
      const all = (full ? [everything, ...statements] : statements).map((statement) =>
        kind === "endpoint" ? { ...statement, Principal: "*" } : statement,
      );
      const Statement = single && all.length === 1 ? all[0] : all;
      return readPolicy(
        kind,
        `${kind}-${name}.json`,
        JSON.stringify({ Version: "2012-10-17", Statement }, null, blanks),
      );
    });
}

export const anyLayers: fc.Arbitrary<Layer[]> = fc
  .record({
    scps: fc.array(fc.array(anyDocument("scp"), { maxLength: 2 }), { maxLength: 3 }),
    identity: fc.array(anyDocument("identity"), { maxLength: 2 }),
    others: fc.record(
      { boundary: anyDocument("boundary"), session: anyDocument("session"), endpoint: anyDocument("endpoint") },
      { requiredKeys: [] },
    ),
  })
  .map(({ scps, identity, others }) => [
    ...scps.map((documents, level): Layer => ({ kind: "scp", level, documents })),
    { kind: "identity", documents: identity },
    ...Object.values(others).map((document): Layer => ({ kind: document.kind, documents: [document] })),
  ]);
