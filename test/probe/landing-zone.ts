/** A landing zone in which everything holds before the first call, and what is asked of it. */
import { type Answers, type AwsEndpoint } from "../support/aws-endpoint.ts";
import { account, model, profile } from "../policy/documents.ts";

export const sourceRegion = "eu-central-1";
export const destinations: readonly string[] = ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"];
const trailArn = `arn:aws:cloudtrail:eu-west-1:${account}:trail/organization`;

export const trail: Readonly<Record<string, unknown>> = {
  Name: "organization",
  TrailARN: trailArn,
  HomeRegion: "eu-west-1",
  IsMultiRegionTrail: true,
  IsOrganizationTrail: true,
  LogFileValidationEnabled: true,
};

const readsAll: Readonly<Record<string, unknown>> = {
  EventSelectors: [{ ReadWriteType: "All", IncludeManagementEvents: true }],
};

export const available: Readonly<Record<string, unknown>> = {
  modelId: model,
  agreementAvailability: { status: "AVAILABLE" },
  authorizationStatus: "AUTHORIZED",
  entitlementAvailability: "AVAILABLE",
  regionAvailability: "AVAILABLE",
};

export function profileIn(
  regions: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    inferenceProfileName: "x",
    inferenceProfileArn: `arn:aws:bedrock:${sourceRegion}:${account}:inference-profile/${profile}`,
    inferenceProfileId: profile,
    models: regions.map((region) => ({ modelArn: `arn:aws:bedrock:${region}::foundation-model/${model}` })),
    status: "ACTIVE",
    type: "SYSTEM_DEFINED",
    ...more,
  };
}

export function identity(of: string = account): string {
  return `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::${of}:assumed-role/reader/me</Arn><UserId>AROA:me</UserId><Account>${of}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
}

export function simulated(decision: string): string {
  return `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults><member><EvalActionName>bedrock:InvokeModel</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>${decision}</EvalDecision><MatchedStatements/><MissingContextValues/></member></EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`;
}

export const green: Answers = {
  "sts:GetCallerIdentity": () => ({ body: identity() }),
  "iam:SimulatePrincipalPolicy": () => ({ body: simulated("allowed") }),
  "bedrock:GetInferenceProfile": () => ({ body: profileIn(destinations) }),
  "bedrock:GetFoundationModelAvailability": () => ({ body: available }),
  "bedrock:GetUseCaseForModelAccess": () => ({ body: { formData: Buffer.from("{}").toString("base64") } }),
  "bedrock:GetModelInvocationLoggingConfiguration": () => ({
    body: { loggingConfig: { s3Config: { bucketName: "invocations", keyPrefix: "bedrock" } } },
  }),
  "cloudtrail:DescribeTrails": () => ({ body: { trailList: [trail] } }),
  "cloudtrail:GetTrailStatus": () => ({ body: { IsLogging: true } }),
  "cloudtrail:GetEventSelectors": () => ({ body: { TrailARN: trailArn, ...readsAll } }),
};

/** What differs from the good landing zone. */
export function changed(endpoint: AwsEndpoint, answers: Answers): void {
  endpoint.answers = { ...green, ...answers };
}
