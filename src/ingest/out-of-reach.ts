/** The failures that concern one source alone: the others are still read. */
import { type ErrorCode, SpillwayError } from "../errors.ts";
import type { ObjectSource } from "./listing/source.ts";

/** Codes of failures that leave what this and other sources gave before valid. */
const codes: ReadonlySet<ErrorCode> = new Set([
  "credentials",
  "scan-limit",
  "source-denied",
  "source-empty",
  "source-not-found",
  "source-unreachable",
]);

export function isOutOfReach(thrown: unknown): thrown is SpillwayError {
  return thrown instanceof SpillwayError && codes.has(thrown.code);
}

/** A source that could not be opened: it fails when its turn comes. */
export function unopened(name: string, error: SpillwayError): ObjectSource {
  return {
    name,
    // it yields nothing before the failure
    // oxlint-disable-next-line require-yield
    async *list() {
      await Promise.resolve();
      throw error;
    },
  };
}
