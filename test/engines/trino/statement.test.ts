/** The proof of the Trino client against an in-process server: pages, waiting, cancelling, refusals, TLS. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { SpillwayError } from "../../../src/errors.ts";
import { trinoColumn } from "../../../src/engines/trino-cells.ts";
import type { TrinoServer } from "../../../src/engines/trino/access.ts";
import { queryTrino, trinoPages } from "../../../src/engines/trino/statement.ts";
import type { AthenaBackend } from "../../support/athena-backend.ts";
import { type TrinoServerOptions, TrinoTestServer, testAuthority } from "../../support/trino-server.ts";

const opened: TrinoTestServer[] = [];

afterEach(async () => {
  for (const server of opened.splice(0)) await server[Symbol.asyncDispose]();
});

async function start(options: TrinoServerOptions = {}): Promise<TrinoTestServer> {
  const server = await TrinoTestServer.start(options);
  opened.push(server);
  return server;
}

const to = (server: TrinoTestServer, more: Partial<TrinoServer> = {}): TrinoServer => ({
  url: server.url,
  user: "ada",
  ...more,
});

const numbers = (count: number): AthenaBackend => ({
  query: async () =>
    await Promise.resolve({
      columns: [{ name: "n", type: "bigint" }],
      rows: Array.from({ length: count }, (_, n) => [String(n)]),
      scannedBytes: 77,
    }),
});

const fails = (reason: string): AthenaBackend => ({ query: async () => await Promise.reject(new Error(reason)) });

async function failure(promise: Promise<unknown>): Promise<SpillwayError> {
  const thrown: unknown = await promise.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  if (!(thrown instanceof SpillwayError)) throw new Error(`no SpillwayError: ${String(thrown)}`, { cause: thrown });
  return thrown;
}

describe("a statement on Trino", () => {
  it("is followed from page to page, on the user's own way to the server", async () => {
    const server = await start({ backend: numbers(25), pageRows: 10, emptyPages: 3 });
    const { columns, rows } = await queryTrino(
      to(server, { catalog: "hive", schema: "logs", session: { a: "b c" } }),
      "select 1",
    );
    expect(columns).toEqual([{ name: "n", type: "bigint" }]);
    expect(rows.flat()).toEqual(Array.from({ length: 25 }, (_, n) => n));
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "GET", "GET", "GET", "GET", "GET", "GET"]);
    expect(server.requests[0]?.headers).toMatchObject({
      "x-trino-user": "ada",
      "x-trino-source": "spillway",
      "x-trino-catalog": "hive",
      "x-trino-schema": "logs",
      "x-trino-session": "a=b%20c",
      "x-trino-time-zone": "UTC",
    });
    expect(server.cancelled).toEqual([]);
  });

  it("keeps every digit of a whole number, and texts as they are", async () => {
    const big =
      '{"id":"q","columns":[{"name":"n","type":"bigint"},{"name":"t","type":"varchar"},{"name":"d","type":"double"}],"data":[[9007199255559157,"9007199255559157 \\" 9007199255559159",0.1234567890123456],[-9223372036854775808,"",1]],"stats":{"state":"FINISHED"}}';
    const server = await start({ fault: () => ({ status: 200, body: big }) });
    expect((await queryTrino(to(server), "select 1")).rows).toEqual([
      ["9007199255559157", '9007199255559157 " 9007199255559159', 0.1234567890123456],
      ["-9223372036854775808", "", 1],
    ]);
    expect(trinoColumn("n", "bigint").read("-9223372036854775808")).toBe(-9223372036854775808n);
  });

  it.each([429, 502, 503, 504])("is asked for again when the server answers %i", async (status) => {
    const server = await start({ fault: (_, count) => (count === 1 || count === 3 ? { status } : undefined) });
    expect((await queryTrino(to(server), "select 1")).rows).toEqual([[1]]);
    expect(server.count("POST")).toBe(2);
  });

  it("is given up when the server stays busy", async () => {
    const server = await start({ fault: () => ({ status: 503, body: "<html>busy</html>" }) });
    expect((await failure(queryTrino(to(server), "select 1"))).message).toBe(`Trino at ${server.url} answered 503`);
    expect(server.count("POST")).toBe(5);
  });

  it("goes on where a connection broke off", async () => {
    const server = await start({
      backend: numbers(25),
      pageRows: 10,
      fault: (_, count) => (count === 3 || count === 5 ? { reset: true } : undefined),
    });
    expect((await queryTrino(to(server), "select 1")).rows).toHaveLength(25);
  });

  it("is never sent twice: a broken first answer is an error", async () => {
    const server = await start({ fault: () => ({ reset: true }) });
    expect((await failure(queryTrino(to(server), "select 1"))).message).toContain("cannot be reached");
    expect(server.count("POST")).toBe(1);
  });

  it("is cancelled on the server when nobody reads on", async () => {
    const server = await start({ backend: numbers(100), pageRows: 10 });
    for await (const page of trinoPages(to(server), "select 1")) if (page.rows.length > 0) break;
    expect(server.cancelled).toHaveLength(1);
  });

  it("is cancelled on the server when the signal comes", async () => {
    const server = await start({ endless: true });
    const stop = new AbortController();
    const pages = queryTrino(to(server), "select 1", {
      signal: stop.signal,
      onProgress: ({ state }) => void (state === "RUNNING" && stop.abort()),
    });
    expect(await failure(pages)).toMatchObject({ code: "interrupted", exitCode: 1 });
    expect(server.cancelled).toHaveLength(1);
  });

  it("fails with its name, line and column", async () => {
    const server = await start({ backend: fails("COLUMN_NOT_FOUND: line 3:8: Column 'x' cannot be resolved") });
    const error = await failure(queryTrino(to(server), "select x", { title: "denials" }));
    expect(error.code).toBe("sql");
    expect(error.message).toBe("denials failed on Trino (line 3, column 8): Column 'x' cannot be resolved");
    expect(server.cancelled).toEqual([]);
  });

  it("says what to do about a missing table", async () => {
    const server = await start({
      backend: fails("TABLE_NOT_FOUND: line 1:15: Table 'hive.logs.event' does not exist"),
    });
    expect((await failure(queryTrino(to(server), "select 1"))).next).toContain("catalog and schema");
  });

  it("tells of a server's own failure apart from the statement's", async () => {
    const server = await start({ backend: fails("GENERIC_INTERNAL_ERROR: no space") });
    expect((await failure(queryTrino(to(server), "select 1"))).code).toBe("engine");
  });
});

describe("the way to Trino", () => {
  it("refuses a password or a token without TLS, before anything is sent", async () => {
    const server = await start();
    for (const secret of [{ password: "p" }, { token: "t" }]) {
      expect(await failure(queryTrino(to(server, secret), "select 1"))).toMatchObject({ code: "config", exitCode: 2 });
    }
    expect(server.requests).toEqual([]);
  });

  it("logs in with a password, or with a token", async () => {
    const ca = readFileSync(testAuthority, "utf8");
    const basic = await start({ tls: true, authorization: `Basic ${Buffer.from("ada:pässword").toString("base64")}` });
    expect((await queryTrino(to(basic, { password: "pässword", ca }), "select 1")).rows).toEqual([[1]]);
    const bearer = await start({ tls: true, authorization: "Bearer a.b.c" });
    expect((await queryTrino(to(bearer, { token: "a.b.c", ca }), "select 1")).rows).toEqual([[1]]);
  });

  it("says that the password is wrong", async () => {
    const server = await start({ tls: true, authorization: "Basic other" });
    const error = await failure(
      queryTrino(to(server, { password: "p", ca: readFileSync(testAuthority, "utf8") }), "select 1"),
    );
    expect(error).toMatchObject({ code: "credentials", exitCode: 1 });
    expect(error.message).toContain("refuses the login (401): Access Denied: Invalid credentials");
    expect(error.next).toContain("SPILLWAY_TRINO_PASSWORD");
  });

  it("does not trust a certificate that nobody vouches for", async () => {
    const server = await start({ tls: true });
    const error = await failure(queryTrino(to(server), "select 1"));
    expect(error.message).toContain("is not accepted");
    expect(error.next).toContain("--trino-ca");
    expect(server.requests).toEqual([]);
  });

  it("does not trust a certificate for another name", async () => {
    const server = await start({ tls: true });
    const url = server.url.replace("127.0.0.1", "127.0.0.2");
    const error = await failure(queryTrino(to(server, { url, ca: readFileSync(testAuthority, "utf8") }), "select 1"));
    expect(error.message).toMatch(/is not accepted|cannot be reached/);
  });

  it("says that the server went away in the middle", async () => {
    const server = await start({ fault: ({ method }) => (method === "POST" ? undefined : { reset: true }) });
    const error = await failure(queryTrino(to(server), "select 1", { title: "denials" }));
    expect(error.message).toContain("went away while denials was running");
  });

  it.each(["ftp://host", "host:8080", ""])("takes no %j for an address", async (url) => {
    expect(await failure(queryTrino({ url, user: "ada" }, "select 1"))).toMatchObject({ code: "config", exitCode: 2 });
  });

  it("notices that something else answers", async () => {
    const server = await start({ fault: () => ({ status: 200, body: "<html>hello</html>" }) });
    expect((await failure(queryTrino(to(server), "select 1"))).message).toContain(
      "does not answer like a Trino server",
    );
  });

  it("follows no redirect with the secret in hand", async () => {
    const server = await start({ fault: () => ({ status: 302 }) });
    expect((await failure(queryTrino(to(server), "select 1"))).message).toContain("answered 302");
    expect(server.requests).toHaveLength(1);
  });
});
