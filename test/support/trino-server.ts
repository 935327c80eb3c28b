/** A Trino endpoint on loopback for tests: the statement protocol and its faults, over whatever computes the rows. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { messageOf } from "../../src/errors.ts";
import type { AthenaBackend, BackendResult } from "./athena-backend.ts";

export interface TrinoRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type TrinoFault = { readonly status: number; readonly body?: string } | { readonly reset: true };

export interface TrinoServerOptions {
  readonly backend?: AthenaBackend;
  readonly tls?: true;
  /** The only Authorization that is accepted. */
  readonly authorization?: string;
  /** Rows of a page. */
  readonly pageRows?: number;
  /** Pages without rows before the first one with rows: queued, planning. */
  readonly emptyPages?: number;
  /** It runs until somebody cancels it. */
  readonly endless?: true;
  readonly fault?: (request: TrinoRequest, count: number) => TrinoFault | undefined;
}

interface Query {
  readonly result: Promise<BackendResult>;
  readonly stop: AbortController;
}

const tlsFile = (name: string): string => new URL(`tls/${name}`, import.meta.url).pathname;
/** The authority that signed the endpoint's certificate. */
export const testAuthority: string = tlsFile("ca.pem");

const noRows: AthenaBackend = {
  query: async () =>
    await Promise.resolve({ columns: [{ name: "n", type: "integer" }], rows: [["1"]], scannedBytes: 0 }),
};

export class TrinoTestServer {
  readonly requests: TrinoRequest[] = [];
  readonly cancelled: string[] = [];
  options: TrinoServerOptions;
  readonly #queries = new Map<string, Query>();
  readonly #server: Server;

  private constructor(options: TrinoServerOptions) {
    this.options = options;
    const serve = (request: IncomingMessage, response: ServerResponse): void => void this.#serve(request, response);
    this.#server =
      options.tls === true
        ? createTlsServer(
            { key: readFileSync(tlsFile("server.key")), cert: readFileSync(tlsFile("server.pem")) },
            serve,
          )
        : createServer(serve);
  }

  static async start(options: TrinoServerOptions = {}): Promise<TrinoTestServer> {
    const server = new TrinoTestServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    // It listens on a port, so its address is not a pipe.
    const { port } = this.#server.address() as AddressInfo;
    return `${this.options.tls === true ? "https" : "http"}://127.0.0.1:${port}`;
  }

  count(method: string): number {
    return this.requests.filter((request) => request.method === method).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stop } of this.#queries.values()) stop.abort();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const asked: TrinoRequest = { method, path: url, headers: request.headers, body: await text(request) };
    this.requests.push(asked);
    const fault = this.options.fault?.(asked, this.requests.length);
    if (fault !== undefined && "reset" in fault) {
      request.socket.destroy();
      return;
    }
    if (fault !== undefined) {
      response.writeHead(fault.status).end(fault.body ?? "");
      return;
    }
    const { authorization } = this.options;
    if (authorization !== undefined && asked.headers.authorization !== authorization) {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="Trino"' }).end("Access Denied: Invalid credentials");
      return;
    }
    const [, , , id = "", page = "0"] = url.split("/");
    if (method === "DELETE") {
      this.cancelled.push(id);
      this.#queries.get(id)?.stop.abort();
      response.writeHead(204).end();
      return;
    }
    const body = method === "POST" ? this.#start(asked.body) : await this.#page(id, Number(page));
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  }

  #start(sql: string): object {
    const id = randomUUID();
    const stop = new AbortController();
    const result = (this.options.backend ?? noRows).query(sql, stop.signal);
    result.catch(() => undefined);
    this.#queries.set(id, { result, stop });
    return this.#unfinished(id, 0, "QUEUED");
  }

  /** As behind a proxy: the server names itself by an address that nobody else can reach. */
  #unfinished(id: string, page: number, state: string): object {
    return {
      id,
      nextUri: `http://inner.invalid/v1/statement/${id}/${page}`,
      stats: { state, physicalInputBytes: 1000 },
    };
  }

  async #page(id: string, page: number): Promise<object> {
    const { endless, emptyPages = 1, pageRows = 1000 } = this.options;
    if (endless === true || page < emptyPages) return this.#unfinished(id, page + 1, "RUNNING");
    const query = this.#queries.get(id);
    if (query === undefined) return failurePage(id, "GENERIC_INTERNAL_ERROR: unknown query");
    try {
      const { columns, rows, scannedBytes } = await query.result;
      const from = (page - emptyPages) * pageRows;
      const data = rows
        .slice(from, from + pageRows)
        .map((row) => row.map((value, index) => typedValue(columns[index]?.type, value)));
      const more = from + pageRows < rows.length ? this.#unfinished(id, page + 1, "RUNNING") : { id };
      return { ...more, columns, data, stats: { state: "RUNNING", physicalInputBytes: scannedBytes } };
    } catch (thrown) {
      return failurePage(id, messageOf(thrown));
    }
  }
}

function typedValue(type: string | undefined, value: string | null): unknown {
  if (value === null) return null;
  if (type === "boolean") return value === "true";
  return type === "bigint" || type === "integer" || type === "double" ? Number(value) : value;
}

/** A reason such as `TABLE_NOT_FOUND: line 2:6: ...` as Trino's own answer. */
function failurePage(id: string, reason: string): object {
  const [, name = "GENERIC_INTERNAL_ERROR", message = reason] = /^([A-Z_]+): ([\s\S]*)$/.exec(reason) ?? [];
  const place = /^line (\d+):(\d+)/.exec(message);
  return {
    id,
    stats: { state: "FAILED" },
    error: {
      message,
      errorName: name,
      errorType: name === "GENERIC_INTERNAL_ERROR" ? "INTERNAL_ERROR" : "USER_ERROR",
      ...(place === null ? {} : { errorLocation: { lineNumber: Number(place[1]), columnNumber: Number(place[2]) } }),
    },
  };
}
