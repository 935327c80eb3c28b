/** Owns the data dictionary: every table and column in words, as Markdown. */
import type { Table } from "./column.ts";
import { expectedTrailTable, listedRangeTable } from "./coverage-tables.ts";
import { eventTable } from "./event.ts";
import { invocationTable } from "./invocation.ts";
import { invocationDayTable } from "./invocation-day.ts";
import {
  findingTable,
  inferenceProfileTable,
  quarantineTable,
  regionTable,
  runTable,
  sourceStateTable,
  trailObjectTable,
} from "./tables.ts";

/** The warehouse's tables in the order in which people ask for them. */
export const documentedTables: readonly Table[] = [
  invocationTable,
  invocationDayTable,
  eventTable,
  trailObjectTable,
  quarantineTable,
  runTable,
  findingTable,
  sourceStateTable,
  listedRangeTable,
  expectedTrailTable,
  regionTable,
  inferenceProfileTable,
];

/** The text of docs/data-dictionary.md. */
export function dataDictionary(): string {
  const sections = documentedTables.map((table) => {
    const rows = table.columns.map(
      ({ name, type, doc, source }) => `| ${name} | ${type} | ${cell(doc)} | ${cell(source ?? "")} |`,
    );
    return [
      `## ${table.name}`,
      "",
      `${table.doc}.`,
      "",
      "| column | type | meaning | from |",
      "|---|---|---|---|",
      ...rows,
      "",
    ].join("\n");
  });
  const head =
    "# Data dictionary\n\nWritten from `src/schema`. Timestamps are UTC. `event_variant` has the columns of `event`.\n";
  return `${head}\n${sections.join("\n")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
