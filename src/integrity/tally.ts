/** The sums of a check: rows by kind, verdict and reason. */
import { type Verdict, type VerifyRow, isIntegrityFinding, isGap } from "./verdict.ts";

/** Verdicts in the order in which they are printed. */
const verdicts: readonly Verdict[] = ["valid", "invalid", "missing", "unreadable", "undigested", "not-yet-digested"];

export interface Counted {
  readonly verdict: Verdict;
  readonly reason: string | null;
  count: number;
}

export class Tally {
  readonly digests: Map<string, Counted> = new Map();
  readonly logs: Map<string, Counted> = new Map();
  readonly #signatures = new Map<string, number>();
  findings = 0;
  gaps = 0;

  add(row: VerifyRow): void {
    const counts = row.kind === "digest" ? this.digests : this.logs;
    const key = `${row.verdict} ${row.reason ?? ""}`;
    const counted = counts.get(key);
    if (counted === undefined) counts.set(key, { verdict: row.verdict, reason: row.reason, count: 1 });
    else counted.count++;
    const { signatureSource: source } = row;
    if (source !== null) this.#signatures.set(source, (this.#signatures.get(source) ?? 0) + 1);
    if (isIntegrityFinding(row)) this.findings++;
    else if (isGap(row)) this.gaps++;
  }

  /** The origins of signatures: `238 metadata + 2 successor`. */
  signatures(): string {
    return ["metadata", "successor", "file"]
      .flatMap((source) => {
        const count = this.#signatures.get(source);
        return count === undefined ? [] : [`${count.toLocaleString("en-US")} ${source}`];
      })
      .join(" + ");
  }

  count(kind: "digest" | "log"): number {
    const counts = kind === "digest" ? this.digests : this.logs;
    let sum = 0;
    for (const counted of counts.values()) sum += counted.count;
    return sum;
  }

  /** The sums in a line: `240 digests = 238 valid + 1 invalid (signature) + 1 missing (not-found)`. */
  line(kind: "digest" | "log"): string {
    const n = (value: number): string => value.toLocaleString("en-US");
    const noun = kind === "digest" ? "digests" : "log files";
    const counts = [...(kind === "digest" ? this.digests : this.logs).values()];
    const parts = verdicts.flatMap((verdict) =>
      counts
        .filter((counted) => counted.verdict === verdict)
        .toSorted((a, b) => b.count - a.count || ((a.reason ?? "") < (b.reason ?? "") ? -1 : 1))
        .map(({ count, reason }) => `${n(count)} ${verdict}${reason === null ? "" : ` (${reason})`}`),
    );
    const sum = this.count(kind);
    return sum === 0 ? `0 ${noun}` : `${n(sum)} ${noun} = ${parts.join(" + ")}`;
  }
}
