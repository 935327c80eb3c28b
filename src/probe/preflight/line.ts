/** A line of the preflight: what was asked, what came of it, and what to do next. */

export type Outcome = "passes" | "fails" | "cannot-tell";

/** In the order in which a call meets them. */
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
  /** What it was asked of: a resource, a model, a trail. */
  readonly subject: string;
  readonly outcome: Outcome;
  readonly found: string;
  /** One sentence that says what to do; null where nothing has to be done. */
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

/** What does not hold goes before what cannot be told. */
export function outcomeOf(lines: readonly Line[]): Outcome {
  if (lines.some(({ outcome }) => outcome === "fails")) return "fails";
  return lines.length === 0 || lines.some(({ outcome }) => outcome === "cannot-tell") ? "cannot-tell" : "passes";
}
