/** How long a policy document may be, and how its length is counted. */
import type { PolicyKind } from "./kinds.ts";
import { type JsonNode, plainValue } from "./json-reader.ts";

interface Limit {
  readonly characters: number;
  readonly of: string;
}

/** Quotas of October 2026. A managed identity policy is the one that fits least. */
export const limits: Readonly<Record<PolicyKind, Limit>> = {
  scp: { characters: 10_240, of: "a service control policy" },
  identity: { characters: 6_144, of: "a managed policy" },
  boundary: { characters: 6_144, of: "a managed policy" },
  session: { characters: 2_048, of: "a session policy" },
  endpoint: { characters: 20_480, of: "a VPC endpoint policy" },
};

/** Where an identity policy may stand, with the characters that each place has for it. */
export const identityPlaces: readonly Limit[] = [
  { characters: 2_048, of: "inline on a user" },
  { characters: 6_144, of: "a managed policy" },
  { characters: 10_240, of: "inline on a role" },
];

/** SCPs at one root, OU or account. */
export const mostPerLevel = 10;

export interface Lengths {
  /** As written: what the CLI and the SDKs send for an SCP. */
  readonly written: number;
  /** Without blanks: what the console stores, and what IAM counts. */
  readonly minimised: number;
}

export function lengthsOf(text: string, root: JsonNode): Lengths {
  return {
    written: Array.from(text.slice(root.start, root.end)).length,
    minimised: Array.from(JSON.stringify(plainValue(root))).length,
  };
}
