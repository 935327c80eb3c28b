/** Owns where the config comes from: file, then environment, then flags; the later wins, key by key. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";
import { type Env, envValues } from "./env.ts";
import { explainIssues } from "./explain.ts";
import { configJsonSchema } from "./json-schema.ts";
import { resolvePaths } from "./paths.ts";
import type { Config } from "./config.ts";
import { configSchema } from "./schema.ts";

const defaultConfigFile = "spillway.json";

export interface ConfigRequest {
  /** The file named with --config. Without it SPILLWAY_CONFIG, else `spillway.json` if there is one. */
  readonly file?: string | undefined;
  readonly env: Env;
  /** Keys set by flags; undefined ones are not set. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read, if any. */
  readonly file: string | null;
}

/**
 * The effective config. Paths in the file count from the file's folder, those of environment and flags from the working folder.
 * @throws SpillwayError `config`, with every problem that was found
 */
export function loadConfig({ file, env, flags = {} }: ConfigRequest): LoadedConfig {
  const named = file ?? nonEmpty(env["SPILLWAY_CONFIG"]);
  const read = readConfigFile(named ?? defaultConfigFile, named !== undefined);
  const fromEnv = envValues(env, configJsonSchema());
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const merged = {
    ...resolvePaths(read?.values ?? {}, read === null ? "" : dirname(resolve(read.path))),
    ...fromEnv.values,
    ...given,
  };
  const parsed = configSchema.safeParse(merged);
  const problems = [...fromEnv.problems, ...(parsed.success ? [] : explainIssues(parsed.error.issues))];
  if (!parsed.success || problems.length > 0) {
    throw new SpillwayError("config", `${read?.path ?? "the configuration"}: ${problems.join("; ")}`, {
      next: "docs/configuration.md lists every key; spillway config check tries a config without running anything.",
    });
  }
  return { config: parsed.data, file: read?.path ?? null };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** The object in a config file; null if there is no file and none was named. */
function readConfigFile(
  path: string,
  isNamed: boolean,
): { readonly path: string; readonly values: Readonly<Record<string, unknown>> } | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (!isNamed && systemCode(cause) === "ENOENT") return null;
    throw new SpillwayError("config", `cannot read the config ${path}: ${messageOf(cause)}`, {
      next: "Name an existing file with --config.",
      cause,
    });
  }
  let values: unknown;
  try {
    values = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new SpillwayError("config", `${path} is not JSON: ${messageOf(cause)}`, {
      next: "JSON has no comments and no comma after the last entry.",
      cause,
    });
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new SpillwayError("config", `${path} holds no JSON object`, { next: "It begins with { and ends with }." });
  }
  return { path, values: { ...values } };
}
