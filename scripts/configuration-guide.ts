/** The guide docs/configuration.md: every key, written from the schema. */
import { variables } from "../src/variables.ts";
import { variableOf } from "../src/config/env.ts";
import { type JsonSchema, configJsonSchema } from "../src/config/json-schema.ts";

/** The whole page, Markdown. */
export function configurationGuide(): string {
  const schema = configJsonSchema();
  const sources = optionWithKeys(schema.properties?.["sources"]?.items);
  const reports = optionWithKeys(schema.properties?.["reports"]?.items);
  const scope = schema.properties?.["scope"] ?? {};
  const verify = optionWithKeys(schema.properties?.["verify"]);
  const policies = schema.properties?.["policies"] ?? {};
  const evidence = optionWithKeys(schema.properties?.["evidence"]);
  return [
    head,
    table(schema, (key) => (key === "$schema" ? "" : `\`${variableOf(key)}\``)),
    "\n## `sources[]`\n\nThe keys mean what the flags of `spillway ingest` mean; each says for which kinds of source it is.\n",
    table(sources),
    "\n## `scope`\n",
    table(scope),
    "\n## `reports[]`\n\nEach entry writes one or more reports. A report has the config's `scope` unless the entry has a scope key of its own.\n",
    table(reports),
    "\n## `expected[]`\n\nEvery account of an entry is expected in every Region of it. An entry names its accounts, or takes those of the organization:\n",
    '```json\n{ "expected": [{ "organization": true, "region": ["eu-central-1"], "profile": "management-readonly" }] }\n```\n',
    table(optionWithKeys(schema.properties?.["expected"]?.items)),
    "\n## `verify`\n\n`true`, or an object with\n",
    table(verify),
    "\n## `policies`\n\nWhat they add to reports and findings: docs/policies.md.\n",
    table(policies),
    "\n## `evidence`\n\nWhat a pack holds and how it is checked: docs/evidence.md.\n",
    table(evidence),
    "\n## Other variables\n\nNo keys, and known beside any config.\n",
    "| variable | meaning |",
    "| --- | --- |",
    ...Object.values(variables).map(({ name, doc }) => `| \`${name}\` | ${doc} |`),
    tail,
  ].join("\n");
}

const head = `# Configuration

<!-- Written by scripts/config-schema.ts from src/config/schema.ts: change it there. -->

\`spillway run\` does what \`spillway.json\` says. The other commands take the warehouse from it.

\`\`\`json
{
  "$schema": "./node_modules/spillway/schema/spillway.schema.json",
  "warehouse": "spillway.duckdb",
  "sources": [
    { "source": "s3://my-org-trail/AWSLogs/o-exampleorgid", "roleArn": ["arn:aws:iam::111122223333:role/spillway-reader"] }
  ],
  "scope": { "lastDays": 30 },
  "boundary": "eu",
  "reports": [
    { "name": "all", "format": ["csv", "parquet"], "output": "reports/{date}" },
    { "name": "boundary-violations", "format": "json", "output": "s3://my-reports/spillway/{date}", "lastDays": 7 }
  ],
  "failOn": ["boundary"],
  "metricsFile": "/var/lib/node_exporter/textfile/spillway.prom",
  "reportFile": "last-run.json"
}
\`\`\`

- The file is the one named with \`--config\`, else by \`SPILLWAY_CONFIG\`, else \`spillway.json\` in the working folder.
- A flag wins over an environment variable, that over the file; a key that is set again is replaced as a whole.
- In a variable a list is written with commas (or as JSON), an object as JSON.
- Relative paths in the file count from the file's folder; in variables and flags from the working folder.
- An unknown key is an error that names the nearest known one. \`spillway config check\` prints the effective config, or what is wrong with it, and reads nothing else.
- No key holds a secret. AWS credentials come from the SDK's default chain; the key that pseudonymises from
  \`SPILLWAY_PSEUDONYMISE_KEY\` or a file.
- [schema/spillway.schema.json](../schema/spillway.schema.json) is the JSON Schema, for editors and other tools.

## Keys
`;

const tail = `
## Who wins, by example

\`\`\`sh
SPILLWAY_WAREHOUSE=/data/w.duckdb SPILLWAY_FAIL_ON=boundary,integrity spillway config check
spillway run --config /etc/spillway/spillway.json --boundary eea --strict
\`\`\`
`;

function optionWithKeys(items: JsonSchema | undefined): JsonSchema {
  if (items?.properties !== undefined) return items;
  return items?.anyOf?.find(({ properties }) => properties !== undefined) ?? {};
}

function table(schema: JsonSchema, variable?: (key: string) => string): string {
  const heads = ["key", ...(variable === undefined ? [] : ["variable"]), "type", "default", "meaning"];
  const rows = Object.entries(schema.properties ?? {}).map(([key, inner]) => [
    `\`${key}\`${schema.required?.includes(key) === true ? " (required)" : ""}`,
    ...(variable === undefined ? [] : [variable(key)]),
    typeText(inner),
    inner.default === undefined ? "" : `\`${JSON.stringify(inner.default)}\``,
    inner.description ?? "",
  ]);
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escaped).join(" | ")} |`).join("\n");
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}

function typeText(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join("; or ");
  if (schema.type === "array") return `list of ${schema.items === undefined ? "values" : typeText(schema.items)}`;
  if (schema.type === "object" && schema.properties === undefined) return "object of lists";
  return schema.type === "string" ? "text" : (schema.type ?? "");
}
