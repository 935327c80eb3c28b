/** The match of principals in an endpoint policy, as far as AWS documents it. */
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
  // the caller of a model is a role or a user here, never a service
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
  // AWS's pages disagree: an account in an endpoint policy means its root user, or everybody in it
  if (/^(?:\d{12}|arn:[^:]*:iam::\d{12}:root)$/.test(value))
    return value.includes(account)
      ? unknown(`AWS does not say whom the account ${value} means as the principal of an endpoint policy`)
      : no;
  const session = roleOfSession(value);
  if (session !== undefined)
    return isSameRole(session.role, principal)
      ? unknown(`${value} is one session of the role; which one calls is not known`)
      : no;
  // the id that replaces a deleted name, perhaps this very one
  if (/^A[A-Z0-9]{15,}$/.test(value)) return unknown(`${value} is the id of a principal, and whose is not known`);
  return no;
}

/** Whether both are the same role; a session shows its role's name without the path. */
function isSameRole(shown: string, principal: string): boolean {
  const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
  return isRole({ principal }) && nameOf(shown) === nameOf(principal) && accountOf(shown) === accountOf(principal);
}

function isRole({ principal }: Pick<Caller, "principal">): boolean {
  return /^arn:[^:]*:iam::\d*:role\//.test(principal);
}
