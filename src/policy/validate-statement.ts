/** The faults for which IAM would refuse a statement. */
import { conditionValues } from "./element-values.ts";
import { type Fault, error, unknownElements, warning } from "./fault.ts";
import { type PolicyKind, principalTypes } from "./kinds.ts";
import { type JsonNode, type Member, type ObjectNode, memberOf } from "./json-reader.ts";
import { findOperator, operatorNames, readOperatorName, takesValue } from "./operators.ts";

const elements = [
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
  "Principal",
  "NotPrincipal",
];

/** Kinds whose documents name principals; the others apply to those they are attached to. */
const namesPrincipals: ReadonlySet<PolicyKind> = new Set(["endpoint"]);

export function statementFaults(kind: PolicyKind, node: JsonNode): Fault[] {
  if (node.kind !== "object") return [error(node, "shape", "a statement is a JSON object")];
  return [
    ...unknownElements(node.members, elements),
    ...sidFaults(kind, node),
    ...effectFaults(node),
    ...nameFaults(node, "Action", isAction, 'an action such as "bedrock:InvokeModel", or "*"'),
    ...nameFaults(node, "Resource", isResource, 'an ARN, or "*"'),
    ...principalFaults(kind, node),
    ...conditionFaults(node),
  ];
}

function sidFaults(kind: PolicyKind, node: ObjectNode): Fault[] {
  const sid = memberOf(node, "Sid");
  if (sid === undefined) return [];
  if (sid.kind !== "string") return [error(sid, "sid", "Sid is a text")];
  // VPC endpoints accept blanks and more; for SCPs it is not documented
  if (kind === "endpoint" || /^[A-Za-z0-9]*$/.test(sid.value)) return [];
  const said = `the Sid "${sid.value}" may hold letters and digits only`;
  return [kind === "scp" ? warning(sid, "sid", said) : error(sid, "sid", said)];
}

function effectFaults(node: ObjectNode): Fault[] {
  const effect = memberOf(node, "Effect");
  if (effect === undefined) return [error(node, "effect", "the element Effect is missing")];
  const known = effect.kind === "string" && (effect.value === "Allow" || effect.value === "Deny");
  return known ? [] : [error(effect, "effect", "Effect is Allow or Deny, written so")];
}

function nameFaults(node: ObjectNode, element: string, isName: (name: string) => boolean, what: string): Fault[] {
  const plain = memberOf(node, element);
  const negated = memberOf(node, `Not${element}`);
  if (plain !== undefined && negated !== undefined)
    return [error(negated, "both", `${element} and Not${element} exclude each other`)];
  const value = plain ?? negated;
  if (value === undefined) return [error(node, "missing", `${element} or Not${element} is missing`)];
  const items = value.kind === "array" ? value.items : [value];
  if (items.length === 0) return [error(value, "empty", `${element} is an empty list`)];
  return items.flatMap((item) =>
    item.kind === "string" && isName(item.value)
      ? []
      : [
          error(
            item,
            element.toLowerCase(),
            `${element} takes ${what}${item.kind === "string" ? `, not "${item.value}"` : ""}`,
          ),
        ],
  );
}

function isAction(name: string): boolean {
  return name === "*" || /^[A-Za-z0-9*?-]+:[A-Za-z0-9*?_-]+$/.test(name);
}

function isResource(name: string): boolean {
  return name === "*" || /^(?:arn:|arn\*|\*|a\*)/.test(name);
}

function principalFaults(kind: PolicyKind, node: ObjectNode): Fault[] {
  const found = node.members.filter(({ key }) => key.value === "Principal" || key.value === "NotPrincipal");
  if (namesPrincipals.has(kind)) {
    if (found.length === 0) return [error(node, "principal", 'Principal is missing; "*" means everybody')];
    if (found.length > 1) return [error(node, "both", "Principal and NotPrincipal exclude each other")];
    return found.flatMap(({ value }) => principalNameFaults(value));
  }
  return found.map(({ key }) =>
    error(key, "principal", `${key.value} is for policies on resources; this one holds for whom it is attached to`),
  );
}

function principalNameFaults(value: JsonNode): Fault[] {
  if (value.kind === "string" && value.value === "*") return [];
  if (value.kind !== "object")
    return [error(value, "principal", `Principal is "*", or an object with ${principalTypes.join(", ")}`)];
  if (value.members.length === 0) return [error(value, "principal", "Principal names nobody")];
  return value.members.flatMap(({ key, value: names }) => {
    if (!principalTypes.some((type) => type === key.value))
      return [error(key, "principal", `${key.value} is not a type of principal: ${principalTypes.join(", ")}`)];
    const items = names.kind === "array" ? names.items : [names];
    const wrong = items.find((item) => item.kind !== "string");
    if (items.length > 0 && wrong === undefined) return [];
    return [error(wrong ?? names, "principal", `${key.value} takes a text or a list of texts`)];
  });
}

function conditionFaults(node: ObjectNode): Fault[] {
  const condition = memberOf(node, "Condition");
  if (condition === undefined) return [];
  if (condition.kind !== "object") return [error(condition, "condition", "Condition is an object of operators")];
  return condition.members.flatMap(operatorFaults);
}

function operatorFaults({ key: operator, value }: Member): Fault[] {
  if (value.kind !== "object")
    return [error(value, "condition", `${operator.value} takes an object of condition keys and their values`)];
  const { base } = readOperatorName(operator.value);
  const known = operator.value === "Null" || findOperator(base) !== undefined;
  const unknown = known ? [] : [unknownOperator(operator, base)];
  return [...unknown, ...value.members.flatMap((member) => keyFaults(member, known ? base : undefined))];
}

/** An unknown operator is a warning: only what depends on it cannot be told. */
function unknownOperator(operator: JsonNode & { readonly value: string }, base: string): Fault {
  const meant = operatorNames().find((name) => name.toLowerCase() === base.toLowerCase());
  const hint = meant === undefined ? "" : `; ${meant} is one`;
  return warning(
    operator,
    "unknown-operator",
    `${operator.value} is not a condition operator that IAM documents${hint}`,
  );
}

function keyFaults({ key, value }: Member, base: string | undefined): Fault[] {
  if (!/^[A-Za-z0-9-]+:./.test(key.value))
    return [error(key, "condition-key", `${key.value} is not a condition key: they are written SERVICE:NAME`)];
  const items = value.kind === "array" ? value.items : [value];
  const wrong = items.find((item) => item.kind !== "string" && item.kind !== "number" && item.kind !== "boolean");
  if (wrong !== undefined) return [error(wrong, "condition-value", `${key.value} takes a value or a list of values`)];
  if (items.length === 0) return [warning(value, "empty", `${key.value} has no value to compare with`)];
  return items.flatMap((item) => {
    const [text = ""] = conditionValues(item);
    return base === undefined || takesValue(base, text)
      ? []
      : [error(item, "condition-value", `${base === "Null" ? "Null" : base} cannot compare with "${text}"`)];
  });
}
