/** A document of a suggestion: as it was, and as it should be. */
import type { PolicyDocument } from "../document.ts";

export interface ChangedDocument {
  /** Undefined for a document that is new. */
  readonly before: PolicyDocument | undefined;
  readonly after: PolicyDocument;
  readonly where: string;
  readonly steps: readonly string[];
}
