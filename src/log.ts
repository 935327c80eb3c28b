/** Owns log lines: text for people, JSON for machines, always to stderr. */
import type { OutputStream } from "./effects.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFormat = "text" | "json";

/** A logger over `stream`. Text lines carry the message and, for warnings and errors, the word; `next` is a line of its own. */
export function createLogger(stream: OutputStream, format: LogFormat, now: () => Date): Logger {
  const write = (level: "info" | "warn" | "error", message: string, fields: LogFields = {}): void => {
    if (format === "json") {
      stream.write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`);
      return;
    }
    const prefix = level === "info" ? "" : `${level === "warn" ? "warning" : "error"}: `;
    const next = typeof fields["next"] === "string" ? `${fields["next"]}\n` : "";
    stream.write(`${prefix}${message}\n${next}`);
  };
  return {
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

/** The format asked for on the command line: needed before the command line is parsed, for its own errors. */
export function logFormatOf(args: readonly string[]): LogFormat {
  const end = args.indexOf("--");
  const flags = end === -1 ? args : args.slice(0, end);
  const given = flags.findLastIndex((arg) => arg === "--log-format" || arg.startsWith("--log-format="));
  if (given === -1) return "text";
  const value = flags[given]?.includes("=") ? flags[given].slice("--log-format=".length) : flags[given + 1];
  return value === "json" ? "json" : "text";
}

export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
