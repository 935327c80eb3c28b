/** Whether a statement applies to a check: action, resource, principal and conditions. */
import { decideCondition } from "./condition.ts";
import type { Context } from "./context.ts";
import type { Names, PolicyDocument, Statement } from "./document.ts";
import { matchesAction, matchesResource } from "./pattern.ts";
import { matchesPrincipals } from "./principal-match.ts";
import { type Truth, every, no, not, some, truthOf, unknown, yes } from "./truth.ts";
import { expand } from "./variables.ts";

/** One question to the policies: whether this principal may do this action on this resource. */
export interface Question {
  readonly action: string;
  /** An ARN, or `*` for an action without a resource. */
  readonly resource: string;
  readonly principal: string;
  readonly account: string;
  readonly context: Context;
}

export function decideStatement(document: PolicyDocument, statement: Statement, question: Question): Truth {
  return every([
    matchesOneAction(statement.actions, question.action),
    matchesOneResource(document, statement.resources, question),
    matchesPrincipals(statement.principals, question),
    ...statement.conditions.map((test) => decideCondition(test, document.variables, question.context)),
  ]);
}

function matchesOneAction(names: Names, action: string): Truth {
  return truthOf(names.values.some(({ value }) => matchesAction(value, action)) !== names.negated);
}

function matchesOneResource(document: PolicyDocument, names: Names | undefined, question: Question): Truth {
  if (names === undefined) return yes;
  const found = some(names.values.map(({ value }) => matchesResourceText(value, document.variables, question)));
  return names.negated ? not(found) : found;
}

/** Whether a Resource matches; variables count only after the fifth colon, and one without a value matches nothing. */
function matchesResourceText(written: string, variables: boolean, question: Question): Truth {
  const head = /^(?:[^:]*:){5}/.exec(written)?.[0] ?? "";
  const fixed = expand(head === "" ? written : head, { variables: false, wildcards: true }, question.context);
  const free =
    head === "" ? fixed : expand(written.slice(head.length), { variables, wildcards: true }, question.context);
  if (free.state === "unknown") return unknown(free.why);
  if (free.state === "unresolved" || fixed.state !== "text") return no;
  const pattern = head === "" ? fixed.pattern : [...fixed.pattern, ...free.pattern];
  return truthOf(matchesResource(pattern, question.resource));
}
