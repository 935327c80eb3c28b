/** Owns the sockets of AWS clients: how many, how long they may be silent. Whoever sends requests through a proxy does it here. */
import type { Agent } from "node:http";
import type { ServiceAccess } from "./access.ts";

export interface SocketAgents {
  readonly http: Agent;
  readonly https: Agent;
}

/** Sockets of a client: never fewer than the requests that a thread has in flight. */
const maxSockets = 64;

export async function agentsOf(): Promise<SocketAgents> {
  const [http, https] = await Promise.all([import("node:http"), import("node:https")]);
  return {
    http: new http.Agent({ keepAlive: true, maxSockets }),
    https: new https.Agent({ keepAlive: true, maxSockets }),
  };
}

export async function requestHandler(
  { idleMs }: Pick<ServiceAccess, "idleMs">,
  { http, https }: SocketAgents,
): Promise<import("@smithy/node-http-handler").NodeHttpHandler> {
  const { NodeHttpHandler } = await import("@smithy/node-http-handler");
  return new NodeHttpHandler({
    httpAgent: http,
    httpsAgent: https,
    connectionTimeout: Math.min(5000, idleMs),
    socketTimeout: idleMs,
    requestTimeout: idleMs,
    throwOnRequestTimeout: true,
  });
}
