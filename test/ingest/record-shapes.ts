/** The shapes in which people hold CloudTrail records, written from the same records. */
import { gzipSync } from "node:zlib";
import type { JsonObject } from "../../src/parse/json.ts";

export interface RecordShape {
  readonly name: string;
  /** Name of the file; one that says nothing is read with `--any-name`. */
  readonly file: string;
  /** A table has texts only: records whose plain fields are of other types cannot stand in one. */
  readonly isTable?: boolean;
  readonly write: (records: readonly JsonObject[]) => Buffer;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const lines = (values: readonly unknown[]): Buffer =>
  Buffer.from(values.map((value) => `${typeof value === "string" ? value : JSON.stringify(value)}\n`).join(""));
const textOf = (record: JsonObject): string => JSON.stringify(record);

const logEvent = (record: JsonObject, index: number): JsonObject => ({
  id: String(index),
  timestamp: 1_789_373_561_000 + index,
  message: textOf(record),
});

/** What a subscription delivers: at most a few events in each message. */
const subscription = (records: readonly JsonObject[]): JsonObject[] =>
  Array.from({ length: Math.ceil(records.length / 7) }, (_, page) => ({
    messageType: "DATA_MESSAGE",
    owner: "111122223333",
    logGroup: "aws-cloudtrail-logs",
    logStream: "111122223333_CloudTrail_eu-west-1",
    subscriptionFilters: ["all"],
    logEvents: records.slice(page * 7, page * 7 + 7).map(logEvent),
  }));

const control: JsonObject = {
  messageType: "CONTROL_MESSAGE",
  owner: "CloudwatchLogs",
  logGroup: "",
  logStream: "",
  subscriptionFilters: [],
  logEvents: [{ id: "", timestamp: 1_789_373_560_000, message: "CWL CONTROL MESSAGE: Checking health of destination" }],
};

const eventBridge = (record: JsonObject): JsonObject => ({
  version: "0",
  id: record.eventID,
  "detail-type": "AWS API Call via CloudTrail",
  source: "aws.bedrock",
  account: "111122223333",
  time: record.eventTime,
  region: record.awsRegion,
  resources: [],
  detail: record,
});

const csvField = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const csv = (header: readonly string[], rows: readonly (readonly string[])[]): Buffer =>
  Buffer.from([header, ...rows].map((row) => `${row.map(csvField).join(",")}\r\n`).join(""));

/** Nested values as JSON, as `cast(... as json)` makes them. */
const cellText = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

const columnsOf = (records: readonly JsonObject[]): string[] => [
  ...new Set(records.flatMap((one) => Object.keys(one))),
];
const row = (record: JsonObject, columns: readonly string[]): string[] =>
  columns.map((column) => cellText(record[column]));

/** Athena keeps no capitals in names of columns and of the fields of structs; the service's own parts are texts. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), lowered(inner)]));
}
const freeForm = ["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"];
const athenaRow = (record: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key.toLowerCase(),
      freeForm.includes(key) ? (value === null ? null : JSON.stringify(value)) : lowered(value),
    ]),
  );

/** Lake's timestamps have a blank, and are UTC. */
const lakeTime = (value: unknown): string =>
  typeof value === "string" && /^[^+]*Z$/.test(value) ? value.replace("T", " ").replace("Z", "") : String(value); // offsets stay

export const recordShapes: readonly RecordShape[] = [
  { name: "the trail's own file", file: "a.json.gz", write: (records) => gzipSync(json({ Records: records })) },
  {
    name: "a list of envelopes",
    file: "slurped.json",
    write: (records) => json([{ Records: records.slice(0, 50) }, { Records: records.slice(50) }]),
  },
  {
    name: "a list of texts of envelopes",
    file: "texts.json",
    write: (records) => json([JSON.stringify({ Records: records })]),
  },
  {
    name: "an event history",
    file: "events.json",
    write: (records) =>
      json({ Events: records.map((one) => ({ EventId: one.eventID, CloudTrailEvent: textOf(one) })) }),
  },
  {
    name: "a subscription of CloudWatch Logs",
    file: "subscription.json",
    write: (records) => lines([control, ...subscription(records)]),
  },
  {
    name: "a subscription through Firehose: gzip in gzip, back to back, in a file without a name",
    file: "delivery-1-2026-10-02-08-05-00-53a86c87",
    write: (records) =>
      gzipSync(Buffer.concat([control, ...subscription(records)].map((message) => gzipSync(JSON.stringify(message))))),
  },
  {
    name: "Firehose's records back to back",
    file: "stream-2-2026-10-02-08-05-00-53a86c87",
    write: (records) => Buffer.from(records.map(textOf).join("")),
  },
  {
    name: "an export task of CloudWatch Logs",
    file: "000000.gz",
    write: (records) => gzipSync(lines(records.map((one) => `2026-10-02T08:01:00.000Z ${textOf(one)}`))),
  },
  {
    name: "filtered log events",
    file: "filtered.json",
    write: (records) => json({ events: records.map(logEvent), searchedLogStreams: [] }),
  },
  { name: "EventBridge envelopes", file: "bus.jsonl", write: (records) => lines(records.map(eventBridge)) },
  {
    name: "EventBridge envelopes in a log group",
    file: "bus-group.json",
    write: (records) =>
      json({ messageType: "DATA_MESSAGE", logEvents: records.map((one, index) => logEvent(eventBridge(one), index)) }),
  },
  {
    name: "a list of EventBridge envelopes",
    file: "bus-list.json",
    write: (records) => json(records.map(eventBridge)),
  },
  {
    name: "a search of Splunk",
    file: "splunk.json",
    write: (records) =>
      lines(
        records.map((one, offset) => ({ preview: false, offset, result: { _raw: textOf(one), sourcetype: "aws" } })),
      ),
  },
  {
    name: "a search of Splunk as CSV",
    file: "splunk.csv",
    write: (records) =>
      csv(
        ["_time", "_raw"],
        records.map((one) => [cellText(one.eventTime), textOf(one)]),
      ),
  },
  {
    name: "an answer of Elasticsearch",
    file: "elastic.json",
    write: (records) =>
      json({
        took: 3,
        hits: { total: 1, hits: records.map((one) => ({ _id: "x", _source: { event: { original: textOf(one) } } })) },
      }),
  },
  {
    name: "documents of Elasticsearch with flat names",
    file: "elastic.ndjson",
    write: (records) => lines(records.map((one) => ({ "@timestamp": one.eventTime, "event.original": textOf(one) }))),
  },
  {
    name: "rows of Athena as JSON",
    file: "athena.json",
    isTable: true,
    write: (records) => lines(records.map(athenaRow)),
  },
  {
    name: "rows of Athena as CSV",
    file: "athena.csv",
    isTable: true,
    write: (records) => {
      const columns = columnsOf(records);
      const nested = records.map((one) => ({
        ...one,
        userIdentity: lowered(one.userIdentity),
        tlsDetails: lowered(one.tlsDetails),
      }));
      return csv(
        columns.map((name) => name.toLowerCase()),
        nested.map((one) => row(one, columns)),
      );
    },
  },
  {
    name: "results of CloudTrail Lake",
    file: "lake.json",
    isTable: true,
    write: (records) =>
      json({
        QueryStatus: "FINISHED",
        QueryResultRows: records.map((one) =>
          Object.entries({ ...one, eventTime: lakeTime(one.eventTime) }).map(([key, value]) => ({
            [key]: cellText(value),
          })),
        ),
      }),
  },
  {
    name: "results of CloudTrail Lake as CSV",
    file: "lake.csv.gz",
    isTable: true,
    write: (records) => {
      const columns = columnsOf(records);
      return gzipSync(
        csv(
          columns,
          records.map((one) => row({ ...one, eventTime: lakeTime(one.eventTime) }, columns)),
        ),
      );
    },
  },
  {
    name: "an answer of Athena's GetQueryResults",
    file: "get-query-results.json",
    isTable: true,
    write: (records) => {
      const columns = columnsOf(records);
      const data = (texts: readonly string[]): JsonObject => ({
        Data: texts.map((text) => (text === "" ? {} : { VarCharValue: text })),
      });
      return json({
        ResultSet: {
          Rows: [data(columns.map((name) => name.toLowerCase())), ...records.map((one) => data(row(one, columns)))],
        },
      });
    },
  },
];
