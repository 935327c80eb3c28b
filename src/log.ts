/** Log lines: text for people, JSON for machines, always to stderr. */
import { setValue, variables } from "./variables.ts";
import { readFileSync } from "node:fs";
import { terminalText } from "./terminal-text.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFormat = "text" | "json";

/** A logger over `stream`. Text lines carry the message and, for warnings and errors, the word; `next` is a line of its own. */
export function createLogger(stream: { write(line: string): unknown }, format: LogFormat, now: () => Date): Logger {
  const write = (level: "info" | "warn" | "error", message: string, fields: LogFields = {}): void => {
    if (format === "json") {
      stream.write(terminalText(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`));
      return;
    }
    const prefix = level === "info" ? "" : `${level === "warn" ? "warning" : "error"}: `;
    const next = typeof fields["next"] === "string" ? `${fields["next"]}\n` : "";
    // messages quote SQL, names and values of other people
    stream.write(terminalText(`${prefix}${message}\n${next}`));
  };
  return {
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

type Env = Readonly<Record<string, string | undefined>>;

/** The format by the command line, else the environment, else the config, needed before any of them is properly read. */
export function logFormatOf(args: readonly string[], env: Env = {}): LogFormat {
  const asked = lastValueOf(args, "--log-format") ?? setValue(env["SPILLWAY_LOG_FORMAT"]) ?? formatInConfig(args, env);
  return asked === "json" ? "json" : "text";
}

function lastValueOf(args: readonly string[], flag: string): string | undefined {
  const end = args.indexOf("--");
  const flags = end === -1 ? args : args.slice(0, end);
  const given = flags.findLastIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (given === -1) return undefined;
  return flags[given]?.includes("=") ? flags[given].slice(flag.length + 1) : (flags[given + 1] ?? "");
}

/** The format in the config; faults of the file are reported later, when it is loaded. */
function formatInConfig(args: readonly string[], env: Env): string | undefined {
  const file = lastValueOf(args, "--config") ?? setValue(env[variables.config.name]) ?? "spillway.json";
  try {
    const config: unknown = JSON.parse(readFileSync(file, "utf8"));
    const format =
      typeof config === "object" && config !== null && "logFormat" in config ? config.logFormat : undefined;
    return typeof format === "string" ? format : undefined;
  } catch {
    return undefined;
  }
}

export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
