/** Owns what the clients of all services but S3 are configured with. */
import { credentialsFor } from "./connection.ts";
import type { ServiceAccess } from "./service-access.ts";

type Handler = import("@smithy/node-http-handler").NodeHttpHandler;
type Credentials = Awaited<ReturnType<typeof credentialsFor>>;

export interface ServiceConfig {
  readonly credentials: Credentials;
  readonly maxAttempts: number;
  readonly requestHandler: Handler;
  readonly logger: Logger;
  readonly region?: string;
  readonly endpoint?: string;
}

type Logger = Record<"trace" | "debug" | "info" | "warn" | "error", () => void>;

/** The SDK would write on stderr by itself. */
const quiet: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** `home`: the Region of a service that has one address for all Regions, where nobody named one. */
export async function serviceConfig(access: ServiceAccess, home?: string): Promise<ServiceConfig> {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const region = access.region === "" ? home : access.region;
  const [{ NodeHttpHandler }, credentials] = await Promise.all([
    import("@smithy/node-http-handler"),
    credentialsFor({ ...access, region: region ?? "" }, false),
  ]);
  return {
    credentials,
    // Retries are ours: they wait for their turn.
    maxAttempts: 1,
    logger: quiet,
    ...(region === undefined ? {} : { region }),
    ...(access.endpoint === null ? {} : { endpoint: access.endpoint }),
    requestHandler: new NodeHttpHandler({
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
      connectionTimeout: Math.min(5_000, access.idleMs),
      requestTimeout: access.idleMs,
      throwOnRequestTimeout: true,
    }),
  };
}
