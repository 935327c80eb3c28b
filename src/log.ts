/** Owns log lines: text for people, JSON for machines, always to stderr. */
import type { OutputStream } from "./effects.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFormat = "text" | "json";

/** A logger over `stream`. Text lines carry the message and, for warnings and errors, the word. */
export function createLogger(stream: OutputStream, format: LogFormat, now: () => Date): Logger {
  const write = (level: "info" | "warn" | "error", message: string, fields: LogFields = {}): void => {
    if (format === "json") {
      stream.write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`);
      return;
    }
    const prefix = level === "info" ? "" : `${level === "warn" ? "warning" : "error"}: `;
    stream.write(`${prefix}${message}\n`);
  };
  return {
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
