/** The rival: DuckDB's read_json over the same files, as a good analyst writes it. Usage: node read-json.mjs DIR DATABASE */
import { DuckDBInstance } from "duckdb";

const [folder = ".", database = ":memory:"] = process.argv.slice(2);
const record = `STRUCT(
  eventID VARCHAR, eventTime VARCHAR, eventSource VARCHAR, eventName VARCHAR, eventType VARCHAR, eventCategory VARCHAR, awsRegion VARCHAR,
  requestID VARCHAR, sharedEventID VARCHAR, recipientAccountId VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR, vpcEndpointId VARCHAR,
  errorCode VARCHAR, errorMessage VARCHAR,
  userIdentity STRUCT("type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, invokedBy VARCHAR, sessionContext STRUCT(sessionIssuer STRUCT(arn VARCHAR))),
  requestParameters STRUCT(modelId VARCHAR),
  additionalEventData STRUCT(inferenceRegion VARCHAR, inputTokens BIGINT, outputTokens BIGINT),
  serviceEventDetails STRUCT(parentRequestId VARCHAR, AdditionalEventData STRUCT(additionalEntries JSON)),
  resources STRUCT("type" VARCHAR, ARN VARCHAR)[],
  tlsDetails STRUCT(clientProvidedHostHeader VARCHAR))`;
const entry = (key) => `coalesce(
  e.serviceEventDetails.AdditionalEventData.additionalEntries ->> '$.${key}',
  list_filter(CASE WHEN json_type(e.serviceEventDetails.AdditionalEventData.additionalEntries) = 'ARRAY'
    THEN from_json(e.serviceEventDetails.AdditionalEventData.additionalEntries, '[{"key":"VARCHAR","value":"VARCHAR"}]') END, lambda x: x.key = '${key}')[1].value)`;

const instance = await DuckDBInstance.create(database, { threads: "2" });
const connection = await instance.connect();
await connection.run("SET preserve_insertion_order = false");
await connection.run(`
  CREATE TABLE event AS
  WITH hit AS (
    SELECT filename, unnest(list_filter(Records, lambda r: r.eventSource IN ('bedrock.amazonaws.com', 'bedrock-mantle.amazonaws.com'))) AS e
    FROM read_json('${folder.replaceAll("'", "''")}/**/*.json.gz', columns = {Records: '${record}[]'}, maximum_object_size = 104857600, filename = true)
  )
  SELECT e.eventID AS event_id, e.eventTime::TIMESTAMP AS event_time, e.eventSource AS event_source, e.eventName AS event_name, e.eventType AS event_type,
    e.eventCategory AS event_category, e.awsRegion AS source_region, e.requestID AS request_id, e.sharedEventID AS shared_event_id,
    e.serviceEventDetails.parentRequestId AS parent_request_id, e.recipientAccountId AS recipient_account_id,
    coalesce(e.userIdentity.accountId, e.recipientAccountId) AS account_id,
    coalesce(e.userIdentity.sessionContext.sessionIssuer.arn, e.userIdentity.arn, e.userIdentity.invokedBy) AS principal, e.userIdentity.type AS principal_type,
    split_part(e.userIdentity.arn, '/', 3) AS session_name, e.sourceIPAddress AS source_ip, e.userAgent AS user_agent, e.vpcEndpointId AS vpc_endpoint_id,
    e.tlsDetails.clientProvidedHostHeader AS host, e.requestParameters.modelId AS model_id, e.resources[1].ARN AS model_arn,
    coalesce(e.additionalEventData.inferenceRegion, ${entry("inferenceRegion")}) AS inference_region,
    coalesce(e.additionalEventData.inputTokens, TRY_CAST(${entry("inputTokens")} AS BIGINT)) AS input_tokens,
    coalesce(e.additionalEventData.outputTokens, TRY_CAST(${entry("outputTokens")} AS BIGINT)) AS output_tokens,
    e.errorCode AS error_code, e.errorMessage AS error_message, filename AS object_uri
  FROM hit`);
const rows = await connection.runAndReadAll(
  "SELECT count(*)::INTEGER, count(inference_region)::INTEGER, coalesce(sum(input_tokens), 0)::DOUBLE FROM event",
);
process.stdout.write(`${JSON.stringify(rows.getRows()[0])}\n`);
connection.closeSync();
instance.closeSync();
