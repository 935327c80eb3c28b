/** Writes schema/spillway.schema.json and docs/configuration.md from the config's schema. Run: npx tsx scripts/config-schema.ts */
import { mkdirSync, writeFileSync } from "node:fs";
import { configurationGuide } from "./configuration-guide.ts";
import { configJsonSchema } from "../src/config/json-schema.ts";

mkdirSync(new URL("../schema/", import.meta.url), { recursive: true });
writeFileSync(
  new URL("../schema/spillway.schema.json", import.meta.url),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
);
writeFileSync(new URL("../docs/configuration.md", import.meta.url), configurationGuide());
