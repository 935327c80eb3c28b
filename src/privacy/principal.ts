/** The principals that are people: users, and those known only by an id; roles, services and accounts are not. */
import { type StandIn, coverText } from "./personal-text.ts";
import { type Protection, standInOf } from "./stand-ins.ts";

export interface Principal {
  readonly principal: string | null;
  readonly type: string | null;
  readonly name: string | null;
}

/** The rule for people, in patterns that JavaScript and DuckDB read alike. */
export const personRule = {
  machineTypes: ["AWSService", "AWSAccount", "Root"],
  /** Accounts and services. */
  machine: "^[0-9]{12}$|\\.amazonaws\\.com(\\.cn)?$",
  /** The only ARNs that are people. */
  userArn: ":(user|federated-user)/",
} as const;

const machineTypes: ReadonlySet<string | null> = new Set(personRule.machineTypes);
const machine = new RegExp(personRule.machine);
const userArn = new RegExp(personRule.userArn);

/** Whether the principal is a person. */
export function isPerson({ principal, type }: Principal): boolean {
  if (principal === null || machineTypes.has(type) || machine.test(principal)) return false;
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

/** Principals in a text such as a run report, covered as in protected relations. */
export function coverPrincipals(principals: readonly string[], protection: Protection | undefined): readonly string[] {
  if (protection === undefined) return principals;
  const keepUsers = protection.keepUsers === true;
  const cover = (standIn: StandIn): readonly string[] =>
    principals.map(
      (principal) => coverPrincipal({ principal, type: null, name: null }, keepUsers, standIn).principal ?? "",
    );
  const people: string[] = [];
  cover((person) => {
    people.push(person);
    return person;
  });
  return cover(standInOf(protection, people));
}
