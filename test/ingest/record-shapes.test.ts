/** The proof that the same records in any shape end in the same tables, with the same sums. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/parse/json.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { type RecordShape, recordShapes } from "./record-shapes.ts";

interface Case {
  readonly name: string;
  readonly record: JsonObject;
}

// Our own file: its shape is checked by test/parse/corpus.test.ts.
const corpus = (
  JSON.parse(readFileSync(new URL("../corpus/records.json", import.meta.url), "utf8")) as readonly Case[]
).map(({ record }) => record);
const nested = ["userIdentity", "requestParameters", "responseElements", "additionalEventData", "resources"];
nested.push("serviceEventDetails", "addendum", "tlsDetails");

/** A table cannot tell an empty text from none, nor a number from its text. */
const fitsTable = (record: JsonObject): boolean =>
  Object.entries(record).every(
    ([key, value]) =>
      value === null ||
      (nested.includes(key) ? typeof value === "object" : typeof value === "boolean" || isPlain(value)),
  );
const isPlain = (value: unknown): boolean =>
  typeof value === "string" && value !== "" && !/[\ud800-\udfff]/.test(value);

const root = temporaryFolder();
const other: JsonObject = {
  eventVersion: "1.11",
  eventSource: "s3.amazonaws.com",
  eventName: "GetObject",
  eventTime: "2026-10-02T08:00:00Z",
  awsRegion: "eu-west-1",
  eventID: "0e1a",
};

async function tables(shape: RecordShape, records: readonly JsonObject[]): Promise<unknown> {
  const folder = join(root, shape.file.replaceAll(".", "-") + String(records.length));
  mkdirSync(folder);
  writeFileSync(join(folder, shape.file), shape.write(records));
  const warehouse = join(root, `${shape.file}-${records.length}.duckdb`);
  const run = await runCli(["ingest", folder, "--warehouse", warehouse, "--strict", "--any-name", "--threads", "1"]);
  expect(run.code, run.stderr).toBe(0);
  const sums = /records {3}.*/.exec(run.stderr)?.[0];
  const event = await queryRows(warehouse, "select * exclude (object_uri, record_index) from event order by event_id");
  const invocation = await queryRows(
    warehouse,
    "select * exclude (object_uri) from invocation order by invocation_key",
  );
  return { sums, event, invocation };
}

const whole = [...corpus, other];
const tabular = [...corpus.filter(fitsTable), other];
const [plain] = recordShapes;
if (plain === undefined) throw new Error("there are no shapes");

describe("the same records", () => {
  const wanted = new Map<readonly JsonObject[], Promise<unknown>>();

  it("are most of the corpus, also in tables", () => {
    expect(whole.length).toBeGreaterThan(160);
    expect(tabular.length).toBeGreaterThan(140);
  });

  it.each(recordShapes.slice(1))("$name: same sums, same tables", async (shape) => {
    const records = shape.isTable === true ? tabular : whole;
    if (!wanted.has(records)) wanted.set(records, tables(plain, records));
    expect(await tables(shape, records)).toEqual(await wanted.get(records));
  });
});
