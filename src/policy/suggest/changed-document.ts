/** A document of a suggestion, before and after. */
import type { PolicyDocument } from "../document.ts";

export interface ChangedDocument {
  /** The old document; undefined for a new one. */
  readonly before: PolicyDocument | undefined;
  readonly after: PolicyDocument;
  readonly where: string;
  readonly steps: readonly string[];
}
