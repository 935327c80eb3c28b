/** Lints about the writing of values: variables that stay text, placeholders, wildcards that match only themselves, ARNs cut short. */
import { stringNodes } from "../element-values.ts";
import type { PlacedTest, PolicyDocument, Statement } from "../document.ts";
import type { JsonNode, StringNode } from "../json-reader.ts";
import { findOperator, readOperatorName } from "../operators.ts";
import { variablesOf } from "../variables.ts";
import type { LintFinding, Rule } from "./rule.ts";

/** Whether a variable is a placeholder of a template: it lacks the colon of a condition key. */
function isPlaceholder(variable: string): boolean {
  return !variable.includes(":");
}

export const unresolvedVariable: Rule = (statement, document) => [
  ...statement.actions.values.flatMap((node) => variableIn(node, "an action knows no variables")),
  ...(statement.resources?.values ?? []).flatMap((node) => inResource(node, document)),
  ...statement.conditions.flatMap((test) => inCondition(test, document)),
];

function inResource(node: StringNode, document: PolicyDocument): LintFinding[] {
  if (!document.variables) return variableIn(node, 'variables need the Version "2012-10-17"');
  const head =
    /^(?:[^:]*:){5}/.exec(node.value.replaceAll(/\$\{[^}]*\}/g, (found) => found.replaceAll(":", "_")))?.[0] ?? "";
  const early = head.includes("${") ? node.value : "";
  return early === "" ? [] : variableIn(node, "in a Resource it is one only behind the fifth colon");
}

function inCondition({ operator, valueNode }: PlacedTest, document: PolicyDocument): LintFinding[] {
  const known = findOperator(readOperatorName(operator).base);
  if (!document.variables)
    return stringNodes(valueNode).flatMap((node) => variableIn(node, 'variables need the Version "2012-10-17"'));
  return known === undefined || known.variables
    ? []
    : stringNodes(valueNode).flatMap((node) => variableIn(node, `${operator} knows no variables`));
}

function variableIn(node: StringNode, why: string): LintFinding[] {
  const found = variablesOf(node.value).filter((variable) => !isPlaceholder(variable));
  return found.length === 0
    ? []
    : [{ code: "unresolved-variable", at: node, message: `\${${found[0]}} stays plain text: ${why}` }];
}

const placeholders =
  /\$\{[A-Za-z_][\w-]*\}|<[A-Za-z][\w -]*>|\b(?:ACCOUNT[_-]?ID|YOUR[_-][A-Z_-]+|REGION|ACCOUNT|X{6,12})\b|\{\{[^}]+\}\}/;

export const placeholder: Rule = (statement) =>
  textsOf(statement).flatMap((node): LintFinding[] => {
    const found = placeholders.exec(node.value);
    return found === null
      ? []
      : [
          {
            code: "placeholder",
            at: node,
            message: `${found[0]} is a placeholder that was not filled in; no caller matches it`,
          },
        ];
  });

function textsOf(statement: Statement): StringNode[] {
  return [
    ...(statement.resources?.values ?? []),
    ...statement.conditions.flatMap(({ valueNode }): StringNode[] => stringNodes(valueNode)),
  ];
}

export const literalWildcard: Rule = (statement) =>
  statement.conditions.flatMap(({ operator, key, valueNode }): LintFinding[] => {
    const { base } = readOperatorName(operator);
    if (!/^String(?:Not)?Equals/.test(base)) return [];
    const node: JsonNode | undefined = stringNodes(valueNode).find(({ value }) =>
      /[*?]/.test(value.replaceAll(/\$\{[*?$]\}/g, "")),
    );
    if (node === undefined) return [];
    return [
      {
        code: "literal-wildcard",
        at: node,
        message: `${operator} takes * and ? as they are: for a pattern of ${key} write ${base.replace("Equals", "Like").replace("IgnoreCase", "")}`,
      },
    ];
  });

export const shortArn: Rule = (statement) =>
  statement.conditions.flatMap(({ operator, key, valueNode }): LintFinding[] => {
    if (!readOperatorName(operator).base.startsWith("Arn")) return [];
    const node = stringNodes(valueNode).find(({ value }) => value.replaceAll(/\$\{[^}]*\}/g, "").split(":").length < 6);
    return node === undefined
      ? []
      : [
          {
            code: "short-arn",
            at: node,
            message: `"${node.value}" has fewer than six parts, so ${operator} never finds it equal to ${key}`,
          },
        ];
  });
