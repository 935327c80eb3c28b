/** Owns which principals are people: users, and whoever is known by an id alone; roles, services and accounts are not. */
import { type StandIn, coverText } from "./personal-text.ts";

export interface Principal {
  readonly principal: string | null;
  readonly type: string | null;
  readonly name: string | null;
}

const machines: ReadonlySet<string | null> = new Set(["AWSService", "AWSAccount", "Root"]);
const userArn = /:(?:user|federated-user)\//;

/** True where the principal's own name is a person's. */
export function isPerson({ principal, type }: Principal): boolean {
  if (principal === null || machines.has(type) || /^\d{12}$/.test(principal)) return false;
  return principal.startsWith("arn:") ? userArn.test(principal) : true;
}

/** Principal and name with a stand-in for the person, if it is one. */
export function coverPrincipal(whole: Principal, keepUsers: boolean, standIn: StandIn): Principal {
  const { principal, type, name } = whole;
  if (principal === null || keepUsers || !isPerson(whole)) return whole;
  const isArn = principal.startsWith("arn:");
  return {
    type,
    principal: isArn ? coverText(principal, { own: [], keepUsers }, standIn) : standIn(principal),
    name: name === null ? null : standIn(name),
  };
}
