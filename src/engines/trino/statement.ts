/** One statement on a Trino server, page by page: cancelled when nobody reads on. */
import { type TrinoServer, baseUrl, headersOf } from "./access.ts";
import { type Exchange, exchange, requestPage } from "./connection.ts";
import { explainFailure } from "./explain.ts";
import type { TrinoColumn, TrinoPage } from "./protocol.ts";

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

/** The pages of a statement as they come. Leaving the loop early, or the signal, cancels the query on the server. */
export async function* trinoPages(server: TrinoServer, sql: string, call: TrinoCall = {}): AsyncGenerator<TrinoPage> {
  const base = baseUrl(server);
  const headers = headersOf(server, base);
  const { ca } = server;
  const { signal, title } = call;
  let page = await requestPage(
    new URL("v1/statement", base),
    { method: "POST", headers, body: sql, ca, signal },
    title,
  );
  try {
    for (;;) {
      call.onProgress?.(page);
      if (page.failure !== undefined) throw explainFailure(page.failure, title);
      yield page;
      if (page.nextUri === undefined) return;
      page = await requestPage(sameServer(page.nextUri, base), { method: "GET", headers, ca, signal }, title);
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

async function cancel(url: URL, init: Exchange): Promise<void> {
  try {
    await exchange(url, { ...init, signal: AbortSignal.timeout(5_000) });
  } catch {
    // the statement was given up anyway: there is nothing to report
  }
}

/** The next page at the address that the user gave: a server behind a proxy names its inner address. */
function sameServer(nextUri: string, base: URL): URL {
  const next = new URL(nextUri, base);
  return new URL(`${next.pathname}${next.search}`, base);
}
