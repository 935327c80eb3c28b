/** A policy document as read: its statements with their places, and its faults. */
import {
  JsonError,
  type JsonNode,
  type ObjectNode,
  type Place,
  type StringNode,
  memberOf,
  placeOf,
  readJson,
} from "./json-reader.ts";
import type { ConditionTest } from "./condition.ts";
import { conditionValues, stringNodes } from "./element-values.ts";
import { type PolicyKind, type PrincipalType, type Problem, principalTypes } from "./kinds.ts";
import { findProblems } from "./validate.ts";

export interface PolicyDocument {
  readonly kind: PolicyKind;
  /** The file's name, or what takes its place. */
  readonly name: string;
  readonly text: string;
  readonly root: JsonNode;
  /** Whether policy variables have a meaning in this version. */
  readonly variables: boolean;
  readonly statements: readonly Statement[];
  readonly problems: readonly Problem[];
}

export interface Statement extends Place {
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
  readonly actions: Names;
  readonly resources: Names | undefined;
  readonly principals: Principals | undefined;
  readonly conditions: readonly PlacedTest[];
  readonly node: ObjectNode;
}

/** An element and its opposite, such as Action and NotAction. */
export interface Names {
  readonly negated: boolean;
  readonly values: readonly StringNode[];
}

export interface Principals {
  readonly negated: boolean;
  readonly values: readonly PrincipalName[];
}

export interface PrincipalName {
  readonly type: PrincipalType;
  readonly value: string;
}

export interface PlacedTest extends ConditionTest {
  readonly operatorNode: StringNode;
  readonly keyNode: StringNode;
  readonly valueNode: JsonNode;
}

/** Reads a document; a text that is not JSON yields no statements and the reason. */
export function readPolicy(kind: PolicyKind, name: string, text: string): PolicyDocument {
  try {
    return policyOf(kind, name, text, readJson(text));
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown;
    const place = placeOf(text, thrown.offset);
    const problem: Problem = { severity: "error", code: "json", file: name, message: thrown.message, ...place };
    const root: JsonNode = { kind: "null", text: "null", start: 0, end: 0 };
    return { kind, name, text, root, variables: false, statements: [], problems: [problem] };
  }
}

/** A document inside a larger text. */
export function policyOf(kind: PolicyKind, name: string, text: string, root: JsonNode): PolicyDocument {
  const problems = findProblems(kind, name, text, root);
  const version = root.kind === "object" ? memberOf(root, "Version") : undefined;
  return {
    kind,
    name,
    text,
    root,
    variables: version?.kind === "string" && version.value === "2012-10-17",
    statements: problems.some(({ severity }) => severity === "error") ? [] : statementsOf(text, root),
    problems,
  };
}

/** Whether AWS would refuse the document. */
export function isRefused(document: PolicyDocument): boolean {
  return document.problems.some(({ severity }) => severity === "error");
}

function statementNodes(root: JsonNode): JsonNode[] {
  const node = root.kind === "object" ? memberOf(root, "Statement") : undefined;
  if (node === undefined) return [];
  return node.kind === "array" ? [...node.items] : [node];
}

function statementsOf(text: string, root: JsonNode): Statement[] {
  return statementNodes(root).flatMap((node, index) =>
    node.kind === "object" ? [statementOf(text, node, index)] : [],
  );
}

function statementOf(text: string, node: ObjectNode, index: number): Statement {
  const sid = memberOf(node, "Sid");
  const effect = memberOf(node, "Effect");
  return {
    index,
    sid: sid?.kind === "string" ? sid.value : undefined,
    effect: effect?.kind === "string" && effect.value === "Allow" ? "Allow" : "Deny",
    actions: namesOf(node, "Action") ?? { negated: false, values: [] },
    resources: namesOf(node, "Resource"),
    principals: principalsOf(node),
    conditions: conditionsOf(node),
    node,
    ...placeOf(text, node.start),
  };
}

function namesOf(node: ObjectNode, element: string): Names | undefined {
  const plain = memberOf(node, element);
  const negated = memberOf(node, `Not${element}`);
  const value = plain ?? negated;
  return value === undefined ? undefined : { negated: plain === undefined, values: stringNodes(value) };
}

function principalsOf(node: ObjectNode): Principals | undefined {
  const plain = memberOf(node, "Principal");
  const value = plain ?? memberOf(node, "NotPrincipal");
  if (value === undefined) return undefined;
  const named = (type: PrincipalType, node: JsonNode | undefined): PrincipalName[] =>
    node === undefined ? [] : stringNodes(node).map((item) => ({ type, value: item.value }));
  const values =
    value.kind === "object"
      ? principalTypes.flatMap((type) => named(type, memberOf(value, type)))
      : named("AWS", value);
  return { negated: plain === undefined, values };
}

function conditionsOf(node: ObjectNode): PlacedTest[] {
  const condition = memberOf(node, "Condition");
  if (condition?.kind !== "object") return [];
  return condition.members.flatMap(({ key: operatorNode, value }) =>
    value.kind !== "object"
      ? []
      : value.members.map(({ key: keyNode, value: valueNode }) => ({
          operator: operatorNode.value,
          key: keyNode.value,
          values: conditionValues(valueNode),
          operatorNode,
          keyNode,
          valueNode,
        })),
  );
}
