/** The findings of one run about the logs: objects replaced or gone, and gaps. */
import type { LogFinding, TrailObject } from "./listing/source.ts";

const examplesKept = 20;

export class RunFindings {
  /** Counts of new findings by kind. */
  readonly counts: Map<LogFinding["kind"], number> = new Map();
  /** The first of each kind. */
  readonly examples: LogFinding[] = [];
  readonly gaps: string[] = [];
  /** Objects listed with an ETag other than the loaded one, and not committed yet. */
  readonly #replaced = new Map<string, string>();

  replaced({ uri, etag }: TrailObject): void {
    this.#replaced.set(uri, etag);
  }

  /** The findings to store with an object's ledger row, in the same transaction. */
  ofObject({ uri }: Pick<TrailObject, "uri">): readonly LogFinding[] {
    const etag = this.#replaced.get(uri);
    if (etag === undefined) return [];
    this.#replaced.delete(uri);
    const what = uri.startsWith("file:") ? "size or modification time" : "ETag";
    const detail = `its ${what} changed after it was loaded, and CloudTrail never rewrites a log file; what was loaded before is kept`;
    const findings: readonly LogFinding[] = [{ kind: "object-replaced", uri, etag, detail }];
    this.add(findings);
    return findings;
  }

  add(findings: readonly LogFinding[]): void {
    for (const finding of findings) {
      const count = (this.counts.get(finding.kind) ?? 0) + 1;
      this.counts.set(finding.kind, count);
      if (count <= examplesKept) this.examples.push(finding);
    }
  }
}
