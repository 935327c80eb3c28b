/** Each request to a Trino server, sent again where that may help: by Node's own client, since fetch takes no CA. */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { SpillwayError, interruptedQuery } from "../../errors.ts";
import { explainStatus, explainUnreachable, isTlsFailure } from "./explain.ts";
import { type TrinoPage, readPage } from "./protocol.ts";

export interface Exchange {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Certificates in PEM that are trusted instead of the system's. */
  readonly ca?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** @throws Error of Node's: the connection, TLS, or an abort */
export async function exchange(url: URL, { method, headers, body, ca, signal }: Exchange): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) }) },
      ...(signal === undefined ? {} : { signal }),
    };
    const sent =
      url.protocol === "https:"
        ? requestHttps(url, { ...options, ...(ca === undefined ? {} : { ca }) })
        : requestHttp(url, options);
    sent.once("response", (response) => {
      text(response).then((said) => resolve({ status: response.statusCode ?? 0, body: said }), reject);
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

const attempts = 5;

/** One page, asked for again on 502, 503, 504 (busy) and 429 (throttled), as Trino's protocol demands. */
export async function requestPage(url: URL, init: Exchange, title: string | undefined): Promise<TrinoPage> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send(url, init, title, attempt);
    if (answer !== null) {
      if (answer.status >= 200 && answer.status < 300) return pageOf(url, answer.body);
      if (![429, 502, 503, 504].includes(answer.status) || attempt === attempts)
        throw explainStatus(url, answer.status, answer.body);
    }
    await sleep(50 * 2 ** attempt, undefined, { signal: init.signal }).catch((cause: unknown) => {
      throw interruptedQuery(cause);
    });
  }
}

/** The answer; null if the connection failed and the page may be asked for again. A statement is never sent twice. */
async function send(url: URL, init: Exchange, title: string | undefined, attempt: number): Promise<Answer | null> {
  try {
    return await exchange(url, init);
  } catch (cause) {
    if (init.signal?.aborted === true) throw interruptedQuery(cause);
    const isNew = init.method === "POST";
    if (isNew || attempt === attempts || isTlsFailure(cause)) throw explainUnreachable(cause, url, title, isNew);
    return null;
  }
}

function pageOf(url: URL, body: string): TrinoPage {
  const page = readPage(jsonOf(body));
  if (page !== null) return page;
  throw new SpillwayError("engine", `${url.origin} does not answer like a Trino server`, { next: "Check --trino-url" });
}

const textOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** The parsed body, with whole numbers beyond 2^53 as text, since JavaScript would round them. */
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
