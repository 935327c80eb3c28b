/** The config's JSON Schema: what `schema/spillway.schema.json` holds. */
import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The part of a JSON Schema that the config uses. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
}

/** What a user may write: defaults may be left out. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, { io: "input" });
  // zod's own type allows every keyword; the config's schema uses these
  return { $schema, title: "Spillway configuration", ...rest } as JsonSchema;
}

/** All keys with their paths, such as `sources[].roleArn`. A name that the user chooses is not a key. */
export function keyPaths(schema: JsonSchema, before = ""): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const path = before === "" ? name : `${before}.${name}`;
    return [path, ...keyPaths(inner, path)];
  });
  const items = schema.items === undefined ? [] : keyPaths(schema.items, `${before}[]`);
  return [...own, ...items, ...(schema.anyOf ?? []).flatMap((option) => keyPaths(option, before))];
}
