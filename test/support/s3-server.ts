/** An S3 endpoint on loopback for tests: the calls Spillway makes, and the faults that a good server never shows. */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { type ListedPage, errorXml, listXml, locationXml, page } from "./s3-xml.ts";
import { LoopbackServer } from "./loopback-server.ts";

export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  /** Of a versioned bucket. */
  readonly versionId?: string;
  /** What a user stored beside it, without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface S3Request {
  readonly kind: "list" | "get" | "head" | "put" | "delete" | "location" | "other";
  readonly bucket: string;
  /** The key, or the prefix of a listing. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** Of the signature. */
  readonly region: string;
  readonly accessKey: string;
  /** When it came, epoch milliseconds. */
  readonly time: number;
}

export type Fault =
  | { readonly type: "error"; readonly status: number; readonly code: string; readonly message?: string }
  | { readonly type: "reset" }
  /** Announces the whole length, sends half and closes. */
  | { readonly type: "truncate" }
  /** Sends half and then nothing, leaving the connection open. */
  | { readonly type: "stall" }
  | { readonly type: "wait"; readonly ms: number };

export interface S3ServerOptions {
  readonly bucket?: string;
  readonly region?: string;
  readonly owner?: string;
  readonly requesterPays?: boolean;
  /** Signatures by other keys are refused. */
  readonly accessKeys?: readonly string[];
  /** How far the server's clock is ahead of this machine's. */
  readonly clockMs?: number;
  /** Keys of a page at most, below what is asked for. */
  readonly pageSize?: number;
  /** 301 without saying where, as some stores do. */
  readonly silentRedirect?: boolean;
  /** MinIO: a full last page says that there is more, and a page without Contents follows. */
  readonly emptyLastPage?: boolean;
  /** Stores that list keys alone, without size and ETag. */
  readonly bareListing?: boolean;
  /** versitygw: keys as they are, whatever encoding was asked for. */
  readonly plainKeys?: boolean;
  readonly fault?: (request: S3Request, count: number) => Fault | undefined;
}

/** The server and what lies in its bucket; `objects` may change while it runs. */
export class S3Server extends LoopbackServer {
  readonly objects: Map<string, StoredObject> = new Map();
  readonly requests: S3Request[] = [];
  options: S3ServerOptions;

  private constructor(options: S3ServerOptions) {
    super();
    this.options = options;
  }

  static async start(options: S3ServerOptions = {}): Promise<S3Server> {
    return await new S3Server(options).listen();
  }

  get bucket(): string {
    return this.options.bucket ?? "trail-bucket";
  }

  put(key: string, body: string | Buffer, metadata: Readonly<Record<string, string>> = {}): void {
    const bytes = Buffer.from(body);
    this.objects.set(key, { body: bytes, etag: createHash("md5").update(bytes).digest("hex"), metadata });
  }

  count(kind: S3Request["kind"]): number {
    return this.requests.filter((request) => request.kind === kind).length;
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parsed = parseRequest(request);
    this.requests.push(parsed);
    const now = new Date(Date.now() + (this.options.clockMs ?? 0));
    response.setHeader("Date", now.toUTCString());
    const fault = this.options.fault?.(parsed, this.requests.length);
    if (fault?.type === "wait") await new Promise((resolve) => setTimeout(resolve, fault.ms));
    if (fault?.type === "reset") {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault?.type === "error") {
      fail(response, fault.status, fault.code, fault.message ?? fault.code);
      return;
    }
    if (this.#refused(parsed, response, now)) return;
    if (parsed.kind === "location") sendXml(response, locationXml(this.options.region ?? "us-east-1"));
    else if (parsed.kind === "list") this.#list(parsed, response);
    else if (parsed.kind === "put") await this.#store(parsed, request, response);
    else if (parsed.kind === "delete") {
      // S3 says so too where there was nothing
      this.objects.delete(parsed.path);
      response.writeHead(204).end();
    } else this.#object(parsed, response, fault);
  }

  async #store({ path, headers }: S3Request, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const wanted = headers["content-md5"];
    if (wanted !== undefined && wanted !== createHash("md5").update(body).digest("base64")) {
      fail(response, 400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
      return;
    }
    this.put(path, body);
    response.writeHead(200, { ETag: `"${this.objects.get(path)?.etag}"` });
    response.end();
  }

  /** The checks of S3 in its order: signature, clock, bucket, Region, owner, payer. */
  #refused(request: S3Request, response: ServerResponse, now: Date): boolean {
    const { accessKeys, owner, requesterPays, region = "us-east-1" } = this.options;
    const { headers } = request;
    const refuse = (status: number, code: string, message = code): true => {
      fail(response, status, code, message);
      return true;
    };
    if (request.accessKey === "") return refuse(403, "AccessDenied", "Access Denied");
    if (accessKeys !== undefined && !accessKeys.includes(request.accessKey)) return refuse(403, "InvalidAccessKeyId");
    if (Math.abs(amzDate(headers) - now.getTime()) > 15 * 60_000) {
      return refuse(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
      );
    }
    if (request.bucket !== this.bucket) return refuse(404, "NoSuchBucket", "The specified bucket does not exist");
    if (request.region !== region && request.kind !== "location") {
      if (this.options.silentRedirect !== true) response.setHeader("x-amz-bucket-region", region);
      return refuse(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint.",
      );
    }
    const expected = headers["x-amz-expected-bucket-owner"];
    if (expected !== undefined && owner !== undefined && expected !== owner)
      return refuse(403, "AccessDenied", "Access Denied");
    if (requesterPays === true && headers["x-amz-request-payer"] !== "requester")
      return refuse(403, "AccessDenied", "Access Denied");
    return false;
  }

  #list({ query, path }: S3Request, response: ServerResponse): void {
    const listed: ListedPage = page([...this.objects.keys()], {
      prefix: path,
      delimiter: query.get("delimiter") ?? "",
      after: query.get("continuation-token") ?? query.get("start-after") ?? query.get("marker") ?? "",
      byToken: query.has("continuation-token"),
      maxKeys: Math.min(Number(query.get("max-keys") ?? 1000), this.options.pageSize ?? 1000),
    });
    const last = listed.keys.at(-1);
    const next = this.options.emptyLastPage === true ? (listed.next ?? last ?? null) : listed.next;
    const encode = query.get("encoding-type") === "url" && this.options.plainKeys !== true;
    const xml = listXml(this.bucket, path, { ...listed, next }, this.objects, encode);
    const bare = this.options.bareListing === true;
    sendXml(response, bare ? xml.replaceAll(/<ETag>.*?<\/ETag>|<Size>.*?<\/Size>/g, "") : xml);
  }

  #object({ kind, path, headers }: S3Request, response: ServerResponse, fault: Fault | undefined): void {
    const object = this.objects.get(path);
    if (object === undefined) {
      fail(response, 404, "NoSuchKey", "The specified key does not exist.");
      return;
    }
    const wanted = headers["if-match"];
    if (wanted !== undefined && wanted !== `"${object.etag}"`) {
      fail(response, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
    const body = object.body.subarray(from);
    response.writeHead(from === 0 ? 200 : 206, {
      ETag: `"${object.etag}"`,
      ...(object.versionId === undefined ? {} : { "x-amz-version-id": object.versionId }),
      "Content-Length": body.length,
      "Content-Type": "application/octet-stream",
      ...Object.fromEntries(Object.entries(object.metadata ?? {}).map(([name, text]) => [`x-amz-meta-${name}`, text])),
      ...(from === 0 ? {} : { "Content-Range": `bytes ${from}-${object.body.length - 1}/${object.body.length}` }),
    });
    if (kind === "head") {
      response.end();
    } else if (fault?.type === "truncate") {
      response.write(body.subarray(0, body.length >> 1), () => response.destroy());
    } else if (fault?.type === "stall") {
      response.write(body.subarray(0, body.length >> 1));
    } else {
      response.end(body);
    }
  }
}

function parseRequest(request: IncomingMessage): S3Request {
  const url = new URL(request.url ?? "/", "http://server");
  const [, bucket = "", ...rest] = url.pathname.split("/");
  const key = decodeURIComponent(rest.join("/"));
  const query = url.searchParams;
  const [accessKey = "", , region = ""] =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1]?.split("/") ?? [];
  const base = { bucket, query, headers: request.headers, region, accessKey, time: Date.now() };
  if (query.has("location")) return { ...base, kind: "location", path: "" };
  if (key === "" && query.get("list-type") === "2") return { ...base, kind: "list", path: query.get("prefix") ?? "" };
  // What the AWS CLI still asks for in places.
  if (key === "" && request.method === "GET") return { ...base, kind: "list", path: query.get("prefix") ?? "" };
  if (key === "") return { ...base, kind: "other", path: "" };
  const kinds: Readonly<Record<string, S3Request["kind"]>> = { HEAD: "head", PUT: "put", DELETE: "delete" };
  return { ...base, kind: kinds[request.method ?? ""] ?? "get", path: key };
}

function amzDate(headers: IncomingMessage["headers"]): number {
  const text = String(headers["x-amz-date"]);
  return Date.parse(text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.statusCode = status;
  sendXml(response, errorXml(code, message));
}

function sendXml(response: ServerResponse, xml: string): void {
  response.setHeader("Content-Type", "application/xml");
  response.setHeader("x-amz-request-id", "TEST");
  response.end(xml);
}
