/** The stand-ins for people: a keyed hash that joins across exports, or a number that is valid in one export. */
import { createHmac } from "node:crypto";
import type { StandIn } from "./personal-text.ts";

/** A key that gives a person the same stand-in in every export; without it nobody can tell who it is. */
export type Protection = (
  | { readonly key: string }
  /** Numbers such as `person-3`, in the order of the names within one export. */
  | { readonly drop: true }
) & { readonly keepUsers?: boolean | undefined };

/** Stand-ins by the key, remembered since most people call often. */
export function hashedStandIn(key: string): StandIn {
  const known = new Map<string, string>();
  return (person) => {
    let hash = known.get(person);
    if (hash === undefined) {
      hash = createHmac("sha256", key).update(person).digest("hex").slice(0, 16);
      known.set(person, hash);
    }
    return hash;
  };
}

/** Numbers for all of these people. @throws Error for anybody else */
export function numberedStandIn(people: Iterable<string>): StandIn {
  const order = [...new Set(people)].toSorted((a, b) => (a < b ? -1 : 1));
  const numbers = new Map(order.map((person, index) => [person, `person-${index + 1}`]));
  return (person) => {
    const number = numbers.get(person);
    if (number === undefined) throw new Error("a person was not counted before");
    return number;
  };
}

/** The stand-ins under a protection; `people` are all that may occur. */
export function standInOf(protection: Protection, people: Iterable<string>): StandIn {
  return "key" in protection ? hashedStandIn(protection.key) : numberedStandIn(people);
}
