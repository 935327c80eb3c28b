/** The clients of every AWS service: one for each service and way to reach it, in each thread; an SDK loads when it is first needed. */
import type { AthenaClient } from "@aws-sdk/client-athena";
import type { BedrockClient } from "@aws-sdk/client-bedrock";
import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import type { S3Client } from "@aws-sdk/client-s3";
import type { ServiceAccess } from "./access.ts";
import { type Credentials, credentialsFor, quiet } from "./credentials.ts";
import { prepareSdk } from "./sdk-environment.ts";
import { type Agents, makeAgents, makeRequestHandler } from "./agents.ts";

/** The client of each service; a new one needs a row here and one in `services`. */
interface Services {
  readonly athena: { readonly sdk: typeof import("@aws-sdk/client-athena"); readonly client: AthenaClient };
  readonly bedrock: { readonly sdk: typeof import("@aws-sdk/client-bedrock"); readonly client: BedrockClient };
  readonly "bedrock-runtime": {
    readonly sdk: typeof import("@aws-sdk/client-bedrock-runtime");
    readonly client: BedrockRuntimeClient;
  };
  readonly cloudtrail: { readonly sdk: typeof import("@aws-sdk/client-cloudtrail"); readonly client: CloudTrailClient };
  readonly iam: { readonly sdk: typeof import("@aws-sdk/client-iam"); readonly client: IAMClient };
  readonly kms: { readonly sdk: typeof import("@aws-sdk/client-kms"); readonly client: KMSClient };
  readonly organizations: {
    readonly sdk: typeof import("@aws-sdk/client-organizations");
    readonly client: OrganizationsClient;
  };
  readonly s3: { readonly sdk: typeof import("@aws-sdk/client-s3"); readonly client: S3Client };
}

export type ServiceName = keyof Services;

interface ClientConfig {
  readonly credentials: Credentials;
  readonly region?: string;
  readonly endpoint?: string;
  readonly profile?: string;
  readonly maxAttempts: number;
  readonly logger: typeof quiet;
  readonly requestHandler: Awaited<ReturnType<typeof makeRequestHandler>>;
}

interface Service<Name extends ServiceName> {
  readonly load: () => Promise<Services[Name]["sdk"]>;
  readonly client: (
    sdk: Services[Name]["sdk"],
    config: ClientConfig,
    access: ServiceAccess,
  ) => Services[Name]["client"];
}

const services: { readonly [Name in ServiceName]: Service<Name> } = {
  athena: {
    load: () => import("@aws-sdk/client-athena"),
    client: (sdk, config) => new sdk.AthenaClient(config),
  },
  bedrock: {
    load: () => import("@aws-sdk/client-bedrock"),
    client: (sdk, config) => new sdk.BedrockClient(config),
  },
  "bedrock-runtime": {
    load: () => import("@aws-sdk/client-bedrock-runtime"),
    client: (sdk, config) => new sdk.BedrockRuntimeClient(config),
  },
  cloudtrail: {
    load: () => import("@aws-sdk/client-cloudtrail"),
    client: (sdk, config) => new sdk.CloudTrailClient(config),
  },
  iam: {
    load: () => import("@aws-sdk/client-iam"),
    client: (sdk, config) => new sdk.IAMClient(config),
  },
  kms: {
    load: () => import("@aws-sdk/client-kms"),
    client: (sdk, config) => new sdk.KMSClient(config),
  },
  organizations: {
    load: () => import("@aws-sdk/client-organizations"),
    client: (sdk, config) => new sdk.OrganizationsClient(config),
  },
  s3: {
    load: () => import("@aws-sdk/client-s3"),
    client: (sdk, config, access) =>
      new sdk.S3Client({
        ...config,
        forcePathStyle: "pathStyle" in access && access.pathStyle === true,
        // CloudTrail writes no checksum to compare with; the length is checked when the body is read.
        responseChecksumValidation: "WHEN_REQUIRED",
        requestChecksumCalculation: "WHEN_REQUIRED",
      }),
  },
};

export interface Connection<Name extends ServiceName> {
  readonly sdk: Services[Name]["sdk"];
  readonly client: Services[Name]["client"];
  /** The client's sockets, for requests that bypass it. */
  readonly agents: Agents;
}

const connections = new Map<string, Promise<Connection<ServiceName>>>();

/** The connection of this thread for a service and `access`; credentials and sockets are shared by all its requests. */
export async function connect<Name extends ServiceName>(
  service: Name,
  access: ServiceAccess,
): Promise<Connection<Name>> {
  const key = keyOf(service, access);
  const known = connections.get(key);
  // a service's key leads to a connection of that service
  if (known !== undefined) return (await known) as Connection<Name>;
  return await remember(key, open(service, access, false));
}

/** A new connection that reads the shared credential files again: somebody may have logged in since. */
export async function reconnect<Name extends ServiceName>(
  service: Name,
  access: ServiceAccess,
  stale: Connection<Name>,
): Promise<Connection<Name>> {
  const key = keyOf(service, access);
  const current = await connections.get(key);
  if (current !== undefined && current !== stale) return current as Connection<Name>;
  return await remember(key, open(service, access, true));
}

/** The way to a service with one address for all Regions: any Region will do where none was named. */
export function inHomeRegion(access: ServiceAccess): ServiceAccess {
  return access.region === "" ? { ...access, region: "us-east-1" } : access;
}

/** The profile's Region, where to ask first: in China and GovCloud no other partition accepts the credentials. */
export async function profileRegion({ profile }: Pick<ServiceAccess, "profile">): Promise<string> {
  const sdk = await load("s3");
  const client = new sdk.S3Client(profile === null ? {} : { profile });
  try {
    return await client.config.region();
  } catch {
    return "us-east-1";
  } finally {
    client.destroy();
  }
}

/** Closes the sockets of one client. */
export async function disconnect(service: ServiceName, access: ServiceAccess): Promise<void> {
  const key = keyOf(service, access);
  const known = connections.get(key);
  connections.delete(key);
  (await known?.catch(() => undefined))?.client.destroy();
}

/** Closes the sockets of all clients. */
export async function disconnectAll(): Promise<void> {
  const open = [...connections.values()];
  connections.clear();
  for (const connection of await Promise.allSettled(open))
    if (connection.status === "fulfilled") connection.value.client.destroy();
}

function keyOf(service: ServiceName, access: ServiceAccess): string {
  return JSON.stringify([service, access]);
}

function remember<Name extends ServiceName>(key: string, opened: Promise<Connection<Name>>): Promise<Connection<Name>> {
  connections.set(key, opened);
  opened.catch(() => connections.delete(key));
  return opened;
}

function load<Name extends ServiceName>(service: Name): Promise<Services[Name]["sdk"]> {
  prepareSdk();
  return services[service].load();
}

async function open<Name extends ServiceName>(
  service: Name,
  access: ServiceAccess,
  fresh: boolean,
): Promise<Connection<Name>> {
  const [sdk, credentials, agents] = await Promise.all([load(service), credentialsFor(access, fresh), makeAgents()]);
  const config: ClientConfig = {
    credentials,
    ...(access.region === "" ? {} : { region: access.region }),
    ...(access.profile === null ? {} : { profile: access.profile }),
    ...(access.endpoint === null ? {} : { endpoint: access.endpoint }),
    // Otherwise the SDK writes to stderr itself, between our log lines.
    logger: quiet,
    // Retries are ours (retry.ts): they cover the body as well, and never run out of the SDK's retry tokens.
    maxAttempts: 1,
    requestHandler: await makeRequestHandler(access.idleMs, agents),
  };
  return { sdk, client: services[service].client(sdk, config, access), agents };
}
