/** The ARNs of profiles, models and principals. */

/** The ARN of a profile; one named by its ARN keeps it. */
export function profileArn(profile: string, region: string, account: string, partition: string): string {
  return profile.startsWith("arn:")
    ? profile
    : `arn:${partition}:bedrock:${region}:${account}:inference-profile/${profile}`;
}

/** The ARN of a model, without a Region for a global profile's. A model named by its ARN moves to the Region. */
export function foundationModelArn(model: string, region: string, partition: string): string {
  const id = /^arn:[^:]*:bedrock:[^:]*::foundation-model\/(.+)$/.exec(model)?.[1] ?? model;
  // custom and provisioned models belong to an account and one Region
  return id.startsWith("arn:") ? id : `arn:${partition}:bedrock:${region}::foundation-model/${id}`;
}

/** The partition, from the Region's name. */
export function partitionOfRegion(region: string): string {
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return region.startsWith("cn-") ? "aws-cn" : "aws";
}

export interface SessionArn {
  /** The role's ARN as the session shows it. */
  readonly role: string;
  /** Whether the session hides a path that the role surely has. */
  readonly pathHidden: boolean;
}

/** The role of a session; undefined if the ARN is not a session's. */
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
