/** The steps of a trace: what is looked at, and whether it holds. */

export type StepOutcome = "holds" | "does not hold" | "cannot be shown";

export interface TraceStep {
  readonly what: "row" | "region" | "tokens" | "log file" | "digest" | "key" | "record" | "log";
  readonly outcome: StepOutcome;
  readonly text: string;
}

/** A step, and the record that it led to. */
export interface FoundStep {
  readonly step: TraceStep;
  readonly record: unknown;
}

/** The bytes of a file by its place; null where the source does not have it. @throws Error where it cannot be read */
export type ReadLog = (uri: string) => Promise<Uint8Array | null>;

export const holds = (what: TraceStep["what"], text: string): TraceStep => ({ what, outcome: "holds", text });
export const fails = (what: TraceStep["what"], text: string): TraceStep => ({ what, outcome: "does not hold", text });
export const unknown = (what: TraceStep["what"], text: string): TraceStep => ({
  what,
  outcome: "cannot be shown",
  text,
});
