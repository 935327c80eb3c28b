/** A second implementation of the fold, written from the rules of the design and not from the SQL. */
import type { Cell } from "../../src/store/append.ts";
import type { Row } from "./helpers.ts";

type Invocation = Record<string, Cell>;

const direct = new Set(["foundation-model", "provisioned", "custom", "imported", "marketplace"]);
const identity = ["principal_type", "principal_name", "session_name", "source_identity", "invoked_by", "on_behalf_of"];
const anyCopy = [
  "operation",
  "streaming",
  "account_id",
  "recipient_account_id",
  "principal",
  "source_ip",
  "user_agent",
  "vpc_endpoint_id",
  "host",
].concat(["via_console", "bearer_token", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"]);
const tokens = ["input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"];
const errors = ["error_code", "error_message", "denied_region", "denied_by", "denied_explicit", "denied_policy_arn"];
const classes: readonly Cell[] = ["api-call", "completion", "network"];

/** The log of a request: one for each request, account and Region. */
export type Logs = ReadonlyMap<string, Row>;

/** Folds distinct events. `logs` by `key account`. `profiles` maps `profile_id source_region` to the only destination, where there is only one. */
export function foldOracle(
  events: readonly Row[],
  onlyDestination: ReadonlyMap<string, string> = new Map(),
  logs: Logs = new Map(),
): Map<Cell, Invocation> {
  const since = new Map<string, number>();
  const keys = new Map<Cell, Row[]>();
  for (const row of events) {
    if (row["record_kind"] === "completion") {
      const pair = `${row["account_id"]} ${row["source_region"]}`;
      since.set(pair, Math.min(since.get(pair) ?? Number.POSITIVE_INFINITY, Number(row["event_time"])));
    }
    const key = row["invocation_key"] ?? null;
    if (key === null) continue;
    keys.set(key, [...(keys.get(key) ?? []), row]);
  }
  return new Map([...keys].map(([key, rows]) => [key, foldKey(rows, since, onlyDestination, logs)]));
}

function foldKey(
  all: readonly Row[],
  since: ReadonlyMap<string, number>,
  onlyDestination: ReadonlyMap<string, string>,
  logs: Logs,
): Invocation {
  const callers = all.filter((row) => row["principal_type"] !== "AWSAccount");
  const records = ranked(callers.length > 0 ? callers : all);
  const lead = records[0];
  if (lead === undefined) throw new Error("a key without records");
  const correctedBy = (row: Row): Row[] =>
    records.filter(
      (other) => other !== row && other["original_event_id"] !== null && other["original_event_id"] === row["event_id"],
    );
  const first = (name: string, among: readonly Row[] = records): Cell =>
    among.find((row) => row[name] !== null)?.[name] ?? null;
  const calls = records.filter((row) => row["record_kind"] === "api-call");
  const completions = records.filter((row) => row["record_kind"] === "completion");
  const copies = calls.filter((row) => correctedBy(row).length === 0);
  const outcome = lead["outcome"] ?? null;

  const result: Invocation = { invocation_key: lead["invocation_key"] ?? null, event_time: lead["event_time"] ?? null };
  result["source_region"] = lead["source_region"] ?? null;
  result["outcome"] = outcome;
  for (const name of anyCopy) result[name] = first(name);
  result["via_console"] ??= false;
  result["bearer_token"] ??= false;
  const sameCaller = records.filter((row) => row["principal"] === null || row["principal"] === result["principal"]);
  for (const name of identity) result[name] = first(name, sameCaller);
  const modelLead = records.find((row) => row["model_id"] !== null) ?? lead;
  for (const name of ["model_id", "model_kind", "profile_id", "profile_scope"]) result[name] = modelLead[name] ?? null;
  const sameModel = records.find(
    (row) => row["model"] !== null && (row["model_id"] === null || row["model_id"] === modelLead["model_id"]),
  );
  result["model"] = sameModel?.["model"] ?? null;
  result["provider"] = sameModel?.["provider"] ?? null;
  const sameError = outcome === "served" ? completions : records.filter((row) => row["outcome"] === outcome);
  for (const name of errors)
    result[name] = name.startsWith("denied") && outcome !== "denied" ? null : first(name, sameError);

  const plainCalls = calls.filter((row) => row["original_request_id"] === null && row["original_event_id"] === null);
  result["request_id"] =
    first("request_id", plainCalls) ??
    first("parent_request_id", completions) ??
    first("original_request_id") ??
    first("request_id");
  result["events"] = new Set(all.map((row) => row["event_id"])).size;
  result["object_uri"] = lead["object_uri"] ?? null;
  const regions = records.filter((row) => !correctedBy(row).some((other) => other["inference_region"] !== null));
  result["region_conflict"] = distinct(regions, "inference_region") > 1;
  const failing = copies.filter((row) => row["error_code"] !== null).length;
  result["copies_disagree"] =
    ["error_code", "model_id", "principal", "input_tokens", "output_tokens"].some(
      (name) => distinct(copies, name) > 1,
    ) ||
    (failing > 0 && failing < copies.length);

  result["completion_only"] = completions.length > 0 && calls.length === 0;

  const callRegion = first("inference_region", calls);
  const completionRegion = first("inference_region", completions);
  const source = result["source_region"];
  const log = logs.get(`${result["invocation_key"]} ${result["account_id"]}`);
  const logRegion = log?.["inference_region"] ?? null;
  for (const name of tokens) result[name] ??= log?.[name] ?? null;
  const stated = callRegion ?? completionRegion;
  if (logRegion !== null && stated !== null && logRegion !== stated) result["region_conflict"] = true;
  const judge = (): readonly [Cell, Cell] => {
    if (outcome !== "served") return [null, null];
    if (callRegion !== null) return ["api-call", callRegion];
    if (completionRegion !== null) return ["stream-completion", completionRegion];
    if (logRegion !== null) return ["invocation-log", logRegion];
    if (direct.has(String(result["model_kind"])) || result["operation"] === "CreateInference")
      return ["direct", source];
    const application = result["model_kind"] === "application-profile";
    if (application && onlyDestination.get(`${result["profile_id"]} ${source}`) === source) return ["direct", source];
    if (result["operation"] === "CreateModelInvocationJob") return ["unresolvable", null];
    if (completions.length > 0) return ["absence", source];
    if (copies.some((row) => row["additional_omitted"] === true)) return ["unresolvable", null];
    const begun = since.get(`${result["account_id"]} ${source}`);
    if (result["streaming"] === true && begun !== undefined && begun <= Number(result["event_time"]))
      return ["pending", null];
    return ["absence", source];
  };
  const [evidence, served] = judge();
  result["region_evidence"] = evidence;
  result["served_region"] = served;
  result["spilled"] = served === null ? null : served !== source;
  return result;
}

function distinct(rows: readonly Row[], name: string): number {
  return new Set(rows.map((row) => row[name]).filter((cell) => cell !== null)).size;
}

/** Addenda stand where the record they correct stands, just above it. */
function ranked(records: readonly Row[]): Row[] {
  const place = (row: Row): readonly (number | string)[] => {
    const original = records.find((other) => other !== row && other["event_id"] === row["original_event_id"]);
    const anchor = original ?? row;
    return [
      classes.indexOf(anchor["record_kind"] ?? null),
      anchor["event_category"] === "Data" ? 1 : 0,
      anchor["account_id"] !== null && anchor["account_id"] === anchor["recipient_account_id"] ? 0 : 1,
      String(anchor["event_id"]),
      original === undefined ? 1 : 0,
      String(row["event_id"]),
    ];
  };
  return records.toSorted((left, right) => {
    const a = place(left);
    const b = place(right);
    for (const [index, value] of a.entries()) {
      const other = b[index] ?? 0;
      if (value !== other) return value < other ? -1 : 1;
    }
    return 0;
  });
}
