/** A line of the preflight: the check, its outcome, and the next step. */

export type LineOutcome = "passes" | "fails" | "cannot-tell";

/** The checks, in the order in which a call meets them. */
export const checkNames = [
  "role-permission",
  "scp",
  "endpoint-policy",
  "simulator",
  "model-access",
  "use-case-form",
  "profile",
  "boundary",
  "trail",
  "trail-logging",
  "trail-read-events",
  "trail-validation",
  "invocation-logging",
] as const;

export type CheckName = (typeof checkNames)[number];

export interface Line {
  readonly check: CheckName;
  /** The subject of the check: a resource, a model, a trail. */
  readonly subject: string;
  readonly outcome: LineOutcome;
  readonly found: string;
  /** One sentence on what to do; null if nothing has to be done. */
  readonly next: string | null;
}

export function passes(check: CheckName, subject: string, found: string): Line {
  return { check, subject, outcome: "passes", found, next: null };
}

export function fails(check: CheckName, subject: string, found: string, next: string): Line {
  return { check, subject, outcome: "fails", found, next };
}

export function cannotTell(check: CheckName, subject: string, found: string, next: string): Line {
  return { check, subject, outcome: "cannot-tell", found, next };
}

/** The outcome of all lines: one that does not hold outweighs one that cannot be told. */
export function worstOutcome(lines: readonly Line[]): LineOutcome {
  if (lines.some(({ outcome }) => outcome === "fails")) return "fails";
  return lines.length === 0 || lines.some(({ outcome }) => outcome === "cannot-tell") ? "cannot-tell" : "passes";
}
