/** The errors: one class with a code, an exit code, a cause and a line that says what to do next. */

/** Exit codes of every command. `findings` only with `--fail-on`, `incomplete` only with `--strict`. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, findings: 3, incomplete: 4, locked: 5 } as const;

export type ErrorCode =
  | "usage"
  | "config"
  | "source-not-found"
  | "source-empty"
  | "source-denied"
  | "source-unreachable"
  | "credentials"
  | "warehouse-locked"
  | "warehouse-missing"
  | "warehouse-unreadable"
  | "warehouse-unwritable"
  | "warehouse-incompatible"
  | "warehouse-damaged"
  | "side-file"
  | "run-locked"
  | "disk-full"
  | "sql"
  | "sql-refused"
  | "report-unknown"
  | "output"
  | "engine"
  | "scan-limit"
  | "timeout"
  | "reconciliation"
  | "interrupted";

const exitCodeOf: Partial<Record<ErrorCode, number>> = {
  usage: exitCodes.usage,
  config: exitCodes.usage,
  "report-unknown": exitCodes.usage,
  "run-locked": exitCodes.locked,
};

/** An error meant for the person at the terminal: `message` says what happened, `next` what to do. */
export class SpillwayError extends Error {
  override readonly name = "SpillwayError";
  readonly code: ErrorCode;
  readonly next: string | undefined;

  constructor(code: ErrorCode, message: string, options: { next?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.next = options.next;
  }

  get exitCode(): number {
    return exitCodeOf[this.code] ?? exitCodes.failed;
  }
}

/** The text of anything thrown, without a stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a Node system error (`ENOENT`, `ENOSPC`, ...), if it has one. */
export function systemCode(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}

/** The error for a value that cannot be meant, and how to write it. */
export function usageError(message: string, next: string): SpillwayError {
  return new SpillwayError("usage", message, { next });
}

/** The error of a statement that was told to stop. */
export function interruptedQuery(cause?: unknown): SpillwayError {
  return new SpillwayError("interrupted", "The query was interrupted", {
    next: "Nothing was changed; run it again",
    ...(cause === undefined ? {} : { cause }),
  });
}
