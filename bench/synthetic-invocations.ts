/** Ten million made-up invocations in SQL: for timing reports, not for checking numbers. */
import { invocationTable } from "../src/schema/invocation.ts";

/** A whole number in [0, limit) that depends on the row and `salt` only. */
function draw(salt: number, limit: number): string {
  return `(hash(i, ${salt}) % ${limit})::INTEGER`;
}

/**
 * `uniform`: every service calls from every Region, through every profile, with any operation, on every day: few invocations are
 * alike, the worst case for a rollup. `habits`: a service keeps to its Region, operation and (mostly) profile, and few services make
 * most of the calls.
 */
export type Spread = "uniform" | "habits";

/** The same number for every call of a service. */
function habit(salt: number, limit: number): string {
  return `(hash(account, service, ${salt}) % ${limit})::INTEGER`;
}

function oneOf(number: string, values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(", ")}][1 + ${number}]`;
}

const role = `'arn:aws:iam::' || account_id || ':role/apps/service-' || service`;

/** Expressions over columns that come before them; every other column of the table is null. */
const expressions: Readonly<Record<string, string>> = {
  invocation_key: "source_region || '/' || request_id",
  event_time: `TIMESTAMP '2026-06-01' + to_seconds((i % 7776000)::BIGINT)`,
  spilled: "served_region <> source_region",
  streaming: "operation = 'ConverseStream'",
  account_id: "account_id",
  recipient_account_id: "account_id",
  principal: role,
  principal_type: "'AssumedRole'",
  principal_name: "'service-' || service",
  session_name: `'run-' || ${draw(5, 100_000)}`,
  source_ip: `'10.0.' || ${draw(6, 256)} || '.' || ${draw(7, 256)}`,
  host: "'bedrock-runtime.' || source_region || '.amazonaws.com'",
  via_console: "false",
  bearer_token: "false",
  model_id: "profile_id",
  model_kind: "'inference-profile'",
  profile_scope: "split_part(profile_id, '.', 1)",
  model: "substr(profile_id, 1 + strpos(profile_id, '.'))",
  provider: "split_part(profile_id, '.', 2)",
  input_tokens: draw(8, 9000),
  output_tokens: draw(9, 1200),
  error_code: "CASE outcome WHEN 'denied' THEN 'AccessDenied' WHEN 'throttled' THEN 'ThrottlingException' END",
  denied_region: "CASE WHEN outcome = 'denied' THEN 'eu-south-2' END",
  denied_by: "CASE WHEN outcome = 'denied' THEN 'service control policy' END",
  denied_explicit: "CASE WHEN outcome = 'denied' THEN true END",
  events: "CASE WHEN operation = 'ConverseStream' THEN 2 ELSE 1 END",
  region_conflict: "false",
  copies_disagree: "false",
  completion_only: "false",
  object_uri: `'file:AWSLogs/o-exampleorg1/' || account_id || '/CloudTrail/' || source_region || '/' || ${draw(10, 5000)} || '.json.gz'`,
};

/** One statement that adds `rows` invocations to the table `invocation`; columns that the schema no longer has are left out. */
export function insertInvocations(rows: number, spread: Spread = "uniform"): string {
  const byService = (salt: number, limit: number): string =>
    spread === "uniform" ? draw(salt, limit) : habit(salt, limit);
  const service = spread === "uniform" ? draw(4, 300) : `(40 * pow(${draw(4, 1_000_003)} / 1000003.0, 3))::INTEGER`;
  const profile =
    spread === "uniform" ? draw(11, 3) : `(CASE WHEN ${draw(15, 10)} = 0 THEN ${draw(11, 3)} ELSE ${habit(11, 3)} END)`;
  const drawn = [
    "source_region",
    "served_region",
    "region_evidence",
    "outcome",
    "operation",
    "profile_id",
    "request_id",
  ];
  const known = new Set<string>(invocationTable.columns.map((column) => column.name));
  const computed = Object.entries(expressions)
    .filter(([name]) => known.has(name))
    .map(([name, expression]) => `${expression} AS ${name}`);
  return `
    INSERT INTO invocation BY NAME
    WITH caller AS (
      SELECT i, ${draw(12, 60)} AS account, ${service} AS service
      FROM range(${rows}) AS numbers(i)
    ), drawn AS (
      SELECT i, service, ${oneOf(byService(1, 5), ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2", "ap-northeast-1"])} AS source_region,
        CASE ${draw(2, 20)} WHEN 0 THEN 'denied' WHEN 1 THEN 'throttled' ELSE 'served' END AS outcome,
        ${oneOf(byService(3, 3), ["Converse", "InvokeModel", "ConverseStream"])} AS operation,
        ${oneOf(profile, ["eu.anthropic.claude-sonnet-4-6", "us.amazon.nova-pro-v1:0", "global.anthropic.claude-opus-5"])} AS profile_id,
        (100000000001 + account)::VARCHAR AS account_id, md5(i::VARCHAR)::UUID::VARCHAR AS request_id, ${draw(13, 30)} AS fate
      FROM caller
    ), judged AS (
      SELECT *, CASE WHEN outcome <> 'served' OR fate = 0 THEN NULL WHEN fate < 14 THEN source_region
          ELSE ${oneOf(draw(14, 6), ["eu-north-1", "eu-west-3", "us-east-2", "us-west-2", "ap-southeast-4", "sa-east-1"])} END AS served_region,
        CASE WHEN outcome <> 'served' THEN NULL WHEN fate = 0 THEN 'pending' WHEN fate < 4 THEN 'absence' WHEN operation = 'ConverseStream' THEN 'stream-completion' ELSE 'api-call' END AS region_evidence
      FROM drawn
    )
    SELECT ${[...drawn, ...computed].join(",\n      ")}
    FROM judged`;
}
