/** The targets of a suggestion: profiles, each as a pattern with its models and Regions. */
import { foundationModelArn } from "../arn.ts";
import { type Call, calledProfileArn, isApplicationProfile, partitionOf, unspecified } from "../call.ts";
import type { PolicyKind } from "../kinds.ts";
import { resourcePart } from "../pattern.ts";

/** Narrow names each profile, model and destination; wide names the scope. */
export type Style = "narrow" | "wide";

export interface Target {
  /** The profile's ARN, or a pattern for its scope, in the caller's account. */
  readonly pattern: string;
  /** The calls of both actions. */
  readonly calls: readonly Call[];
  /** The values that `aws:RequestedRegion` may have. */
  readonly regions: readonly string[];
  /** The models' ARNs in their destinations. */
  readonly models: readonly string[];
  readonly style: Style;
}

const actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

/** One target for each profile, or for each scope. An application profile is always named. */
export function targetsOf(calls: readonly Call[], style: Style): Target[] {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const arn = calledProfileArn(call);
    if (arn === undefined) continue;
    const pattern = style === "wide" && !isApplicationProfile(arn) ? scopePattern(arn) : arn;
    groups.set(pattern, [...(groups.get(pattern) ?? []), call]);
  }
  return [...groups].map(([pattern, members]) => ({
    pattern,
    calls: members.flatMap((call) => actions.map((action) => ({ ...call, action, project: undefined }))),
    regions: unique(members.flatMap((call) => [call.sourceRegion, ...call.destinations.map(requestedRegion)])),
    models: modelsOf(members, pattern),
    style: pattern.endsWith(".*") ? "wide" : "narrow",
  }));
}

function modelsOf(calls: readonly Call[], pattern: string): string[] {
  const wide = pattern.endsWith(".*");
  return unique(
    calls.flatMap((call) =>
      [call.sourceRegion, ...call.destinations].map((region) =>
        foundationModelArn(wide ? "*" : call.model, region === "*" ? "" : region, partitionOf(call)),
      ),
    ),
  );
}

/** The pattern of a scope: `…/eu.*` for `…/eu.amazon.nova-pro-v1:0`. */
function scopePattern(arn: string): string {
  const id = resourcePart(arn).slice("inference-profile/".length);
  return `${arn.slice(0, arn.length - id.length)}${id.slice(0, id.indexOf(".") + 1)}*`;
}

function requestedRegion(region: string): string {
  return region === "*" ? unspecified : region;
}

/** The pattern for a kind of policy: an SCP names all accounts, except for an application profile. */
export function patternIn(kind: PolicyKind, pattern: string): string {
  if (kind !== "scp" || isApplicationProfile(pattern)) return pattern;
  return pattern.replace(/^((?:[^:]*:){4})[^:]*/, "$1*");
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
