/** The checks that AWS makes for a call, and those that are not documented. */
import { foundationModelArn } from "./arn.ts";
import { type Call, calledProfileArn, partitionOf, unspecified } from "./call.ts";
import { batchAction, mantleAction } from "./operations.ts";

/** A resource that has to be allowed for the call to pass. */
export interface Check {
  readonly action: string;
  readonly resource: string;
  readonly requestedRegion: string;
  readonly what: "profile" | "model" | "project" | "job" | "bearer-token";
  /** The Region where this model may run; null for anything but a model. */
  readonly destination: string | null;
  /** Why it is not certain that AWS makes this check, which makes a refusal uncertain too. */
  readonly undocumented?: string;
}

export const bearerAction = "bedrock:CallWithBearerToken";
const mantleBearerAction = "bedrock-mantle:CallWithBearerToken";

export function isBatch({ action }: Pick<Call, "action">): boolean {
  return action.toLowerCase() === batchAction.toLowerCase();
}

export function isMantle({ action }: Pick<Call, "action">): boolean {
  return action.toLowerCase() === mantleAction.toLowerCase();
}

export function checksOf(call: Call): Check[] {
  if (isMantle(call)) return [projectCheck(call), ...tokenChecks(call, mantleBearerAction)];
  const checks = [...profileChecks(call), ...modelChecks(call)];
  if (isBatch(call)) return [...batchChecks(call, checks), ...tokenChecks(call, bearerAction)];
  return [...checks, ...(call.project === undefined ? [] : [projectCheck(call)]), ...tokenChecks(call, bearerAction)];
}

function profileChecks(call: Call): Check[] {
  const arn = calledProfileArn(call);
  if (arn === undefined) return [];
  return [
    { action: call.action, resource: arn, requestedRegion: regionOfArn(arn), what: "profile", destination: null },
  ];
}

/** The checks of the model: in the source Region, then in each destination. */
function modelChecks(call: Call): Check[] {
  const regions = new Set([call.sourceRegion, ...(call.profile === null ? [] : call.destinations)]);
  return Array.from(regions, (region) => ({
    action: call.action,
    resource: foundationModelArn(call.model, region === "*" ? "" : region, partitionOf(call)),
    requestedRegion: region === "*" ? unspecified : region,
    what: "model",
    destination: region,
  }));
}

/** The checks of a batch job: only the model without a profile is documented, the rest appears in examples. */
function batchChecks(call: Call, checks: readonly Check[]): Check[] {
  const undocumented = "AWS does not document that this is asked when a batch job is created";
  const job: Check = {
    action: call.action,
    resource: `arn:${partitionOf(call)}:bedrock:${call.sourceRegion}:${call.account}:model-invocation-job/*`,
    requestedRegion: call.sourceRegion,
    what: "job",
    destination: null,
  };
  const rest = call.profile === null ? [job] : [...checks, job];
  return [...(call.profile === null ? checks : []), ...rest.map((check) => ({ ...check, undocumented }))];
}

function projectCheck(call: Call): Check {
  const service = isMantle(call) ? "bedrock-mantle" : "bedrock";
  const { sourceRegion, account, project = "default" } = call;
  return {
    action: call.action,
    resource: `arn:${partitionOf(call)}:${service}:${sourceRegion}:${account}:project/${project}`,
    requestedRegion: sourceRegion,
    what: "project",
    destination: null,
  };
}

function tokenChecks({ bearerToken, sourceRegion }: Call, action: string): Check[] {
  if (bearerToken === undefined) return [];
  return [{ action, resource: "*", requestedRegion: sourceRegion, what: "bearer-token", destination: null }];
}

function regionOfArn(arn: string): string {
  const region = arn.split(":")[3] ?? "";
  return region === "" ? unspecified : region;
}
