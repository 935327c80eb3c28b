/** Whom a statement of an endpoint policy means: principals of every type, as far as AWS says what they match. */
import { accountOf, roleOfSession } from "./arn.ts";
import type { PrincipalName, Principals } from "./document.ts";
import { type Truth, no, not, some, unknown, yes } from "./truth.ts";

export interface Caller {
  readonly principal: string;
  readonly account: string;
}

export function matchesPrincipals(principals: Principals | undefined, caller: Caller): Truth {
  if (principals === undefined) return yes;
  const found = some(principals.values.map((name) => matchesOne(name, caller)));
  return principals.negated ? not(found) : found;
}

function matchesOne({ type, value }: PrincipalName, caller: Caller): Truth {
  if (type === "AWS") return matchesAws(value, caller);
  // who calls a model here is a role or a user, not a service in its own name
  if (type === "Service") return no;
  if (type === "CanonicalUser") return unknown(`which account the canonical user ${value} is, cannot be seen here`);
  return isRole(caller)
    ? unknown(`whether the session of the role came from the identity provider ${value} is not known`)
    : no;
}

function matchesAws(value: string, { principal, account }: Caller): Truth {
  if (value === "*" || value === principal) return yes;
  if (value.includes("*") || value.includes("?"))
    return unknown(`AWS documents no wildcard within a principal such as ${value}`);
  // AWS describes an account in an endpoint policy as its root user in one place and as everybody in it in others
  if (/^(?:\d{12}|arn:[^:]*:iam::\d{12}:root)$/.test(value))
    return value.includes(account)
      ? unknown(`AWS does not say whom the account ${value} means as the principal of an endpoint policy`)
      : no;
  const session = roleOfSession(value);
  if (session !== undefined)
    return isSameRole(session.role, principal)
      ? unknown(`${value} is one session of the role; which one calls is not known`)
      : no;
  // in place of a name that was deleted, perhaps of this very one
  if (/^A[A-Z0-9]{15,}$/.test(value)) return unknown(`${value} is the id of a principal, and whose is not known`);
  return no;
}

/** A session shows its role's name without the path. */
function isSameRole(shown: string, principal: string): boolean {
  const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
  return isRole({ principal }) && nameOf(shown) === nameOf(principal) && accountOf(shown) === accountOf(principal);
}

function isRole({ principal }: Pick<Caller, "principal">): boolean {
  return /^arn:[^:]*:iam::\d*:role\//.test(principal);
}
