/** The decision about a Condition element: every operator and key must hold; missing keys follow AWS's rules. */
import type { Context, KeyState } from "./context.ts";
import { type Operator, type OperatorName, findOperator, readOperatorName } from "./operators.ts";
import { type Truth, every, no, not, some, truthOf, unknown, yes } from "./truth.ts";
import { expand } from "./variables.ts";

/** A key below an operator. */
export interface ConditionTest {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** The truth of a test; `variables` says whether the document's version has them. */
export function decideCondition(test: ConditionTest, variables: boolean, context: Context): Truth {
  const name = readOperatorName(test.operator);
  if (test.operator === "Null") return decideNull(test, context(test.key));
  const operator = findOperator(name.base);
  if (operator === undefined) return unknown(`the operator ${test.operator} is not known`);
  const found = context(test.key);
  if (found.state === "unknown") return unknown(found.why);
  if (found.state === "absent") return truthOf(holdsWithoutKey(name, operator));
  return decideValues(test, name, operator, found.values, variables, context);
}

function decideNull(test: ConditionTest, found: KeyState): Truth {
  if (found.state === "unknown") return unknown(found.why);
  const wanted = test.values.map((value) => value.toLowerCase());
  if (wanted.some((value) => value !== "true" && value !== "false"))
    return unknown(`Null takes true or false, not ${test.values.join(", ")}`);
  return truthOf(wanted.includes(found.state === "absent" ? "true" : "false"));
}

/** Whether a test holds without the key: by `IfExists` or a set operator, else if it is a negation. */
function holdsWithoutKey(name: OperatorName, operator: Operator): boolean {
  if (name.ifExists || name.set === "all") return true;
  return name.set === "any" ? false : operator.negated;
}

function decideValues(
  test: ConditionTest,
  name: OperatorName,
  operator: Operator,
  values: readonly string[],
  variables: boolean,
  context: Context,
): Truth {
  const truths = values.map((value) => {
    const found = some(test.values.map((wanted) => compare(test, operator, value, wanted, variables, context)));
    return operator.negated ? not(found) : found;
  });
  if (name.set === "all") {
    // an empty text is not a value for this operator
    return values.every((value) => value === "") ? yes : every(truths);
  }
  if (name.set === "any") return some(truths);
  return truths.length === 1 && truths[0] !== undefined
    ? truths[0]
    : unknown(`${test.key} has more than one value, and ${test.operator} compares one`);
}

function compare(
  test: ConditionTest,
  operator: Operator,
  given: string,
  wanted: string,
  variables: boolean,
  context: Context,
): Truth {
  const reading = { variables: variables && operator.variables, wildcards: operator.wildcards };
  const expanded = expand(wanted, reading, context);
  if (expanded.state === "unknown") return unknown(expanded.why);
  if (expanded.state === "unresolved") return no;
  const same = operator.compare(given, expanded.pattern);
  return same === undefined
    ? unknown(`${test.operator} cannot compare ${test.key} "${given}" with "${wanted}"`)
    : truthOf(same);
}
