/** Which failures are a source's own: the others are read all the same. */
import { type ErrorCode, SpillwayError } from "../errors.ts";
import type { ObjectSource } from "./listing/source.ts";

/** What a source may say without anything being wrong with what it, or another one, gave before. */
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

/** A source that could not even be opened: it fails in its turn. */
export function unopened(name: string, error: SpillwayError): ObjectSource {
  return {
    name,
    // nothing comes before the failure
    // oxlint-disable-next-line require-yield
    async *list() {
      await Promise.resolve();
      throw error;
    },
  };
}
