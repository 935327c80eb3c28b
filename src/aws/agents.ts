/** The sockets of AWS's clients: kept alive, and through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. */
import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { NodeHttpHandler } from "@smithy/node-http-handler";

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** The variables that name a proxy; the SDK itself ignores them. */
const proxyVariables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] as const;

/** Sockets of a client: at least as many as a thread has requests in flight. */
const maxSockets = 64;

/** Whether a proxy is named at all; which requests go through it is decided by their host. */
export function hasProxy(): boolean {
  return proxyVariables.some((name) => (process.env[name] ?? "") !== "");
}

export async function makeAgents(): Promise<Agents> {
  const options = { keepAlive: true, maxSockets };
  if (hasProxy()) {
    const { ProxiedAgent } = await import("./proxied-agent.ts");
    // An agent of both kinds: it looks at each request's own protocol.
    const agent = new ProxiedAgent(options);
    return { http: agent, https: agent as unknown as HttpsAgent }; // the types differ only in TLS options, which nobody sets
  }
  const [http, https] = await Promise.all([import("node:http"), import("node:https")]);
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

/** The sender of the requests of any AWS client: it gives up after `idleMs` of silence. */
export async function makeRequestHandler(idleMs: number, agents?: Agents): Promise<NodeHttpHandler> {
  const [{ NodeHttpHandler: Handler }, { http, https }] = await Promise.all([
    import("@smithy/node-http-handler"),
    agents ?? makeAgents(),
  ]);
  return new Handler({
    httpAgent: http,
    httpsAgent: https,
    connectionTimeout: Math.min(5000, idleMs),
    socketTimeout: idleMs,
    requestTimeout: idleMs,
    throwOnRequestTimeout: true,
  });
}
