/** The role of a lint: it reports a statement that does not do what it seems to. */
import { unspecified } from "../call.ts";
import type { PlacedTest, PolicyDocument, Statement } from "../document.ts";
import type { JsonNode } from "../json-reader.ts";
import { readOperatorName } from "../operators.ts";
import { matches, matchesAction, patternOf, resourcePart } from "../pattern.ts";
import type { KnownProfile } from "../resolve-profile.ts";

export interface LintFacts {
  readonly profiles: readonly KnownProfile[];
  readonly regions: ReadonlySet<string>;
  /** Whether this is the first part of a system-defined profile's id. */
  readonly isProfileScope: (prefix: string) => boolean;
}

export interface LintFinding {
  readonly code: string;
  readonly message: string;
  readonly at: JsonNode;
}

/** A lint of one statement; the document shows what its other statements do. */
export type Rule = (statement: Statement, document: PolicyDocument, facts: LintFacts) => LintFinding[];

export const invokeActions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"] as const;

/** Whether the statement's actions may include the action. */
export function coversAction(statement: Statement, action: string): boolean {
  return statement.actions.values.some(({ value }) => matchesAction(value, action)) !== statement.actions.negated;
}

export function coversInvocation(statement: Statement): boolean {
  return invokeActions.some((action) => coversAction(statement, action));
}

/** Tests on a key, by whether their operator is a negation. */
export function testsOn(statement: Statement, key: string, negated: boolean): PlacedTest[] {
  return statement.conditions.filter(
    (test) =>
      test.key.toLowerCase() === key.toLowerCase() &&
      /Not/.test(readOperatorName(test.operator).base) === negated &&
      test.operator !== "Null",
  );
}

/** Whether the pattern may name such a resource; `sample` is a resource part. */
export function couldName(pattern: string, sample: string): boolean {
  const part = resourcePart(pattern);
  const kind = sample.slice(0, sample.indexOf("/") + 1);
  return matches(patternOf(part), sample) || part.startsWith(kind);
}

export const systemSample = "inference-profile/eu.vendor.model-v1:0";
export const globalSample = "inference-profile/global.vendor.model-v1:0";
export const applicationSample = "application-inference-profile/abcdefghijkl";
export const profileKey = "bedrock:InferenceProfileArn";
export const regionKey = "aws:RequestedRegion";

/** Whether the statement spares `unspecified`, the Region of a global profile's model. */
export function sparesUnspecified(statement: Statement): boolean {
  return testsOn(statement, regionKey, true).some(({ values }) =>
    values.some((value) => matches(patternOf(value), unspecified)),
  );
}
