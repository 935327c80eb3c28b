/** Owns docs/data-dictionary.md: written from the schema. Run: npx tsx scripts/data-dictionary.ts */
import { writeFileSync } from "node:fs";
import { dataDictionary } from "../src/schema/data-dictionary.ts";

writeFileSync(new URL("../docs/data-dictionary.md", import.meta.url), dataDictionary());
