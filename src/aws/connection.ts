/** Owns S3 clients: one for each way to reach a bucket and thread. The SDK is loaded here and nowhere else. */
import type { S3Client } from "@aws-sdk/client-s3";
import type { S3Access } from "./access.ts";
import { prepareSdk } from "./sdk-environment.ts";
import { type Agents, hasProxy, makeAgents, makeRequestHandler } from "./agents.ts";

export type Sdk = typeof import("@aws-sdk/client-s3");
type Credentials = ReturnType<typeof import("@aws-sdk/credential-providers").fromTemporaryCredentials>;

export interface Connection {
  readonly sdk: Sdk;
  readonly client: S3Client;
  /** Its sockets, for requests that go past the client. */
  readonly agents: Agents;
}

const connections = new Map<string, Promise<Connection>>();

/** The connection of this thread for `access`; credentials and sockets are shared by all its requests. */
export function connect(access: S3Access): Promise<Connection> {
  const key = keyOf(access);
  const known = connections.get(key);
  if (known !== undefined) return known;
  const opened = open(access, false);
  connections.set(key, opened);
  opened.catch(() => connections.delete(key));
  return opened;
}

/** A new connection that reads the shared credential files again: somebody may have logged in since. */
export async function reconnect(access: S3Access, stale: Connection): Promise<Connection> {
  const key = keyOf(access);
  const current = await connections.get(key);
  if (current !== undefined && current !== stale) return current;
  const opened = open(access, true);
  connections.set(key, opened);
  opened.catch(() => connections.delete(key));
  return opened;
}

/** The Region of the profile: where to ask first. In China and GovCloud no other partition would accept the credentials. */
export async function profileRegion(access: S3Access): Promise<string> {
  const sdk = await loadSdk();
  const client = new sdk.S3Client(access.profile === null ? {} : { profile: access.profile });
  try {
    return await client.config.region();
  } catch {
    return "us-east-1";
  } finally {
    client.destroy();
  }
}

export async function disconnectAll(): Promise<void> {
  const open = [...connections.values()];
  connections.clear();
  for (const connection of open) (await connection).client.destroy();
}

function keyOf(access: S3Access): string {
  return JSON.stringify(access);
}

function loadSdk(): Promise<Sdk> {
  prepareSdk();
  return import("@aws-sdk/client-s3");
}

async function open(access: S3Access, fresh: boolean): Promise<Connection> {
  const [sdk, agents, credentials] = await Promise.all([loadSdk(), makeAgents(), credentialsFor(access, fresh)]);
  const client = new sdk.S3Client({
    region: access.region,
    // Else the SDK writes on stderr by itself, between our log lines.
    logger: quiet,
    credentials,
    ...(access.endpoint === null ? {} : { endpoint: access.endpoint }),
    forcePathStyle: access.pathStyle,
    // Retries are ours (retry.ts): they cover the body as well, and never run out of the SDK's retry tokens.
    maxAttempts: 1,
    // CloudTrail writes no checksum to compare with; the length is checked when the body is read.
    responseChecksumValidation: "WHEN_REQUIRED",
    requestChecksumCalculation: "WHEN_REQUIRED",
    requestHandler: await makeRequestHandler(access.idleMs, agents),
  });
  return { sdk, client, agents };
}

/** How long STS and SSO are waited for. */
const credentialIdleMs = 20_000;

/** `--profile` beside keys in the environment is a choice, not a mistake to be warned of in every thread. */
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The chain of credentials that a way to AWS names: profile, then roles one through the other. */
export async function credentialsFor(
  access: Pick<S3Access, "region" | "profile" | "roles" | "sessionName">,
  fresh: boolean,
): Promise<Credentials> {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  // Without a Region the SDK asks the profile. The providers' own clients (STS, SSO) go through the proxy too.
  const proxied = hasProxy() ? { requestHandler: await makeRequestHandler(credentialIdleMs) } : {};
  const region = access.region === "" ? {} : { region: access.region };
  const clientConfig = { clientConfig: { ...region, ...proxied } };
  let provider = fromNodeProviderChain({
    ...(access.profile === null ? {} : { profile: access.profile }),
    ignoreCache: fresh,
    logger: quiet,
    ...clientConfig,
  });
  provider = withCause(provider, access.profile ?? process.env["AWS_PROFILE"], clientConfig);
  for (const { arn, externalId } of access.roles) {
    provider = fromTemporaryCredentials({
      masterCredentials: provider,
      params: {
        RoleArn: arn,
        RoleSessionName: access.sessionName,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      },
      ...clientConfig,
    });
  }
  return provider;
}

/** The chain ends with "could not load credentials from any providers": what the profile itself has to say is worth more. */
function withCause(chain: Credentials, profile: string | undefined, clientConfig: object): Credentials {
  return async (properties) => {
    try {
      return await chain(properties);
    } catch (thrown) {
      const cause = await causeOf(profile, clientConfig);
      if (cause === undefined || !(thrown instanceof Error)) throw thrown;
      throw Object.assign(new Error(cause.message.replaceAll(/\s+/g, " ").trim(), { cause: thrown }), {
        name: thrown.name,
      });
    }
  };
}

async function causeOf(profile: string | undefined, clientConfig: object): Promise<Error | undefined> {
  const { fromIni } = await import("@aws-sdk/credential-providers");
  try {
    await fromIni({
      ...(profile === undefined ? {} : { profile }),
      ignoreCache: true,
      logger: quiet,
      ...clientConfig,
    })();
    return undefined;
  } catch (thrown) {
    // Without a profile that was named, there need not be one.
    const isAbsent =
      profile === undefined && thrown instanceof Error && /could not (?:resolve|find)/i.test(thrown.message);
    return thrown instanceof Error && !isAbsent ? thrown : undefined;
  }
}
