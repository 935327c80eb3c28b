/** The smallest policy that a probe needs. */
import { profileArn, foundationModelArn, partitionOfRegion } from "../../policy/arn.ts";

export interface ProbePermissions {
  readonly profile: string;
  readonly model: string;
  readonly sourceRegion: string;
  readonly destinations: readonly string[];
  readonly account: string;
}

export function probePermissions({ profile, model, sourceRegion, destinations, account }: ProbePermissions): unknown {
  const partition = partitionOfRegion(sourceRegion);
  const called = profileArn(profile, sourceRegion, account, partition);
  const invoke = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];
  const regions = [...new Set([sourceRegion, ...destinations.map((region) => (region === "*" ? "" : region))])];
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "CallProfile", Effect: "Allow", Action: invoke, Resource: called },
      {
        Sid: "CallModelsThroughIt",
        Effect: "Allow",
        Action: invoke,
        Resource: regions.map((region) => foundationModelArn(model, region, partition)),
        Condition: { ArnLike: { "bedrock:InferenceProfileArn": called } },
      },
      { Sid: "AskForDestinations", Effect: "Allow", Action: "bedrock:GetInferenceProfile", Resource: called },
      { Sid: "FindEvents", Effect: "Allow", Action: "cloudtrail:LookupEvents", Resource: "*" },
    ],
  };
}
