/** The smallest policy that the preflight needs. */
import { collectPermissions } from "../collect-permissions.ts";

interface Statements {
  readonly Version: string;
  readonly Statement: readonly unknown[];
}

export interface PreflightPermissions {
  /** The principal whose policies are read; undefined if they are given. */
  readonly principal: string | undefined;
  readonly accountRole: string | undefined;
  readonly simulate: boolean;
}

/** The policy for the caller; with a role in the principal's account, that role's part is a document of its own. */
export function preflightPermissions({ principal, accountRole, simulate }: PreflightPermissions): {
  readonly caller: unknown;
  readonly accountRole: unknown;
} {
  const reading =
    principal === undefined ? undefined : collectPermissions({ principals: [principal], accountRole, simulate: false });
  // the permissions of collecting come as a document
  const collected = reading === undefined ? [] : (reading.caller as Statements).Statement;
  return {
    caller: { Version: "2012-10-17", Statement: [...collected, ...own(principal, simulate)] },
    accountRole: reading?.accountRole,
  };
}

function own(principal: string | undefined, simulate: boolean): readonly unknown[] {
  return [
    {
      Sid: "AskBedrock",
      Effect: "Allow",
      Action: [
        "bedrock:GetInferenceProfile",
        "bedrock:GetFoundationModelAvailability",
        "bedrock:GetUseCaseForModelAccess",
        "bedrock:GetModelInvocationLoggingConfiguration",
      ],
      Resource: "*",
    },
    {
      Sid: "AskCloudTrail",
      Effect: "Allow",
      Action: ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"],
      Resource: "*",
    },
    ...(simulate
      ? [{ Sid: "CrossCheck", Effect: "Allow", Action: "iam:SimulatePrincipalPolicy", Resource: principal ?? "*" }]
      : []),
  ];
}
