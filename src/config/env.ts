/** Which environment variables are configuration: SPILLWAY_ and a key of the config in capitals. */
import { developerVariables, variables } from "../variables.ts";
import type { JsonSchema } from "./json-schema.ts";
import { nearest } from "../nearest.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** Variables that are not keys. */
const others: ReadonlySet<string> = new Set([
  ...Object.values(variables).map(({ name }) => name),
  ...developerVariables,
]);
/** Kubernetes puts these into every container when there is a Service named spillway. */
const injected = /^SPILLWAY_(?:SERVICE_(?:HOST|PORT)|PORT)(?:_|$)/;

export interface EnvValues {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

/** The variable of a key: `SPILLWAY_ROLE_ARN` for `roleArn`. */
export function variableOf(key: string): string {
  return `SPILLWAY_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The keys that the environment sets. An empty variable sets nothing. */
export function envValues(env: Env, schema: JsonSchema): EnvValues {
  const known = new Map(
    Object.entries(schema.properties ?? {})
      .filter(([key]) => key !== "$schema")
      .map(([key, inner]) => [variableOf(key), { key, inner }]),
  );
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("SPILLWAY_") || text === undefined || text === "") continue;
    const found = known.get(name);
    if (found !== undefined) {
      try {
        values[found.key] = valueOf(text, found.inner);
      } catch {
        problems.push(`${name}: expected JSON`);
      }
    } else if (!others.has(name) && !injected.test(name)) {
      const near = nearest(name, [...known.keys(), ...others]);
      problems.push(`unknown variable ${name}${near === undefined ? "" : `; the nearest known one is ${near}`}`);
    }
  }
  return { values, problems };
}

/** The value of a variable: lists with commas or as JSON, objects as JSON. What does not fit its type is left for the schema to refuse. */
function valueOf(text: string, schema: JsonSchema): unknown {
  const trimmed = text.trim();
  if (schema.anyOf !== undefined) {
    const wanted = trimmed.startsWith("{") ? "object" : "boolean";
    const alternative = schema.anyOf.find(({ type }) => type === wanted);
    return alternative === undefined ? text : valueOf(text, alternative);
  }
  if (schema.type === "object" || (schema.type === "array" && trimmed.startsWith("["))) return JSON.parse(trimmed);
  if (schema.type === "array") return trimmed.split(",").map((part) => part.trim());
  if (schema.type === "boolean") return booleans.get(trimmed.toLowerCase()) ?? text;
  if (schema.type === "integer" && /^-?\d+$/.test(trimmed)) return Number(trimmed);
  return text;
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);
