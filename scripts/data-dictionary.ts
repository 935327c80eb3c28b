/** Writes docs/data-dictionary.md from the schema and the reports' heads. Run: npx tsx scripts/data-dictionary.ts */
import { writeFileSync } from "node:fs";
import { dataDictionary } from "./dictionary-text.ts";
import { reportViews } from "../src/sql/report-views.ts";

writeFileSync(new URL("../docs/data-dictionary.md", import.meta.url), dataDictionary(reportViews()));
