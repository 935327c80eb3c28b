/** The ARNs of profiles, models and principals. */

/** A profile that is named by its ARN keeps it. */
export function profileArn(profile: string, region: string, account: string, partition: string): string {
  return profile.startsWith("arn:")
    ? profile
    : `arn:${partition}:bedrock:${region}:${account}:inference-profile/${profile}`;
}

/** Without a Region for the model of a global profile. A model that is named by its ARN moves to the Region. */
export function foundationModelArn(model: string, region: string, partition: string): string {
  const id = /^arn:[^:]*:bedrock:[^:]*::foundation-model\/(.+)$/.exec(model)?.[1] ?? model;
  // custom and provisioned models have an account, and stand in one Region
  return id.startsWith("arn:") ? id : `arn:${partition}:bedrock:${region}::foundation-model/${id}`;
}

/** The name of a Region says its partition. */
export function partitionOfRegion(region: string): string {
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return region.startsWith("cn-") ? "aws-cn" : "aws";
}

export interface SessionArn {
  /** The role's ARN, as far as the session shows it. */
  readonly role: string;
  /** The session hides the path of the role, and there surely is one. */
  readonly pathHidden: boolean;
}

/** Which role a session belongs to; undefined for what is not a session. */
export function roleOfSession(arn: string): SessionArn | undefined {
  const found = /^arn:([^:]*):sts::(\d*):assumed-role\/([^/]+)(?:\/.*)?$/.exec(arn);
  if (found === null) return undefined;
  const [, partition = "aws", account = "", name = ""] = found;
  const sso = name.startsWith("AWSReservedSSO_");
  const path = sso ? "aws-reserved/sso.amazonaws.com/REGION/" : "";
  return { role: `arn:${partition}:iam::${account}:role/${path}${name}`, pathHidden: sso };
}

export function accountOf(arn: string): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1];
}
