/** The choice of a socket for each request where a proxy is named: through it, or past it for the hosts of NO_PROXY. */
import { type ClientRequest, Agent as HttpAgent, type AgentOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Agent, type AgentConnectOpts } from "agent-base";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";

/** An agent to be loaded only where a proxy is named. */
export class ProxiedAgent extends Agent {
  readonly #options: AgentOptions;
  readonly #agents = new Map<string, HttpAgent>();

  constructor(options: AgentOptions) {
    super(options);
    this.#options = options;
  }

  override connect(request: ClientRequest, options: AgentConnectOpts): HttpAgent {
    const isSecure = options.secureEndpoint;
    const host = request.getHeader("host");
    const target = `${isSecure ? "https:" : "http:"}//${typeof host === "string" ? host : (options.host ?? "")}${request.path}`;
    const proxy = getProxyForUrl(target);
    const key = `${String(isSecure)} ${proxy}`;
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const made = this.#agentFor(proxy, isSecure);
    this.#agents.set(key, made);
    return made;
  }

  override destroy(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    super.destroy();
  }

  #agentFor(proxy: string, isSecure: boolean): HttpAgent {
    if (proxy === "") return isSecure ? new HttpsAgent(this.#options) : new HttpAgent(this.#options);
    // Always a tunnel: on a kept socket, a plain request would be sent before its address is rewritten for the proxy.
    return new HttpsProxyAgent(proxy, this.#options);
  }
}
