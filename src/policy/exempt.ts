/** The exemption of one request from a deny statement, with as little else as possible. */
import type { Check } from "./checks.ts";
import { type PolicyDocument, type Statement, readPolicy } from "./document.ts";
import { memberOf } from "./json-reader.ts";
import { addMember, addToList, replaceText, writeLike } from "./text-edit.ts";

/** The change of a statement in words, and the changed document. */
export interface Exemption {
  readonly document: PolicyDocument;
  readonly what: string;
}

/** Operators for which one more value makes the statement apply to less. */
const negations = ["ArnNotLike", "ArnNotEquals", "StringNotLike"] as const;

/** An exemption by a condition: false for the value, it keeps the statement from applying. */
export function exemptByKey(
  document: PolicyDocument,
  statement: Statement,
  key: string,
  values: readonly string[],
): Exemption {
  const condition = memberOf(statement.node, "Condition");
  const present = statement.conditions.find(
    (test) => negations.some((name) => name === test.operator) && test.key.toLowerCase() === key.toLowerCase(),
  );
  const said = (operator: string): string => `${operator} ${key} ${values.map((value) => `"${value}"`).join(", ")}`;
  if (present !== undefined) {
    const text = addToList(document.text, present.valueNode, values);
    return { document: reread(document, text), what: `add to ${said(present.operator)}` };
  }
  const operator = negations[0];
  const what = `add the condition ${said(operator)}`;
  const entry = { [key]: values.length === 1 ? values[0] : values };
  if (condition?.kind !== "object")
    return {
      document: reread(document, addMember(document.text, statement.node, "Condition", { [operator]: entry })),
      what,
    };
  const block = memberOf(condition, operator);
  const text =
    block?.kind === "object"
      ? addMember(document.text, block, key, entry[key])
      : addMember(document.text, condition, operator, entry);
  return { document: reread(document, text), what };
}

/** An exemption by the resource, with all others still denied; undefined where Resource is a list of something. */
export function exemptByResource(
  document: PolicyDocument,
  statement: Statement,
  resources: readonly string[],
): Exemption | undefined {
  const names = statement.resources;
  const said = resources.map((resource) => `"${resource}"`).join(", ");
  const node = memberOf(statement.node, names?.negated === true ? "NotResource" : "Resource");
  if (names === undefined || node === undefined) return undefined;
  if (names.negated)
    return {
      document: reread(document, addToList(document.text, node, resources)),
      what: `add to NotResource ${said}`,
    };
  if (!names.values.every(({ value }) => value === "*")) return undefined;
  const member = statement.node.members.find(({ key }) => key.value === "Resource");
  if (member === undefined) return undefined;
  const value =
    resources.length === 1 ? JSON.stringify(resources[0]) : writeLike(document.text, statement.node, resources);
  const withValue = replaceText(document.text, member.value, value);
  const text = replaceText(withValue, member.key, '"NotResource"');
  return { document: reread(document, text), what: `write NotResource ${said} instead of Resource "*"` };
}

/** The exemptions to try: by the profile where its key is present, for the profile itself by its ARN, else by the caller. */
export function exemptions(
  document: PolicyDocument,
  statement: Statement,
  check: Check,
  who: { readonly profile: string | undefined; readonly principal: string },
): Exemption[] {
  const byProfile =
    check.what === "model" && who.profile !== undefined
      ? [exemptByKey(document, statement, "bedrock:InferenceProfileArn", [who.profile])]
      : [];
  const byResource =
    check.what === "bearer-token" || byProfile.length > 0
      ? undefined
      : exemptByResource(document, statement, [check.resource]);
  const byPrincipal = exemptByKey(document, statement, "aws:PrincipalArn", [who.principal]);
  return [...byProfile, ...(byResource === undefined ? [] : [byResource]), byPrincipal];
}

function reread(document: PolicyDocument, text: string): PolicyDocument {
  return readPolicy(document.kind, document.name, text);
}
