/** The proof that queries/athena/event.sql and the TypeScript parser make the same rows of the same records. */
import { readFileSync } from "node:fs";
import type { DuckDBConnection } from "duckdb";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { toEvent } from "../../../src/parse/event.ts";
import { isBedrockRecord, isSoundRecord } from "../../../src/parse/record.ts";
import { eventTable } from "../../../src/schema/event.ts";
import { arbitraryRecord } from "./arbitrary-record.ts";
import { loadRaw, openRaw, plainRows, query, wellFormed } from "./raw-records.ts";
import { tabled } from "./tabled.ts";

const eventSql = query("athena/event.sql");
let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await openRaw();
});

/** What the parser makes of the records as a table shows them, by the place of each. */
function parsed(records: readonly unknown[]): Record<string, unknown>[] {
  return records.flatMap((delivered, place) => {
    const record = tabled(delivered);
    if (!isBedrockRecord(record) || !isSoundRecord(record)) return [];
    const texts = Object.entries(toEvent(record)).map(([name, value]) => [name, wellFormed(value)] as const);
    return [{ ...Object.fromEntries(texts), object_uri: String(place), record_index: null }];
  });
}

async function queried(records: readonly unknown[]): Promise<Record<string, unknown>[]> {
  await loadRaw(connection, records);
  return plainRows(connection, `select * from (${eventSql}) order by cast(object_uri as integer)`);
}

describe("event.sql", () => {
  it("yields exactly the columns of event, in their order", async () => {
    await loadRaw(connection, []);
    const reader = await connection.runAndReadAll(eventSql);
    expect(reader.columnNames()).toEqual(eventTable.columns.map((column) => column.name));
  });

  // Own file: every entry has a name and a record.
  const cases = JSON.parse(readFileSync(new URL("../../corpus/records.json", import.meta.url), "utf8")) as {
    name: string;
    record: unknown;
  }[];

  it("agrees with the parser on every record of the corpus", async () => {
    const records = cases.map((entry) => entry.record);
    const rows = await queried(records);
    const wanted = parsed(records);
    expect(rows.map((row) => cases[Number(row.object_uri)]?.name)).toEqual(
      wanted.map((row) => cases[Number(row.object_uri)]?.name),
    );
    for (const [place, row] of rows.entries()) expect(row, cases[Number(row.object_uri)]?.name).toEqual(wanted[place]);
  });

  // Not fc.assert: shrinking a batch takes minutes and shows nothing that the record in the message does not.
  it.each(Array.from({ length: 5 }, () => Math.floor(Math.random() * 2 ** 31)))(
    "agrees with the parser on generated records, seed %i",
    async (seed) => {
      const generated = fc.sample(arbitraryRecord, { seed, numRuns: 300 });
      // through JSON, since that is how they arrive: minus zero and what is undefined do not survive it
      const records = JSON.parse(JSON.stringify(generated)) as unknown[]; // typed any
      const wanted = parsed(records);
      const rows = await queried(records);
      expect(rows.map((row) => row.object_uri)).toEqual(wanted.map((row) => row.object_uri));
      for (const [place, row] of rows.entries())
        expect(row, JSON.stringify(records[Number(row.object_uri)])).toEqual(wanted[place]);
      expect(rows.length).toBeGreaterThan(100);
    },
  );
});
