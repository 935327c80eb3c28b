/** The shapes that wrap CloudTrail records outside of the trail's own files; they may wrap each other. */
import { type JsonObject, isObject } from "./json.ts";
import { isTableRow, recordOfRow } from "./table-row.ts";

/** The content of a value, or undefined if it does not have this shape. */
type Wrapper = (value: JsonObject) => readonly unknown[] | undefined;

/** CloudTrail's envelope; the answer of LookupEvents; one event of it. */
const cloudTrail: Wrapper = ({ Records, Events, CloudTrailEvent }) => {
  if (Array.isArray(Records)) return Records;
  if (Records === undefined && Array.isArray(Events)) return Events;
  return typeof CloudTrailEvent === "string" ? [CloudTrailEvent] : undefined;
};

/** A subscription's delivery (CONTROL_MESSAGE checks the destination and holds no event), GetLogEvents, or one event of a log group. */
const cloudWatchLogs: Wrapper = ({ messageType, logEvents, events, message, timestamp, ingestionTime }) => {
  if (typeof messageType === "string" && Array.isArray(logEvents))
    return messageType === "DATA_MESSAGE" ? messagesOf(logEvents) : [];
  if (Array.isArray(events) && events.every((event) => isObject(event) && typeof event.message === "string"))
    return messagesOf(events);
  const isEvent = timestamp !== undefined || ingestionTime !== undefined;
  return typeof message === "string" && isEvent ? [message] : undefined;
};

function messagesOf(events: readonly unknown[]): readonly unknown[] {
  return events.map((event) => (isObject(event) ? event.message : event));
}

const eventBridge: Wrapper = (value) =>
  typeof value["detail-type"] === "string" && isObject(value.detail) && typeof value.detail.eventSource === "string"
    ? [value.detail]
    : undefined;

/** A result of a search, alone or in a list, with the record's text in `_raw`. */
const splunk: Wrapper = ({ result, results, _raw }) => {
  if (typeof _raw === "string") return [_raw];
  if (isObject(result) && typeof result._raw === "string") return [result._raw];
  return Array.isArray(results) ? results : undefined;
};

/** A search's answer, a hit or a document, with the record's text in `event.original` or, before its pipeline ran, `message`. */
const elastic: Wrapper = (value) => {
  if (isObject(value.hits) && Array.isArray(value.hits.hits)) return value.hits.hits;
  const { _source, fields, event, message } = value;
  if (isObject(_source)) return [_source];
  const flat = value["event.original"] ?? (isObject(fields) ? fields["event.original"] : undefined);
  const original = isObject(event) ? event.original : Array.isArray(flat) ? flat[0] : flat;
  if (typeof original === "string") return [original];
  return typeof message === "string" && value["@timestamp"] !== undefined ? [message] : undefined;
};

/** Rows from GetQueryResults: of CloudTrail Lake (each a list of single fields), or of Athena (texts below a header). */
const queryResults: Wrapper = ({ QueryResultRows, ResultSet }) => {
  if (Array.isArray(QueryResultRows))
    return QueryResultRows.map((row: unknown) => (Array.isArray(row) ? rowOf(row.filter(isObject)) : row));
  if (!isObject(ResultSet) || !Array.isArray(ResultSet.Rows)) return undefined;
  const [header = [], ...rows] = ResultSet.Rows.map(textsOf);
  return rows.map((row) => rowOf(header.map((name, index) => ({ [name ?? ""]: row[index] ?? "" }))));
};

function textsOf(row: unknown): (string | undefined)[] {
  const data: readonly unknown[] = isObject(row) && Array.isArray(row.Data) ? row.Data : [];
  return data.map((cell) => (isObject(cell) && typeof cell.VarCharValue === "string" ? cell.VarCharValue : undefined));
}

function rowOf(parts: readonly JsonObject[]): unknown {
  return columnOfRecord(Object.assign({}, ...parts) as JsonObject); // objects of JSON, put together
}

const wrappers: readonly Wrapper[] = [cloudTrail, cloudWatchLogs, eventBridge, splunk, elastic, queryResults];

/** The content of a wrapper, or undefined if the value is not one. */
export function unwrap(value: JsonObject): readonly unknown[] | undefined {
  // a record is not a wrapper, whatever its fields are called
  if (typeof value.eventSource === "string") return undefined;
  if (isTableRow(value)) return [recordOfRow(value)];
  for (const open of wrappers) {
    const inside = open(value);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

const recordColumns: readonly string[] = ["_raw", "event.original", "cloudtrailevent", "message", "@message", "record"];

/** A row of a table: the column that holds the record's whole text, else the row as a record of its own. */
export function columnOfRecord(row: JsonObject): unknown {
  const columns = Object.entries(row);
  for (const wanted of recordColumns) {
    const text = columns.find(([name]) => name.toLowerCase() === wanted)?.[1];
    if (typeof text === "string" && text.trimStart().startsWith("{")) return text;
  }
  return columns.some(([name]) => name.toLowerCase() === "eventsource") ? recordOfRow(row) : row;
}
