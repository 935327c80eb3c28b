/** An Athena endpoint on loopback for tests: its protocol (JSON 1.1), states, limits and faults, over a backend that computes. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { messageOf } from "../../src/errors.ts";
import { parseS3Url } from "../../src/aws/s3/url.ts";
import { type AthenaBackend, type BackendResult, csvText, parquetFiles } from "./athena-backend.ts";
import {
  type Behaviour,
  type Json,
  Refusal,
  type TestQuery,
  type TestWorkgroup,
  execution,
  look,
  path,
  results,
} from "./athena-answers.ts";
import type { S3Server } from "./s3-server.ts";
import { LoopbackServer } from "./loopback-server.ts";

export interface AthenaRequest {
  readonly operation: string;
  readonly input: Json;
  readonly accessKey: string;
}

export interface AthenaServerOptions {
  readonly backend: AthenaBackend;
  readonly s3: S3Server;
  readonly workgroups?: Readonly<Record<string, TestWorkgroup>>;
  /** Error code for this request (`ThrottlingException`, ...), or nothing. `count` counts requests of the same operation from 1. */
  readonly fault?: (
    request: AthenaRequest,
    count: number,
  ) => { readonly code: string; readonly message?: string; readonly status?: number } | undefined;
  readonly behaviour?: (sql: string) => Behaviour | undefined;
  /** Answers of GetTableMetadata by table name. */
  readonly tables?: Readonly<Record<string, Json>>;
  readonly accessKeys?: readonly string[];
}

/** The server, what it was asked, and the queries it ran. */
export class AthenaServer extends LoopbackServer {
  readonly requests: AthenaRequest[] = [];
  readonly queries: TestQuery[] = [];
  options: AthenaServerOptions;
  readonly #byToken = new Map<string, TestQuery>();

  private constructor(options: AthenaServerOptions) {
    super();
    this.options = options;
  }

  static async start(options: AthenaServerOptions): Promise<AthenaServer> {
    return await new AthenaServer(options).listen();
  }

  count(operation: string): number {
    return this.requests.filter((request) => request.operation === operation).length;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    for (const query of this.queries) query.stop.abort();
    await super[Symbol.asyncDispose]();
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers["x-amz-target"]).replace("AmazonAthena.", "");
    const accessKey = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    // Own protocol of the test: an object, as the SDK writes it.
    const input = JSON.parse(await text(request)) as Json;
    const parsed = { operation, input, accessKey };
    this.requests.push(parsed);
    const fault = this.options.fault?.(parsed, this.count(operation));
    try {
      if (fault !== undefined) {
        send(response, fault.status ?? 400, { __type: fault.code, message: fault.message ?? fault.code });
        return;
      }
      if (this.options.accessKeys !== undefined && !this.options.accessKeys.includes(accessKey))
        throw new Refusal("UnrecognizedClientException", "The security token included in the request is invalid.");
      send(response, 200, this.#answer(operation, input));
    } catch (thrown) {
      const code = thrown instanceof Refusal ? thrown.code : "InternalServerException";
      send(response, code === "InternalServerException" ? 500 : 400, { __type: code, message: messageOf(thrown) });
    }
  }

  #answer(operation: string, input: Json): Json {
    switch (operation) {
      case "StartQueryExecution":
        return { QueryExecutionId: this.#start(input).id };
      case "GetQueryExecution":
        return { QueryExecution: execution(look(this.#query(input))) };
      case "BatchGetQueryExecution": {
        const ids = Array.isArray(input["QueryExecutionIds"]) ? input["QueryExecutionIds"] : [];
        return { QueryExecutions: ids.map((id: unknown) => execution(look(this.#query({ QueryExecutionId: id })))) };
      }
      case "GetQueryResults":
        return results(this.#query(input), input);
      case "StopQueryExecution":
        this.#query(input).stop.abort();
        return {};
      case "GetWorkGroup":
        return { WorkGroup: this.#workgroup(String(input["WorkGroup"])) };
      case "GetTableMetadata":
        return { TableMetadata: this.#table(String(input["DatabaseName"]), String(input["TableName"])) };
      default:
        throw new Refusal("InvalidRequestException", `the test endpoint does not speak ${operation}`);
    }
  }

  #query(input: Json): TestQuery {
    const found = this.queries.find(({ id }) => id === input["QueryExecutionId"]);
    if (found === undefined)
      throw new Refusal("InvalidRequestException", `QueryExecution ${String(input["QueryExecutionId"])} was not found`);
    return found;
  }

  #start(input: Json): TestQuery {
    const token = String(input["ClientRequestToken"]);
    const known = this.#byToken.get(token);
    if (known !== undefined) return known;
    const workgroupName = typeof input["WorkGroup"] === "string" ? input["WorkGroup"] : "primary";
    const workgroup = this.#named(workgroupName);
    if (workgroup.disabled === true)
      throw new Refusal("InvalidRequestException", `WorkGroup ${workgroupName} is disabled.`);
    const asked = path(input, "ResultConfiguration", "OutputLocation");
    const place = workgroup.enforced === true || typeof asked !== "string" ? workgroup.output : asked;
    if (place === undefined && workgroup.managedResults !== true) {
      throw new Refusal(
        "InvalidRequestException",
        "No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.",
      );
    }
    const sql = String(input["QueryString"]);
    if (Buffer.byteLength(sql) > 262_144)
      throw new Refusal("InvalidRequestException", "Query string is too long: at most 262144 bytes");
    const id = randomUUID();
    const query: TestQuery = {
      id,
      sql,
      input,
      workgroup,
      workgroupName,
      behaviour: this.options.behaviour?.(sql) ?? {},
      stop: new AbortController(),
      state: "QUEUED",
      reason: "",
      retryable: false,
      looks: 0,
      scannedBytes: 0,
      reused: false,
      output: workgroup.managedResults === true ? null : `${place?.replace(/\/$/, "")}/${id}.csv`,
      result: null,
    };
    query.retryable = query.behaviour.retryable ?? false;
    const reusable = path(input, "ResultReuseConfiguration", "ResultReuseByAgeConfiguration", "Enabled") === true;
    const earlier = this.queries.find((other) => other.sql === sql && other.state === "SUCCEEDED");
    this.queries.push(query);
    this.#byToken.set(token, query);
    if (reusable && earlier !== undefined)
      Object.assign(query, { state: "SUCCEEDED", reused: true, output: earlier.output, result: earlier.result });
    else void this.#run(query);
    return query;
  }

  async #run(query: TestQuery): Promise<void> {
    const { behaviour, stop } = query;
    query.state = "RUNNING";
    try {
      if (behaviour.endless === true) await new Promise((_, fail) => stop.signal.addEventListener("abort", fail));
      if (behaviour.fails !== undefined) throw new Error(behaviour.fails);
      if (behaviour.cancelled !== undefined) {
        Object.assign(query, { state: "CANCELLED", reason: behaviour.cancelled });
        return;
      }
      await this.#compute(query);
      const { cutoffBytes } = query.workgroup;
      if (cutoffBytes !== undefined && query.scannedBytes > cutoffBytes)
        Object.assign(query, { state: "CANCELLED", reason: "Query cancelled! : Bytes scanned limit was exceeded" });
      else query.state = "SUCCEEDED";
    } catch (thrown) {
      if (stop.signal.aborted) Object.assign(query, { state: "CANCELLED", reason: "Query cancelled by user" });
      else Object.assign(query, { state: "FAILED", reason: messageOf(thrown) });
    }
  }

  async #compute(query: TestQuery): Promise<void> {
    const { behaviour, sql } = query;
    if (behaviour.csv !== undefined) {
      query.result = { columns: behaviour.csv.columns, rows: [], scannedBytes: 0 };
      this.#put(query.output, behaviour.csv.body);
      return;
    }
    const unload = /^\s*UNLOAD\s*\(([\s\S]*)\)\s*TO\s*'([^']+)'\s*(?:WITH\s*\(([\s\S]*)\))?\s*$/i.exec(sql);
    const result = await this.options.backend.query(unload?.[1] ?? sql, query.stop.signal);
    query.scannedBytes = result.scannedBytes;
    query.result = result;
    if (unload === null) this.#put(query.output, Buffer.from(csvText(result)));
    else await this.#unload(query, result, unload[2] ?? "", unload[3] ?? "");
  }

  /** Parquet only, below an empty prefix, as Athena demands; names without an extension, as Athena gives them. */
  async #unload(query: TestQuery, result: BackendResult, to: string, properties: string): Promise<void> {
    if (!/format\s*=\s*'parquet'/i.test(properties)) throw new Error("the test endpoint unloads Parquet only");
    const { bucket, prefix } = parseS3Url(`${to.replace(/\/$/, "")}/`);
    if (bucket !== this.options.s3.bucket) throw new Error(`Access denied when writing output to url: ${to}`);
    if ([...this.options.s3.objects.keys()].some((key) => key.startsWith(prefix)))
      throw new Error(`HIVE_PATH_ALREADY_EXISTS: Target directory for table '${to}' already exists`);
    const list = /partitioned_by\s*=\s*ARRAY\s*\[([^\]]*)\]/i.exec(properties)?.[1] ?? "";
    const partitions = [...list.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? "");
    for (const [name, bytes] of await parquetFiles(result, partitions))
      this.options.s3.put(`${prefix}${name.replace(/[^/]*$/, "")}${randomUUID()}`, bytes);
    query.output = query.output?.replace(/\.csv$/, "") ?? null;
    query.result = { columns: [], rows: [], scannedBytes: result.scannedBytes };
  }

  #put(output: string | null, body: Buffer): void {
    if (output === null) return;
    const { bucket, prefix } = parseS3Url(output);
    if (bucket !== this.options.s3.bucket) throw new Error(`Access denied when writing output to url: ${output}`);
    this.options.s3.put(prefix, body);
  }

  #named(name: string): TestWorkgroup {
    const workgroups = this.options.workgroups ?? { primary: { output: `s3://${this.options.s3.bucket}/results/` } };
    const found = workgroups[name];
    if (found === undefined) throw new Refusal("InvalidRequestException", `WorkGroup ${name} is not found.`);
    return found;
  }

  #workgroup(name: string): Json {
    const { output, enforced, cutoffBytes, disabled, managedResults } = this.#named(name);
    return {
      Name: name,
      State: disabled === true ? "DISABLED" : "ENABLED",
      Configuration: {
        ...(output === undefined ? {} : { ResultConfiguration: { OutputLocation: output } }),
        EnforceWorkGroupConfiguration: enforced ?? false,
        ...(cutoffBytes === undefined ? {} : { BytesScannedCutoffPerQuery: cutoffBytes }),
        ...(managedResults === true ? { ManagedQueryResultsConfiguration: { Enabled: true } } : {}),
        EngineVersion: { SelectedEngineVersion: "AUTO", EffectiveEngineVersion: "Athena engine version 3" },
      },
    };
  }

  #table(database: string, name: string): Json {
    const found = this.options.tables?.[name];
    if (found === undefined)
      throw new Refusal("MetadataException", `EntityNotFoundException: Table ${database}.${name} not found`);
    return { Name: name, ...found };
  }
}

function send(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "TEST" });
  response.end(JSON.stringify(body));
}
