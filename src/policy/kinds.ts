/** The kinds of policy documents, and the problems found in one. */
import type { Place } from "./json-reader.ts";

export type PolicyKind = "scp" | "identity" | "boundary" | "session" | "endpoint";

export const kindTitles: Readonly<Record<PolicyKind, string>> = {
  scp: "service control policy",
  identity: "identity policy",
  boundary: "permissions boundary",
  session: "session policy",
  endpoint: "VPC endpoint policy",
};

/** A problem: an error if IAM or Organizations would refuse it, a warning if they accept what nobody means. */
export interface Problem extends Place {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly file: string;
  readonly message: string;
}

/** The types in a Principal, each with a text or a list of texts. */
export const principalTypes = ["AWS", "Service", "Federated", "CanonicalUser"] as const;

export type PrincipalType = (typeof principalTypes)[number];
