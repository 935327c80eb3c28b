/** The verdict on a run: the exit code, and why. */
import type { Config } from "../config/config.ts";
import { SpillwayError, exitCodes, messageOf } from "../errors.ts";
import type { IngestSummary } from "../ingest/ingest.ts";
import { notShown } from "../report/claims.ts";
import type { RangeFindings } from "./findings.ts";
import type { RunReport } from "./run-report.ts";

export interface Verdict {
  readonly exitCode: number;
  readonly outcome: RunReport["outcome"];
  readonly why: readonly string[];
}

const fine: Verdict = { exitCode: exitCodes.ok, outcome: "ok", why: [] };

/** The verdict on a run that failed or was stopped. */
function verdictOf(error: unknown): Verdict {
  const isInterrupted = error instanceof SpillwayError && error.code === "interrupted";
  return {
    exitCode: error instanceof SpillwayError ? error.exitCode : exitCodes.failed,
    outcome: isInterrupted ? "interrupted" : "failed",
    why: [messageOf(error)],
  };
}

/** The verdict on a failed run; `error` ended it, the others did not. */
export function failedVerdict(
  error: unknown,
  failures: readonly { readonly what: string; readonly error: unknown }[],
): Verdict {
  const why = failures.map(({ what, error: each }) => `${what}: ${messageOf(each)}`);
  if (error === undefined) return { ...verdictOf(failures[0]?.error), why };
  const verdict = verdictOf(error);
  return { ...verdict, why: [...verdict.why, ...why] };
}

/** The verdict on a run that did its work. Findings of `failOn` outweigh gaps of `strict`. */
export function judge(config: Config, summary: IngestSummary | undefined, found: RangeFindings): Verdict {
  const failing = found.findings.filter(
    ({ kind }) => config.failOn.includes("findings") || config.failOn.includes(kind),
  );
  const gaps = config.strict && summary !== undefined ? gapsOf(config, summary, found) : [];
  const why = [...new Set([...failing.map(({ message }) => message), ...gaps])];
  if (failing.length > 0) return { exitCode: exitCodes.findings, outcome: "findings", why };
  if (gaps.length > 0) return { exitCode: exitCodes.incomplete, outcome: "incomplete", why };
  return fine;
}

/** The gaps as `spillway ingest --strict` sees them, and the claims that were not shown. */
function gapsOf(
  { boundary }: Config,
  { counts, gaps }: IngestSummary,
  { range, findings, notShown: unknown }: RangeFindings,
): string[] {
  const n = (value: number): string => value.toLocaleString("en-US");
  const lines: (readonly [number, string])[] = [
    [counts.objectsQuarantined, `${n(counts.objectsQuarantined)} trail objects were quarantined`],
    [counts.rejected, `${n(counts.rejected)} Bedrock records were rejected`],
  ];
  const integrity = findings.filter(({ kind }) => kind === "integrity").map(({ message }) => message);
  return [
    ...lines.filter(([count]) => count > 0).map(([, text]) => text),
    ...gaps,
    ...integrity,
    ...notShown(range.claims, boundary),
    ...unknown,
  ];
}
