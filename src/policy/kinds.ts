/** The kinds of policy documents and what is said about a fault in one. */
import type { Place } from "./json-reader.ts";

export type PolicyKind = "scp" | "identity" | "boundary" | "session" | "endpoint";

export const kindTitles: Readonly<Record<PolicyKind, string>> = {
  scp: "service control policy",
  identity: "identity policy",
  boundary: "permissions boundary",
  session: "session policy",
  endpoint: "VPC endpoint policy",
};

/** What IAM or Organizations would refuse is an error, what they take but nobody means is a warning. */
export interface Problem extends Place {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly file: string;
  readonly message: string;
}

/** What may stand in Principal, each with a text or a list of texts. */
export const principalTypes = ["AWS", "Service", "Federated", "CanonicalUser"] as const;

export type PrincipalType = (typeof principalTypes)[number];
