/** The logs of the comparison: the demo's organization, the corpus and generated records, as files of one organization trail. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { writeDemoOrganization } from "../../../src/demo/organization.ts";
import { arbitraryRecord } from "../athena/arbitrary-record.ts";
import { wellFormed } from "../athena/raw-records.ts";
import { tabled } from "../athena/tabled.ts";
import { isFields, keysOf, readLogs } from "../../demo/read-trail.ts";

export interface Delivered {
  readonly record: unknown;
  /** What Trino calls the file. */
  readonly uri: string;
}

export interface Trail {
  readonly delivered: readonly Delivered[];
  readonly location: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** As in folders: yyyy/MM/dd. */
  readonly days: readonly string[];
}

const place = /AWSLogs\/(o-[a-z0-9]+)\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4}\/\d{2}\/\d{2})\//;

/** Writes the files below `storage`, reads them back independently, and says where they lie. */
export async function writeTrail(storage: string): Promise<Trail> {
  const root = join(storage, "raw");
  await writeDemoOrganization(root);
  const first = keysOf(root).find((key) => place.test(key)) ?? "";
  const organization = place.exec(first)?.[1] ?? "";
  const folder = first.slice(0, first.indexOf("AWSLogs"));
  // one broken file fails a whole query: that is Trino's way, and Athena's
  for (const key of keysOf(root)) if (key.includes("TruncatedFile")) rmSync(join(root, key));
  for (const [name, records] of Object.entries({ corpus: corpusRecords(), generated: generatedRecords() })) {
    const key = `${folder}AWSLogs/${organization}/999988887777/CloudTrail/eu-west-1/2026/09/10/999988887777_CloudTrail_eu-west-1_20260910T0005Z_${name}.json.gz`;
    mkdirSync(dirname(join(root, key)), { recursive: true });
    writeFileSync(
      join(root, key),
      gzipSync(JSON.stringify({ Records: records }, (_, value: unknown) => wellFormed(value))),
    );
  }
  const logs = readLogs(root);
  const places = logs.map(({ key }) => place.exec(key) ?? []);
  return {
    delivered: logs.flatMap(({ key, records }) => records.map((record) => ({ record, uri: `local:///raw/${key}` }))),
    location: `local:///raw/${folder}AWSLogs/${organization}`,
    accounts: distinct(places.map((found) => found[2] ?? "")),
    regions: distinct(places.map((found) => found[3] ?? "")),
    days: distinct(places.map((found) => found[4] ?? "")),
  };
}

function corpusRecords(): unknown[] {
  // Own file: every entry has a name and a record.
  const cases = JSON.parse(readFileSync(new URL("../../corpus/records.json", import.meta.url), "utf8")) as {
    record: unknown;
  }[];
  return cases.map((entry) => tabled(entry.record));
}

/** What is not a row where the table has one fails a query of Trino's as a whole, so the records are those that the table can show. */
function generatedRecords(): unknown[] {
  return fc.sample(arbitraryRecord, { numRuns: 1500, seed: 476 }).map((record) => oneSpelling(tabled(record)));
}

/** Trino's reader takes keys that differ in nothing but case for one key: of the two spellings only the first stays. */
function oneSpelling(record: unknown): unknown {
  if (
    !isFields(record) ||
    !isFields(record.serviceEventDetails) ||
    !("AdditionalEventData" in record.serviceEventDetails)
  )
    return record;
  const { additionalEventData: _, ...details } = record.serviceEventDetails;
  return { ...record, serviceEventDetails: details };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].toSorted();
}
