/** One HTTP exchange with a Trino server: Node's own client, since fetch takes no certificate authority of the user's. */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import { systemCode } from "../../errors.ts";

export interface Exchange {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Certificates in PEM that are trusted instead of the system's. */
  readonly ca?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
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

/** Whether the server's certificate was not accepted; Node has a code for each reason. */
export function isTlsFailure(thrown: unknown): boolean {
  const code = systemCode(thrown) ?? "";
  return (
    /CERT|SSL|TLS/.test(code) || ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"].includes(code)
  );
}
