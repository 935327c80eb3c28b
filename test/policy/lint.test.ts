import { describe, expect, it } from "vitest";
import { readPolicy } from "../../src/policy/document.ts";
import type { PolicyKind } from "../../src/policy/kinds.ts";
import { lintDocument } from "../../src/policy/lint/lint.ts";
import { inferenceProfileSnapshot } from "../../src/reference/inference-profiles.ts";
import { regionRows } from "../../src/reference/regions.ts";
import { isProfileScope } from "../../src/reference/vendors.ts";

const facts = {
  profiles: inferenceProfileSnapshot().rows,
  regions: new Set(regionRows().map(({ region }) => region)),
  isProfileScope,
};

type Plain = Readonly<Record<string, unknown>>;

function codes(kind: PolicyKind, statements: readonly Plain[], version = "2012-10-17"): string[] {
  const text = JSON.stringify({ Version: version, Statement: statements }, null, 2);
  const document = readPolicy(kind, "x.json", text);
  expect(document.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return lintDocument(document, facts).map(({ code }) => code);
}

const both = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];
const profileOf = (id: string): string => `arn:aws:bedrock:*:*:inference-profile/${id}`;
const modelIn = (region: string, id = "amazon.nova-pro-v1:0"): string =>
  `arn:aws:bedrock:${region}::foundation-model/${id}`;
const deny = (more: Plain): Plain => ({ Effect: "Deny", Action: both, Resource: "*", ...more });
const allow = (more: Plain): Plain => ({ Effect: "Allow", Action: both, Resource: "*", ...more });
const outside = { "aws:RequestedRegion": ["eu-central-1", "unspecified"] };
const regionDeny = (exempt: Plain, more: Plain = {}): Plain =>
  deny({ Condition: { StringNotEquals: outside, ArnNotLike: exempt }, ...more });
const anyRole = (name: string): Plain => ({ "aws:PrincipalArn": `arn:aws:iam::*:role/${name}` });
const eu = ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"];

/** A document that has the fault, and one that is like it and has it not. */
const examples: readonly (readonly [code: string, kind: PolicyKind, bad: readonly Plain[], good: readonly Plain[]])[] =
  [
    [
      "session-arn",
      "scp",
      [regionDeny({ "aws:PrincipalARN": "arn:aws:sts::*:assumed-role/admin/*" })],
      [regionDeny(anyRole("admin"))],
    ],
    [
      "sso-path",
      "scp",
      [regionDeny(anyRole("AWSReservedSSO_Admin_*"))],
      [regionDeny(anyRole("aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*"))],
    ],
    [
      "exemption-in-one",
      "scp",
      [regionDeny(anyRole("admin")), deny({ Condition: { StringNotEquals: outside } })],
      [regionDeny(anyRole("admin")), regionDeny(anyRole("admin"), { Action: "s3:*" })],
    ],
    ["no-such-action", "identity", [allow({ Action: [...both, "bedrock:Converse"] })], [allow({})]],
    [
      "one-of-two-actions",
      "identity",
      [allow({ Action: "bedrock:InvokeModel" })],
      [allow({ Action: "bedrock:InvokeModel*" })],
    ],
    [
      "one-of-two-actions",
      "identity",
      [allow({ Action: "bedrock:InvokeModel" }), allow({ Action: both[1], Resource: profileOf("eu.*") })],
      [allow({ Action: "bedrock:InvokeModel" }), allow({ Action: both[1] })],
    ],
    [
      "bearer-elsewhere",
      "scp",
      [
        deny({
          Action: "bedrock:CallWithBearerToken",
          Condition: { StringEquals: { "bedrock:bearerTokenType": "LONG_TERM" } },
        }),
      ],
      [deny({ Action: ["bedrock:CallWithBearerToken", "bedrock-mantle:CallWithBearerToken"] })],
    ],
    [
      "list-blocks-profiles",
      "scp",
      [{ Effect: "Deny", Action: both, NotResource: [modelIn("*")] }],
      [{ Effect: "Deny", Action: both, NotResource: [modelIn("*"), profileOf("eu.amazon.nova-pro-v1:0")] }],
    ],
    [
      "misses-application-profiles",
      "scp",
      [regionDeny({ "bedrock:InferenceProfileArn": profileOf("eu.*") })],
      [
        regionDeny({
          "bedrock:InferenceProfileArn": [profileOf("eu.*"), "arn:aws:bedrock:*:*:application-inference-profile/abc"],
        }),
      ],
    ],
    [
      "passed-by-application-profiles",
      "scp",
      [
        deny({
          Condition: {
            StringEquals: { "aws:RequestedRegion": "unspecified" },
            ArnLike: { "bedrock:InferenceProfileArn": profileOf("global.*") },
          },
        }),
      ],
      [deny({ Condition: { StringEquals: { "aws:RequestedRegion": "unspecified" } } })],
    ],
    [
      "admits-global-profiles",
      "scp",
      [
        regionDeny({
          "bedrock:InferenceProfileArn": [profileOf("*"), "arn:aws:bedrock:*:*:application-inference-profile/*"],
        }),
      ],
      [
        regionDeny({
          "bedrock:InferenceProfileArn": [profileOf("eu.*"), "arn:aws:bedrock:*:*:application-inference-profile/*"],
        }),
      ],
    ],
    [
      "profile-as-model",
      "identity",
      [allow({ Resource: modelIn("*", "us.anthropic.claude-sonnet-4-6") })],
      [allow({ Resource: modelIn("*") })],
    ],
    [
      "profile-without-account",
      "identity",
      [allow({ Resource: "arn:aws:bedrock:eu-west-1::inference-profile/eu.amazon.nova-pro-v1:0" })],
      [allow({ Resource: profileOf("eu.amazon.nova-pro-v1:0") })],
    ],
    [
      "old-destinations",
      "identity",
      [
        allow({ Resource: profileOf("eu.*") }),
        allow({
          Resource: ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"].map((region) => modelIn(region, "*")),
        }),
      ],
      [
        allow({ Resource: "arn:aws:bedrock:eu-central-1:*:inference-profile/eu.amazon.nova-pro-v1:0" }),
        allow({ Resource: ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"].map((region) => modelIn(region)) }),
      ],
    ],
    [
      "unspecified-missing",
      "scp",
      [deny({ Condition: { StringNotEquals: { "aws:RequestedRegion": eu } } })],
      [deny({ Condition: { StringNotEquals: outside } })],
    ],
    [
      "unspecified-missing",
      "scp",
      [
        deny({
          Condition: {
            StringNotEquals: { "aws:RequestedRegion": eu },
            ArnLike: { "bedrock:InferenceProfileArn": profileOf("global.*") },
          },
        }),
      ],
      [
        deny({
          Condition: {
            StringNotEquals: { "aws:RequestedRegion": eu },
            ArnLike: { "bedrock:InferenceProfileArn": profileOf("eu.amazon.nova-pro-v1:0") },
          },
        }),
      ],
    ],
    [
      "passed-by-application-profiles",
      "scp",
      [
        deny({
          Condition: {
            StringNotEquals: { "aws:RequestedRegion": eu },
            ArnLike: { "bedrock:InferenceProfileArn": profileOf("global.*") },
          },
        }),
      ],
      [
        deny({
          Condition: {
            StringNotEquals: outside,
            ArnLike: { "bedrock:InferenceProfileArn": profileOf("global.*") },
          },
        }),
      ],
    ],
    [
      "global-model-missing",
      "identity",
      [allow({ Resource: [profileOf("global.amazon.nova-2-lite-v1:0"), modelIn("eu-west-1", "*")] })],
      [allow({ Resource: [profileOf("global.amazon.nova-2-lite-v1:0"), modelIn("*", "*")] })],
    ],
    [
      "unknown-region",
      "scp",
      [deny({ Condition: { StringEquals: { "aws:RequestedRegion": "EU-CENTRAL-1" } } })],
      [deny({ Condition: { StringEquals: { "aws:RequestedRegion": "eu-central-1" } } })],
    ],
    [
      "unresolved-variable",
      "identity",
      [allow({ Resource: "arn:aws:bedrock:*:${aws:PrincipalAccount}:inference-profile/eu.*" })],
      [allow({ Resource: "arn:aws:bedrock:*:*:application-inference-profile/${aws:PrincipalTag/profile}" })],
    ],
    [
      "unresolved-variable",
      "identity",
      [
        allow({
          Condition: { NumericEquals: { "aws:x": "1" } },
          Action: [...both, "bedrock:${aws:PrincipalTag/x}"].slice(0, 2),
          Resource: "arn:aws:bedrock:${aws:RequestedRegion}::foundation-model/*",
        }),
      ],
      [allow({ Condition: { StringEquals: { "aws:x": "${aws:PrincipalAccount}" } } })],
    ],
    [
      "placeholder",
      "scp",
      [regionDeny({ "aws:PrincipalArn": "arn:aws:iam::${Account}:role/admin" })],
      [regionDeny({ "aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/admin" })],
    ],
    [
      "placeholder",
      "identity",
      [allow({ Resource: "arn:aws:bedrock:<region>::foundation-model/*" })],
      [allow({ Resource: modelIn("*") })],
    ],
    [
      "literal-wildcard",
      "scp",
      [deny({ Condition: { StringNotEquals: { "aws:RequestedRegion": ["eu-*", "unspecified"] } } })],
      [deny({ Condition: { StringNotLike: { "aws:RequestedRegion": ["eu-*", "unspecified"] } } })],
    ],
    [
      "short-arn",
      "identity",
      [allow({ Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::role/x" } } })],
      [allow({ Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/x" } } })],
    ],
    [
      "nearly-full",
      "scp",
      [
        deny({
          Resource: Array.from(
            { length: 160 },
            (_, index) => `arn:aws:bedrock:*::foundation-model/some.made-up-model-${index}`,
          ),
        }),
      ],
      [
        deny({
          Resource: Array.from(
            { length: 75 },
            (_, index) => `arn:aws:bedrock:*::foundation-model/some.made-up-model-${index}`,
          ),
        }),
      ],
    ],
  ];

describe("lints", () => {
  it.each(examples.map(([code, ...rest], index) => [`${code} (${index})`, code, ...rest] as const))(
    "%s",
    (_, code, kind, bad, good) => {
      expect(codes(kind, bad)).toContain(code);
      expect(codes(kind, good)).not.toContain(code);
    },
  );

  it("finds nothing in a policy that does what it says", () => {
    const profile = "arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.amazon.nova-pro-v1:0";
    const models = ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"].map((region) => modelIn(region));
    expect(
      codes("identity", [
        allow({ Resource: profile }),
        allow({ Resource: models, Condition: { ArnLike: { "bedrock:InferenceProfileArn": profile } } }),
      ]),
    ).toEqual([]);
  });

  it("says of variables before 2012-10-17 that they are text", () => {
    const statement = allow({ Condition: { StringEquals: { "aws:x": "${aws:PrincipalAccount}" } } });
    expect(codes("identity", [statement], "2008-10-17")).toEqual(["unresolved-variable"]);
  });

  it("names the place and the Regions", () => {
    const text = JSON.stringify(
      {
        Version: "2012-10-17",
        Statement: [
          allow({ Resource: profileOf("eu.*") }),
          allow({
            Resource: ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"].map((region) => modelIn(region, "*")),
          }),
        ],
      },
      null,
      2,
    );
    const [found] = lintDocument(readPolicy("identity", "wide.json", text), facts);
    expect(found).toMatchObject({ code: "old-destinations", file: "wide.json", line: 12, column: 5 });
    expect(found?.message).toContain("eu-south-1, eu-south-2");
  });
});

/** The shapes of published examples, with names of our own, and the warning that each deserves. */
const published: readonly (readonly [what: string, code: string, kind: PolicyKind, statements: readonly Plain[]])[] = [
  [
    "a list of permitted models",
    "list-blocks-profiles",
    "scp",
    [
      {
        Effect: "Deny",
        Action: "bedrock:InvokeModel*",
        NotResource: ["arn:aws:bedrock:*::foundation-model/anthropic.*"],
      },
    ],
  ],
  [
    "global inference switched off by the profile's name",
    "passed-by-application-profiles",
    "scp",
    [
      deny({
        Action: "bedrock:*",
        Condition: {
          StringEquals: { "aws:RequestedRegion": "unspecified" },
          ArnLike: { "bedrock:InferenceProfileArn": profileOf("global.*") },
        },
      }),
    ],
  ],
  [
    "only profiles of one geography",
    "misses-application-profiles",
    "scp",
    [
      deny({
        Action: "bedrock:*",
        Condition: {
          Null: { "bedrock:InferenceProfileArn": "false" },
          ArnNotLike: { "bedrock:InferenceProfileArn": profileOf("us.*") },
        },
      }),
    ],
  ],
  [
    "a Region deny that exempts a geography",
    "misses-application-profiles",
    "scp",
    [
      regionDeny({
        "bedrock:InferenceProfileArn": ["arn:aws:bedrock:eu-central-1:*:inference-profile/eu.*"],
        ...anyRole("bypass"),
      }),
    ],
  ],
  [
    "two Region denies, one without the exempt role",
    "exemption-in-one",
    "scp",
    [
      regionDeny(anyRole("privileged"), { Action: "s3:*" }),
      regionDeny({ "bedrock:InferenceProfileArn": profileOf("eu.*") }),
    ],
  ],
  [
    "a placeholder that looks like a variable",
    "placeholder",
    "scp",
    [regionDeny({ "aws:PrincipalARN": "arn:aws:iam::${Account}:role/privileged" })],
  ],
  [
    "an exemption of every profile",
    "admits-global-profiles",
    "scp",
    [regionDeny({ "bedrock:InferenceProfileArn": profileOf("*") })],
  ],
  [
    "long-term API keys forbidden",
    "bearer-elsewhere",
    "scp",
    [
      deny({
        Action: "bedrock:CallWithBearerToken",
        Condition: { StringEquals: { "bedrock:bearerTokenType": "LONG_TERM" } },
      }),
    ],
  ],
  [
    "a Region deny that exempts sessions",
    "session-arn",
    "scp",
    [regionDeny({ "aws:PrincipalARN": "arn:aws:sts::*:assumed-role/admin/*" })],
  ],
  [
    "a role for four Regions of Europe",
    "old-destinations",
    "identity",
    [
      allow({ Resource: "arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.*" }),
      allow({
        Resource: ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"].map((region) => modelIn(region, "*")),
      }),
    ],
  ],
];

describe("published examples", () => {
  it.each(published)("%s: %s", (_, code, kind, statements) => {
    expect(codes(kind, statements)).toContain(code);
  });
});
