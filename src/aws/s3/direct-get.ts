/**
 * The short way to an object: a signed GET without the SDK's middleware, which takes several times the processor time of the request.
 * Address and headers are copied from a request that the SDK made. Any answer but the whole object is left to the SDK.
 */
import { createHash, createHmac } from "node:crypto";
import { type Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

/** A GET of the SDK, without the parts that belong to one object and one moment. */
export interface GetTemplate {
  readonly isTls: boolean;
  readonly hostname: string;
  readonly port: number | undefined;
  /** The path before the encoded key, with its final slash. */
  readonly basePath: string;
  /** `x-amz-...`, in lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** `REGION/s3/aws4_request`. */
  readonly scope: string;
}

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface DirectGet {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly agent: Agent;
  readonly idleMs: number;
  readonly keys: SigningKeys;
  /** By the store's clock. */
  readonly now: Date;
}

/** The template of a request; undefined if it cannot be repeated by hand. */
export function templateOf(request: unknown, key: string): GetTemplate | undefined {
  if (typeof request !== "object" || request === null) return undefined;
  if (!("protocol" in request) || !("hostname" in request) || !("path" in request) || !("headers" in request))
    return undefined;
  const { protocol, hostname, path, headers } = request;
  const port = "port" in request && typeof request.port === "number" ? request.port : undefined;
  if (typeof hostname !== "string" || typeof path !== "string") return undefined;
  const encoded = encodeKey(key);
  const sent = stringsOf(headers);
  const scope = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^,]+),/.exec(sent["authorization"] ?? "")?.[1];
  if (scope === undefined || !path.endsWith(`/${encoded}`)) return undefined;
  const kept = Object.entries(sent).filter(([name]) => name.startsWith("x-amz-") && !perRequest.has(name));
  return {
    isTls: protocol === "https:",
    hostname,
    port,
    basePath: path.slice(0, -encoded.length),
    headers: Object.fromEntries(kept),
    scope,
  };
}

const perRequest: ReadonlySet<string> = new Set([
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-content-sha256",
  "x-amz-user-agent",
]);
const emptyHash = createHash("sha256").digest("hex");

function stringsOf(headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== "object" || headers === null) return {};
  const pairs = Object.entries(headers).map(([name, value]: [string, unknown]) => [name.toLowerCase(), String(value)]);
  return Object.fromEntries(pairs);
}

/** An object as it was read, with the version that a versioned bucket gave it. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly versionId: string | null;
}

/** The object, or the status of the answer that came instead; 0 without an answer. */
export function directGet(template: GetTemplate, get: DirectGet): Promise<StoredObject | number> {
  const path = `${template.basePath}${encodeKey(get.key)}`;
  const send = template.isTls ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const request = send(
      {
        hostname: template.hostname,
        port: template.port,
        path,
        agent: get.agent,
        timeout: get.idleMs,
        headers: { ...signedHeaders(template, path, get), "if-match": `"${get.etag}"` },
      },
      (response) => collect(response, get.size, resolve),
    );
    // A time-out is silence: of the connection, the answer or its body.
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(0));
    request.end();
  });
}

function collect(response: IncomingMessage, size: number, resolve: (result: StoredObject | number) => void): void {
  if (response.statusCode !== 200 || response.headers["content-length"] !== String(size)) {
    response.resume();
    resolve(response.statusCode === 200 ? 0 : (response.statusCode ?? 0));
    return;
  }
  const bytes = new Uint8Array(size);
  const version = response.headers["x-amz-version-id"];
  const stored = { bytes, versionId: typeof version === "string" ? version : null };
  let length = 0;
  response.on("data", (chunk: Buffer) => {
    if (length + chunk.length <= size) bytes.set(chunk, length);
    length += chunk.length;
  });
  response.on("error", () => resolve(0));
  response.on("close", () => resolve(length === size ? stored : 0));
  response.on("end", () => resolve(length === size ? stored : 0));
}

/** The signed headers; S3 User Guide, "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)". */
export function signedHeaders(
  template: GetTemplate,
  path: string,
  { keys, now }: Pick<DirectGet, "keys" | "now">,
): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const { hostname, port, isTls, scope } = template;
  const headers: Record<string, string> = {
    ...template.headers,
    host: port === undefined || port === (isTls ? 443 : 80) ? hostname : `${hostname}:${port}`,
    "x-amz-content-sha256": emptyHash,
    "x-amz-date": time,
    ...(keys.sessionToken === undefined ? {} : { "x-amz-security-token": keys.sessionToken }),
  };
  const names = Object.keys(headers).toSorted();
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join("");
  const signed = names.join(";");
  const canonical = `GET\n${path}\n\n${lines}\n${signed}\n${emptyHash}`;
  const fullScope = `${time.slice(0, 8)}/${scope}`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${fullScope}\n${createHash("sha256").update(canonical).digest("hex")}`;
  const signature = createHmac("sha256", signingKey(keys.secretAccessKey, fullScope)).update(toSign).digest("hex");
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${fullScope}, SignedHeaders=${signed}, Signature=${signature}`;
  return headers;
}

let lastKey: { readonly secret: string; readonly scope: string; readonly key: Buffer } | undefined;

/** The signing key, which is the same for a whole day: that saves four of five rounds of hashing. */
function signingKey(secret: string, scope: string): Buffer {
  if (lastKey?.secret === secret && lastKey.scope === scope) return lastKey.key;
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const [first = "", ...rest] = scope.split("/");
  const key = rest.reduce(hmac, hmac(`AWS4${secret}`, first));
  lastKey = { secret, scope, key };
  return key;
}

/** The key as the SDK encodes it: RFC 3986, with slashes kept. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", "/");
}
