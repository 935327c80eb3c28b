/** The warnings of lints about the documents of a command. */
import type { Effects } from "../effects.ts";
import type { Layer } from "../policy/layers.ts";
import { lintDocument } from "../policy/lint/lint.ts";
import { inferenceProfileSnapshot } from "../reference/inference-profiles.ts";
import { regionRows } from "../reference/regions.ts";
import { isProfileScope } from "../reference/vendors.ts";

/** Warns once for each document, however often it is attached. */
export function warnOfLints(layers: readonly Layer[], effects: Effects): void {
  const facts = {
    profiles: inferenceProfileSnapshot().rows,
    regions: new Set(regionRows().map(({ region }) => region)),
    isProfileScope,
  };
  const documents = new Map(
    layers.flatMap((layer) => layer.documents.map((document) => [document.name, document] as const)),
  );
  for (const document of documents.values()) {
    for (const { file, line, column, message, code } of lintDocument(document, facts))
      effects.log.warn(`${file}:${line}:${column}: ${message} (${code})`);
  }
}
