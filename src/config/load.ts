/** The loading of the config: file, then environment, then flags; the later wins, key by key. */
import { setValue, variables } from "../variables.ts";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";
import { type Env, envValues, variableOf } from "./env.ts";
import { explainIssues } from "./explain.ts";
import { configJsonSchema } from "./json-schema.ts";
import { resolvePaths } from "./paths.ts";
import type { Config } from "./config.ts";
import { configSchema, defaultWarehouse } from "./schema.ts";

const defaultConfigFile = "spillway.json";

export interface ConfigRequest {
  /** The file named with --config. Without it SPILLWAY_CONFIG, else `spillway.json` if there is one. */
  readonly file?: string | undefined;
  readonly env: Env;
  /** Keys set by flags; undefined means not set. */
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
  const named = file ?? setValue(env[variables.config.name]);
  const read = readConfigFile(named ?? defaultConfigFile, named !== undefined);
  const fromEnv = envValues(env, configJsonSchema());
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const merged = {
    // unless it is set, the warehouse is beside the config, wherever the command is run
    ...(read === null ? {} : { warehouse: resolve(dirname(read.path), defaultWarehouse) }),
    ...resolvePaths(read?.values ?? {}, read === null ? "" : dirname(resolve(read.path))),
    ...fromEnv.values,
    ...given,
  };
  const parsed = configSchema.safeParse(merged, { reportInput: true });
  const issues = parsed.success ? [] : parsed.error.issues;
  const originOf = ({ path: [key = ""] }: (typeof issues)[number]): Origin => {
    if (Object.hasOwn(given, key)) return "flag";
    return Object.hasOwn(fromEnv.values, key) ? "environment" : "file";
  };
  const explained = (origin: Origin): string[] => explainIssues(issues.filter((issue) => originOf(issue) === origin));
  const problems = [
    ...blamed(read?.path ?? "the configuration", explained("file")),
    ...blamed("flags", explained("flag")),
    ...blamed("environment", [...fromEnv.problems, ...explained("environment").map(inVariable)]),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new SpillwayError("config", problems.join("; "), {
      next: "docs/configuration.md lists every key; spillway config check tries a config without running anything.",
    });
  }
  return { config: parsed.data, file: read?.path ?? null };
}

type Origin = "file" | "environment" | "flag";

/** The problems, each with the place to mend in front. */
function blamed(origin: string, problems: readonly string[]): string[] {
  return problems.length === 0 ? [] : [`${origin}: ${problems.join("; ")}`];
}

/** `failOn[0]: ...` as the variable that set it: `SPILLWAY_FAIL_ON[0]: ...`. */
function inVariable(problem: string): string {
  return problem.replace(
    /^(unknown key )?([A-Za-z]+)/,
    (_, before: string = "", key: string) => before + variableOf(key),
  );
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
