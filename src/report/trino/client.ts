/** Owns the conversation with a Trino server: one statement, page by page, cancelled when nobody reads on. */
import { setTimeout as sleep } from "node:timers/promises";
import { SpillwayError, messageOf } from "../../errors.ts";
import { type TrinoColumn, type TrinoFailure, type TrinoPage, readPage } from "./protocol.ts";

/** How a server is reached; a password needs TLS, since Trino refuses it otherwise. */
export interface TrinoServer {
  readonly url: string;
  readonly user: string;
  readonly password?: string | undefined;
  /** JSON web token, instead of a password. */
  readonly token?: string | undefined;
  readonly catalog?: string | undefined;
  readonly schema?: string | undefined;
  readonly session?: Readonly<Record<string, string>> | undefined;
}

export interface TrinoCall {
  readonly signal?: AbortSignal | undefined;
  /** Name of the statement for messages, a report's for example. */
  readonly title?: string | undefined;
  readonly onProgress?: ((page: TrinoPage) => void) | undefined;
}

export interface TrinoResult {
  readonly columns: readonly TrinoColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

const attempts = 5;

/** The pages of a statement as they come. Leaving the loop early, or the signal, cancels the query on the server. */
export async function* trinoPages(server: TrinoServer, sql: string, call: TrinoCall = {}): AsyncGenerator<TrinoPage> {
  const base = baseUrl(server);
  const headers = headersOf(server, base);
  let page = await request(new URL("v1/statement", base), { method: "POST", headers, body: sql }, call);
  try {
    for (;;) {
      call.onProgress?.(page);
      if (page.failure !== undefined) throw failureError(page.failure, call);
      yield page;
      if (page.nextUri === undefined) return;
      page = await request(sameServer(page.nextUri, base), { headers }, call);
    }
  } finally {
    // with a nextUri in hand the query is not over: the server would keep computing
    if (page.nextUri !== undefined) await cancel(page.nextUri, base, headers);
  }
}

/** All rows of a statement: for small results only. */
export async function queryTrino(server: TrinoServer, sql: string, call: TrinoCall = {}): Promise<TrinoResult> {
  let columns: readonly TrinoColumn[] = [];
  const rows: (readonly unknown[])[] = [];
  for await (const page of trinoPages(server, sql, call)) {
    columns = page.columns ?? columns;
    rows.push(...page.rows);
  }
  return { columns, rows };
}

/** Trino answers 502, 503 and 504 when it is busy and 429 when it throttles: to be asked again, says its protocol. */
async function request(url: URL, init: RequestInit, call: TrinoCall): Promise<TrinoPage> {
  for (let attempt = 1; ; attempt++) {
    const response = await send(url, init, call);
    if (response.ok) {
      const page = readPage(await bodyOf(response, call));
      if (page === null)
        throw new SpillwayError("engine", `${url.origin} does not answer like a Trino server`, {
          next: "Check --trino-url",
        });
      return page;
    }
    if (![429, 502, 503, 504].includes(response.status) || attempt === attempts) throw await refusal(url, response);
    await response.body?.cancel();
    await sleep(50 * 2 ** attempt, undefined, { signal: call.signal }).catch((cause: unknown) => {
      throw interrupted(cause);
    });
  }
}

async function send(url: URL, init: RequestInit, call: TrinoCall): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      redirect: "error",
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
  } catch (cause) {
    if (call.signal?.aborted === true) throw interrupted(cause);
    const reason = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
    throw new SpillwayError("engine", `Trino at ${url.origin} cannot be reached: ${reason}`, {
      next: "Check --trino-url and that the server runs",
      cause,
    });
  }
}

async function bodyOf(response: Response, call: TrinoCall): Promise<unknown> {
  try {
    return (await response.json()) as unknown; // typed any
  } catch (cause) {
    if (call.signal?.aborted === true) throw interrupted(cause);
    return undefined;
  }
}

async function refusal(url: URL, response: Response): Promise<SpillwayError> {
  const text = (await response.text()).trim().split("\n")[0]?.slice(0, 200) ?? "";
  const next =
    response.status === 401 || response.status === 403 ? "Check the user, password or token" : "Check --trino-url";
  return new SpillwayError(
    "engine",
    `Trino at ${url.origin} answered ${response.status}${text === "" ? "" : `: ${text}`}`,
    { next },
  );
}

function failureError(failure: TrinoFailure, call: TrinoCall): SpillwayError {
  if (failure.name === "USER_CANCELED") return interrupted(failure);
  const where = failure.line === undefined ? "" : ` (line ${failure.line}, column ${failure.column ?? 1})`;
  const title = call.title === undefined ? "The query" : call.title;
  const missing = ["TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND", "MISSING_SCHEMA_NAME"].includes(
    failure.name,
  );
  return new SpillwayError(
    failure.type === "USER_ERROR" ? "sql" : "engine",
    `${title} failed on Trino${where}: ${failure.message}`,
    {
      ...(missing ? { next: "Check the catalog and schema, and that the tables and views were set up there" } : {}),
      cause: failure,
    },
  );
}

async function cancel(nextUri: string, base: URL, headers: Headers): Promise<void> {
  try {
    const response = await fetch(sameServer(nextUri, base), {
      method: "DELETE",
      headers,
      signal: AbortSignal.timeout(5_000),
    });
    await response.body?.cancel();
  } catch {
    // it was on its way out: there is nothing left to tell anybody
  }
}

function interrupted(cause: unknown): SpillwayError {
  return new SpillwayError("interrupted", "The query was interrupted", { cause });
}

function baseUrl(server: TrinoServer): URL {
  try {
    const url = new URL(server.url);
    if (url.protocol === "http:" || url.protocol === "https:")
      return new URL(url.href.endsWith("/") ? url.href : `${url.href}/`);
  } catch {
    // said below, together with other schemes
  }
  throw new SpillwayError("config", `${server.url} is no URL of a Trino server`, {
    next: "Write it as https://host:port",
  });
}

/** A server behind a proxy names itself by its inner address: the path is its own, the way to it is the user's. */
function sameServer(nextUri: string, base: URL): URL {
  const next = new URL(nextUri, base);
  return new URL(`${next.pathname}${next.search}`, base);
}

function headersOf(server: TrinoServer, base: URL): Headers {
  const headers = new Headers({
    "X-Trino-User": server.user,
    "X-Trino-Source": "spillway",
    "X-Trino-Time-Zone": "UTC",
  });
  if (server.catalog !== undefined) headers.set("X-Trino-Catalog", server.catalog);
  if (server.schema !== undefined) headers.set("X-Trino-Schema", server.schema);
  for (const [name, value] of Object.entries(server.session ?? {}))
    headers.append("X-Trino-Session", `${name}=${encodeURIComponent(value)}`);
  const secret = server.token ?? server.password;
  if (secret !== undefined && base.protocol !== "https:") {
    throw new SpillwayError("config", "A password or token is sent to Trino over https only", {
      next: "Use an https URL",
    });
  }
  if (server.token !== undefined) headers.set("Authorization", `Bearer ${server.token}`);
  else if (server.password !== undefined) {
    headers.set("Authorization", `Basic ${Buffer.from(`${server.user}:${server.password}`).toString("base64")}`);
  }
  return headers;
}
