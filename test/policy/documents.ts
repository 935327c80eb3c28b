/** The documents of a made-up landing zone: a Region deny before and after cross-Region inference was thought of. */

export const account = "111122223333";
export const role: string = `arn:aws:iam::${account}:role/workload`;
export const profile = "eu.amazon.nova-pro-v1:0";
export const model = "amazon.nova-pro-v1:0";
const both = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

export function policy(...statements: readonly unknown[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2);
}

const outside = (exemptions: Readonly<Record<string, unknown>>): unknown => ({
  Sid: "OutsideOfOurRegions",
  Effect: "Deny",
  NotAction: ["iam:*", "sts:*", "organizations:*", "cloudfront:*"],
  Resource: "*",
  Condition: { StringNotEquals: { "aws:RequestedRegion": ["eu-central-1", "us-east-1"] }, ArnNotLike: exemptions },
});

const exemptRole = { "aws:PrincipalArn": ["arn:aws:iam::*:role/landing-zone-admin"] };

export const firstScp: string = policy(outside(exemptRole));

export const extendedScp: string = policy(
  outside({ ...exemptRole, "bedrock:InferenceProfileArn": ["arn:aws:bedrock:eu-central-1:*:inference-profile/eu.*"] }),
);

const profileArn = `arn:aws:bedrock:eu-central-1:${account}:inference-profile/${profile}`;
const allowProfile = { Sid: "Profile", Effect: "Allow", Action: both, Resource: profileArn };

export const profileOnly: string = policy(allowProfile);

export const narrowRole: string = policy(allowProfile, {
  Sid: "ModelsThroughIt",
  Effect: "Allow",
  Action: both,
  Resource: ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"].map(
    (region) => `arn:aws:bedrock:${region}::foundation-model/${model}`,
  ),
  Condition: { StringLike: { "bedrock:InferenceProfileArn": profileArn } },
});

export const wideRole: string = policy(
  {
    Sid: "Profiles",
    Effect: "Allow",
    Action: both,
    Resource: `arn:aws:bedrock:eu-central-1:${account}:inference-profile/eu.*`,
  },
  {
    Sid: "ModelsThroughThem",
    Effect: "Allow",
    Action: both,
    Resource: "arn:aws:bedrock:eu-*::foundation-model/*",
    Condition: {
      StringLike: { "bedrock:InferenceProfileArn": `arn:aws:bedrock:eu-central-1:${account}:inference-profile/eu.*` },
    },
  },
);
