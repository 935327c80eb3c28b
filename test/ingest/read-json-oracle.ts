/** A second way to the same answer: DuckDB reads the raw files and an analyst's SQL finds what spilled. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";

const script = `
import { DuckDBInstance } from "duckdb";
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const reader = await connection.runAndReadAll(process.argv[1]);
console.log(JSON.stringify(reader.getRowObjectsJson()));
`;

/** In a process of its own: the pipeline's DuckDB stays the only one in this one. Truncated files are left out by name. */
export async function readJsonOracle(logs: string): Promise<readonly Record<string, unknown>[]> {
  const files = readdirSync(logs, { recursive: true, encoding: "utf8" }).filter(
    (name) => /[/\\]CloudTrail[/\\].*\.json\.gz$/.test(name) && !name.includes("Truncated"),
  );
  const sql = `
with record as (
  select unnest(Records) as r
  from read_json([${files.map((name) => `'${logs}/${name}'`).join(", ")}], maximum_object_size = 104857600, ignore_errors = false,
    columns = {Records: 'STRUCT(eventID VARCHAR, eventSource VARCHAR, eventName VARCHAR, eventType VARCHAR, awsRegion VARCHAR, requestID VARCHAR,
      errorCode VARCHAR, requestParameters JSON, additionalEventData JSON, serviceEventDetails JSON, tlsDetails JSON)[]'})
),
bedrock as (
  select distinct on (r.eventID) r.* from record where r.eventSource = 'bedrock.amazonaws.com'
),
call as (
  select awsRegion, lower(requestID) as request, any_value(errorCode) as error,
    any_value(additionalEventData ->> '$.inferenceRegion') as region
  from bedrock
  where eventType = 'AwsApiCall'
    and (eventName in ('Converse', 'ConverseStream', 'InvokeModel', 'InvokeModelWithResponseStream', 'InvokeModelWithBidirectionalStream', 'StartAsyncInvoke', 'CreateModelInvocationJob'))
  group by 1, 2
),
completion as (
  select awsRegion, lower(serviceEventDetails ->> '$.parentRequestId') as request,
    any_value(coalesce(
      serviceEventDetails ->> '$.AdditionalEventData.additionalEntries.inferenceRegion',
      nullif(regexp_extract(serviceEventDetails, '"key":"inferenceRegion","value":"([^"]+)"', 1), '')
    )) as region
  from bedrock
  where eventType = 'AwsServiceEvent'
  group by 1, 2
)
select coalesce(c.awsRegion, d.awsRegion) as source_region, coalesce(c.region, d.region) as served_region, cast(count(*) as integer) as n
from call c
full join completion d on d.awsRegion = c.awsRegion and d.request = c.request
where c.error is null and coalesce(c.region, d.region) is not null
group by 1, 2
order by 1, 2`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script, sql], { encoding: "utf8" });
  // The script above prints an array of row objects.
  return JSON.parse(out) as Record<string, unknown>[];
}
