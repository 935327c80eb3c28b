/** Owns which failures mean that a source is out of reach, while what it gave before is sound. */
import { type ErrorCode, SpillwayError } from "../errors.ts";

/** What the source may say in the middle of a run without anything being wrong with what it gave before. */
const outOfReach: ReadonlySet<ErrorCode> = new Set([
  "credentials",
  "scan-limit",
  "source-denied",
  "source-not-found",
  "source-unreachable",
]);

export function isOutOfReach(thrown: unknown): thrown is SpillwayError {
  return thrown instanceof SpillwayError && outOfReach.has(thrown.code);
}
