/** The texts of denials as users reported them, and what a reader must get out of them. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Denial, parseDenial } from "../../src/parse/denial.ts";

const scp = "arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-examplepol1";
const user = "arn:aws:sts::111122223333:assumed-role/app/run";

function denial(
  region: string | null,
  by: string | null,
  explicit: boolean | null,
  policyArn: string | null,
  model: string | null,
): Denial {
  return { region, by, explicit, policyArn, model };
}

const reported: readonly (readonly [what: string, message: string, expected: Denial])[] = [
  [
    "SDK text around it, Region-less ARN, policy named",
    `An error occurred (AccessDeniedException) when calling the Converse operation: User: ${user} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:::foundation-model/amazon.nova-2-lite-v1:0 with an explicit deny in a service control policy: ${scp}`,
    denial("unspecified", "service control policy", true, scp, "amazon.nova-2-lite-v1:0"),
  ],
  [
    "inside a JSON body",
    `{"error":{"message":"User: ${user} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:::foundation-model/openai.gpt-5.6-sol with an explicit deny in a service control policy","type":"permission_denied_error"}}`,
    denial("unspecified", "service control policy", true, null, "openai.gpt-5.6-sol"),
  ],
  [
    "inside a JSON body, policy named",
    `{"message":"User: ${user} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:::foundation-model/openai.gpt-5.6-sol with an explicit deny in a service control policy: ${scp}"}`,
    denial("unspecified", "service control policy", true, scp, "openai.gpt-5.6-sol"),
  ],
  [
    "implicit, identity left out",
    "<identity> is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0 because no identity-based policy allows the bedrock:InvokeModel action",
    denial("us-west-2", "identity policy", false, null, "anthropic.claude-3-5-haiku-20241022-v1:0"),
  ],
  [
    "User without a colon",
    `AccessDeniedException: User ${user} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-canvas-v1:0 with an explicit deny in an identity-based policy`,
    denial("us-east-1", "identity policy", true, null, "amazon.nova-canvas-v1:0"),
  ],
  [
    "elided in the model: the Region stands, the model does not",
    "not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-haiku-4-5...",
    denial("us-west-2", null, null, null, null),
  ],
  [
    "capital N, no colon after perform",
    "AccessDeniedException: Not authorized to perform bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
    denial("us-east-2", null, null, null, "anthropic.claude-haiku-4-5-20251001-v1:0"),
  ],
  [
    "the streaming action",
    `User: ${user} is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:::foundation-model/anthropic.claude-opus-4-6-v1 with an explicit deny in a service control policy: ${scp}`,
    denial("unspecified", "service control policy", true, scp, "anthropic.claude-opus-4-6-v1"),
  ],
  [
    "one destination of a geographic profile",
    `User: ${user} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:ap-northeast-3::foundation-model/anthropic.claude-sonnet-4-6 because no identity-based policy allows the bedrock:InvokeModel action`,
    denial("ap-northeast-3", "identity policy", false, null, "anthropic.claude-sonnet-4-6"),
  ],
  [
    "body with a capital Message",
    `{"Message":"User: ${user} is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0 with an explicit deny in an identity-based policy"}`,
    denial("unspecified", "identity policy", true, null, "anthropic.claude-sonnet-4-20250514-v1:0"),
  ],
  [
    "the profile itself: its Region, no model",
    `User: ${user} is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:us-east-1:111122223333:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0 with an explicit deny in an identity-based policy`,
    denial("us-east-1", "identity policy", true, null, null),
  ],
  [
    "an agent's role",
    "User: arn:aws:sts::111122223333:assumed-role/AmazonBedrockExecutionRoleForAgents_EXAMPLE0001/BedrockAgents-example is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0 with an explicit deny in a service control policy",
    denial("us-east-2", "service control policy", true, null, "anthropic.claude-3-5-haiku-20241022-v1:0"),
  ],
  [
    "the profile, no reason given",
    "... is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.anthropic.claude-sonnet-4-20250514-v1:0",
    denial("eu-central-1", null, null, null, null),
  ],
  [
    "an application profile",
    `User: ${user} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abcd1234efgh because no identity-based policy allows the bedrock:InvokeModel action`,
    denial("us-east-1", "identity policy", false, null, null),
  ],
];

const settled: readonly (readonly [what: string, message: string | null, code: string, expected: Denial])[] = [
  ["no message", null, "AccessDenied", denial(null, null, null, null, null)],
  [
    "no IAM grammar",
    "Your account is not authorized to access this model.",
    "AccessDenied",
    denial(null, null, null, null, null),
  ],
  [
    "words of a policy without the grammar",
    "denied by a service control policy",
    "AccessDenied",
    denial(null, null, null, null, null),
  ],
  [
    "no resource",
    `User: ${user} is not authorized to perform: bedrock:InvokeModel with an explicit deny in a session policy`,
    "AccessDenied",
    denial(null, "session policy", true, null, null),
  ],
  [
    "resource is a star",
    `User: ${user} is not authorized to perform: bedrock:InvokeModel on resource: * because no identity-based policy allows it`,
    "AccessDenied",
    denial(null, "identity policy", false, null, null),
  ],
  [
    "unknown kind of policy",
    "not authorized to perform: a:b on resource: arn:aws:bedrock:eu-west-1::foundation-model/a.b with an explicit deny in a future policy: arn:aws:iam::1:policy/x",
    "AccessDenied",
    denial("eu-west-1", null, true, null, "a.b"),
  ],
  [
    "kind cut after because no",
    "not authorized to perform: a:b on resource: arn:aws:bedrock:eu-west-1::foundation-model/a.b because no identity-b",
    "AccessDenied",
    denial("eu-west-1", null, false, null, "a.b"),
  ],
  [
    "an IAM policy, sentence ends with a stop",
    "not authorized to perform: a:b on resource: arn:aws:bedrock:eu-west-1::foundation-model/a.b with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/team/no-bedrock.",
    "AccessDenied",
    denial("eu-west-1", "identity policy", true, "arn:aws:iam::111122223333:policy/team/no-bedrock", "a.b"),
  ],
  [
    "policy ARN elided",
    "not authorized to perform: a:b on resource: arn:aws:bedrock:eu-west-1::foundation-model/a.b with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-x/...",
    "AccessDenied",
    denial("eu-west-1", "service control policy", true, null, "a.b"),
  ],
  [
    "other partition",
    "not authorized to perform: a:b on resource: arn:aws-us-gov:bedrock:us-gov-east-1::foundation-model/a.b",
    "AccessDenied",
    denial("us-gov-east-1", null, null, null, "a.b"),
  ],
  [
    "VPC endpoint, its own text",
    "The request was denied due to a VPC endpoint policy",
    "VpceAccessDenied",
    denial(null, "VPC endpoint policy", null, null, null),
  ],
  [
    "that text under another code",
    "The request was denied due to a VPC endpoint policy",
    "AccessDenied",
    denial(null, null, null, null, null),
  ],
];

describe("parseDenial", () => {
  it.each(reported)("reported: %s", (_, message, expected) => {
    expect(parseDenial(message, "AccessDenied")).toEqual(expected);
  });

  it.each(settled)("%s", (_, message, code, expected) => {
    expect(parseDenial(message, code)).toEqual(expected);
  });

  it("reads nothing wrong out of a message cut anywhere", () => {
    const whole = `User: ${user} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-sonnet-4-6 with an explicit deny in a service control policy: ${scp}`;
    const full = parseDenial(whole, "AccessDenied");
    const padding = "x".repeat(1024);
    for (let length = 0; length < whole.length; length += 1) {
      const text = whole.slice(0, length);
      const cut = parseDenial(`${padding.slice(0, 1024 - length)}${text}`, "AccessDenied");
      expect([null, full.region]).toContain(cut.region);
      expect([null, full.by]).toContain(cut.by);
      expect([null, true]).toContain(cut.explicit);
      expect(cut.policyArn).toBeNull();
      expect([null, full.model]).toContain(cut.model);
    }
  });
});

interface Observation {
  readonly message: string;
  readonly expect: {
    readonly resource: string | null;
    readonly resourceRegion: string | null;
    readonly reason: string | null;
    readonly policyArn: string | null;
  };
}

const observations = new URL("../../../shared/data/field-observations/access-denied-messages.jsonl", import.meta.url);

// The same kinds stand above, in words of our own; the texts themselves belong to those who reported them, and may lie beside the project.
if (existsSync(observations)) {
  const lines = readFileSync(observations, "utf8").trim().split("\n");
  it.each(lines)("a text from a public report, %#", (line) => {
    // the file's own documentation gives these fields
    const { message, expect: wanted } = JSON.parse(line) as Observation;
    const found = parseDenial(message, "AccessDenied");
    expect(found.region).toBe(wanted.resourceRegion === "" ? "unspecified" : wanted.resourceRegion);
    expect(found.policyArn).toBe(wanted.policyArn);
    const [strength, kind] = wanted.reason?.split(", ") ?? [];
    expect(found.explicit).toBe(strength === undefined ? null : strength === "explicit deny");
    expect(found.by).toBe(kind === undefined ? null : kind.replace("identity-based", "identity"));
    expect(found.model).toBe(wanted.resource?.split(":foundation-model/")[1] ?? null);
  });
}
