/** The limits on the length of a policy document, and the way it is counted. */
import type { PolicyKind } from "./kinds.ts";
import { type JsonNode, plainValue } from "./json-reader.ts";

interface Limit {
  readonly characters: number;
  readonly of: string;
}

/** Quotas of October 2026; for an identity policy, the smallest: that of a managed one. */
export const limits: Readonly<Record<PolicyKind, Limit>> = {
  scp: { characters: 10_240, of: "a service control policy" },
  identity: { characters: 6_144, of: "a managed policy" },
  boundary: { characters: 6_144, of: "a managed policy" },
  session: { characters: 2_048, of: "a session policy" },
  endpoint: { characters: 20_480, of: "a VPC endpoint policy" },
};

/** The places of an identity policy, with the characters that each allows. */
export const identityPlaces: readonly Limit[] = [
  { characters: 2_048, of: "inline on a user" },
  { characters: 6_144, of: "a managed policy" },
  { characters: 10_240, of: "inline on a role" },
];

/** SCPs at one root, OU or account. */
export const mostPerLevel = 10;

export interface Lengths {
  /** The length as written, which the CLI and the SDKs send for an SCP. */
  readonly written: number;
  /** The length without blanks, which the console stores and IAM counts. */
  readonly minimised: number;
}

export function lengthsOf(text: string, root: JsonNode): Lengths {
  return {
    written: Array.from(text.slice(root.start, root.end)).length,
    minimised: Array.from(JSON.stringify(plainValue(root))).length,
  };
}
