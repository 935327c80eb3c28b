/** The conversation with a Trino server: one statement, page by page, cancelled when nobody reads on. */
import { setTimeout as sleep } from "node:timers/promises";
import { SpillwayError, interruptedQuery, messageOf, systemCode } from "../../errors.ts";
import { type TrinoColumn, type TrinoFailure, type TrinoPage, readPage } from "./protocol.ts";
import { trinoSecrets } from "./options.ts";
import { type Answer, type Exchange, exchange, isTlsFailure } from "./transport.ts";

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
  /** Certificates in PEM, trusted instead of the system's. */
  readonly ca?: string | undefined;
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
  const { ca } = server;
  let page = await request(new URL("v1/statement", base), { method: "POST", headers, body: sql, ca }, call);
  try {
    for (;;) {
      call.onProgress?.(page);
      if (page.failure !== undefined) throw failureError(page.failure, call);
      yield page;
      if (page.nextUri === undefined) return;
      page = await request(sameServer(page.nextUri, base), { method: "GET", headers, ca }, call);
    }
  } finally {
    // with a nextUri in hand the query is not over: the server would keep computing
    if (page.nextUri !== undefined) await cancel(sameServer(page.nextUri, base), { method: "DELETE", headers, ca });
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
async function request(url: URL, init: Exchange, call: TrinoCall): Promise<TrinoPage> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send(url, init, call, attempt);
    if (answer !== null) {
      if (answer.status >= 200 && answer.status < 300) return pageOf(url, answer.body);
      if (![429, 502, 503, 504].includes(answer.status) || attempt === attempts) throw refusal(url, answer);
    }
    await sleep(50 * 2 ** attempt, undefined, { signal: call.signal }).catch((cause: unknown) => {
      throw interruptedQuery(cause);
    });
  }
}

/** Null: the connection failed, and the same page may be asked for again. A statement is never sent twice. */
async function send(url: URL, init: Exchange, call: TrinoCall, attempt: number): Promise<Answer | null> {
  try {
    return await exchange(url, { ...init, signal: call.signal });
  } catch (cause) {
    if (call.signal?.aborted === true) throw interruptedQuery(cause);
    if (isTlsFailure(cause)) {
      throw new SpillwayError("engine", `the certificate of ${url.origin} is not accepted: ${messageOf(cause)}`, {
        next: "Name the file with the certificate of its authority: --trino-ca FILE; or use the name that the certificate is for.",
        cause,
      });
    }
    const reason = messageOf(cause) || (systemCode(cause) ?? "no connection");
    if (init.method === "POST") {
      throw new SpillwayError("engine", `Trino at ${url.origin} cannot be reached: ${reason}`, {
        next: "Check --trino-url and that the server runs",
        cause,
      });
    }
    if (attempt < attempts) return null;
    throw new SpillwayError(
      "engine",
      `Trino at ${url.origin} went away while ${titleOf(call)} was running: ${reason}`,
      {
        next: "Run it again when the server is back; if it happens with the same report, look into the server's log for memory.",
        cause,
      },
    );
  }
}

function pageOf(url: URL, body: string): TrinoPage {
  const page = readPage(jsonOf(body));
  if (page !== null) return page;
  throw new SpillwayError("engine", `${url.origin} does not answer like a Trino server`, { next: "Check --trino-url" });
}

const textOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** Whole numbers beyond 2^53 come out as text: a number of JavaScript would round them. */
function jsonOf(body: string): unknown {
  const exact = /\d{16}/.test(body)
    ? body.replaceAll(textOrNumber, (found) => (/^-?\d{16,}$/.test(found) ? `"${found}"` : found))
    : body;
  try {
    return JSON.parse(exact) as unknown; // typed any
  } catch {
    return undefined;
  }
}

function refusal(url: URL, { status, body }: Answer): SpillwayError {
  const text = body.trim().split("\n")[0]?.slice(0, 200) ?? "";
  const said = text === "" || text.startsWith("<") ? "" : `: ${text}`;
  if (status === 401 || status === 403) {
    return new SpillwayError("credentials", `Trino at ${url.origin} refuses the login (${status})${said}`, {
      next: `Check --trino-user and the password in ${trinoSecrets.password}, or the token in ${trinoSecrets.token}.`,
    });
  }
  return new SpillwayError("engine", `Trino at ${url.origin} answered ${status}${said}`, { next: "Check --trino-url" });
}

function titleOf({ title }: TrinoCall): string {
  return title ?? "the query";
}

function failureError(failure: TrinoFailure, call: TrinoCall): SpillwayError {
  if (failure.name === "USER_CANCELED") return interruptedQuery(failure);
  const where = failure.line === undefined ? "" : ` (line ${failure.line}, column ${failure.column ?? 1})`;
  const missing = ["TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND", "MISSING_SCHEMA_NAME"].includes(
    failure.name,
  );
  return new SpillwayError(
    failure.type === "USER_ERROR" ? "sql" : "engine",
    `${titleOf(call)} failed on Trino${where}: ${failure.message.replace(/^line \d+:\d+: /, "")}`,
    {
      ...(missing ? { next: "Check the catalog and schema, and that the tables and views were set up there" } : {}),
      cause: failure,
    },
  );
}

async function cancel(url: URL, init: Exchange): Promise<void> {
  try {
    await exchange(url, { ...init, signal: AbortSignal.timeout(5_000) });
  } catch {
    // it was on its way out: there is nothing left to tell anybody
  }
}

function baseUrl(server: TrinoServer): URL {
  try {
    const url = new URL(server.url);
    if (url.protocol === "http:" || url.protocol === "https:")
      return new URL(url.href.endsWith("/") ? url.href : `${url.href}/`);
  } catch {
    // said below, together with other schemes
  }
  throw new SpillwayError("config", `${server.url} is not a URL of a Trino server`, {
    next: "Write it as https://host:port",
  });
}

/** A server behind a proxy names itself by its inner address: the path is its own, the way to it is the user's. */
function sameServer(nextUri: string, base: URL): URL {
  const next = new URL(nextUri, base);
  return new URL(`${next.pathname}${next.search}`, base);
}

function headersOf(server: TrinoServer, base: URL): Readonly<Record<string, string>> {
  const secret = server.token ?? server.password;
  if (secret !== undefined && base.protocol !== "https:") {
    throw new SpillwayError("config", "A password or token is sent to Trino over https only", {
      next: "Use an https URL",
    });
  }
  const session = Object.entries(server.session ?? {}).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return {
    "X-Trino-User": server.user,
    "X-Trino-Source": "spillway",
    "X-Trino-Time-Zone": "UTC",
    ...(server.catalog === undefined ? {} : { "X-Trino-Catalog": server.catalog }),
    ...(server.schema === undefined ? {} : { "X-Trino-Schema": server.schema }),
    ...(session.length === 0 ? {} : { "X-Trino-Session": session.join(",") }),
    ...authorization(server),
  };
}

function authorization({ user, password, token }: TrinoServer): Readonly<Record<string, string>> {
  if (token !== undefined) return { Authorization: `Bearer ${token}` };
  if (password === undefined) return {};
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
