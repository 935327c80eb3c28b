/** Owns clients of Athena and each request to it: one client for each way to reach it, retried here, refusals in words. */
import type { AthenaClient } from "@aws-sdk/client-athena";
import type { S3Access } from "../../aws/access.ts";
import { prepareSdk } from "../../aws/sdk-environment.ts";
import { makeRequestHandler } from "../../aws/agents.ts";
import { credentialsFor } from "../../aws/connection.ts";
import { isExpired } from "../../aws/refresh.ts";
import { withRetry } from "../../aws/retry.ts";
import { explainAthena } from "./explain.ts";
import type { AthenaAccess } from "./access.ts";

export type AthenaSdk = typeof import("@aws-sdk/client-athena");

interface Connection {
  readonly sdk: AthenaSdk;
  readonly client: AthenaClient;
}

const connections = new Map<string, Promise<Connection>>();

/** Sends what `request` makes, again when Athena throttles or fails, and once more over new credentials when they expired. */
export async function callAthena<T>(
  access: AthenaAccess,
  action: string,
  request: (client: AthenaClient, sdk: AthenaSdk, options: { abortSignal?: AbortSignal }) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const options = signal === undefined ? {} : { abortSignal: signal };
  const send = async (fresh: boolean): Promise<T> => {
    const { client, sdk } = await connect(access, fresh);
    return await withRetry(access.retry, () => request(client, sdk, options), signal);
  };
  try {
    try {
      return await send(false);
    } catch (thrown) {
      if (!isExpired(thrown)) throw thrown;
      return await send(true);
    }
  } catch (thrown) {
    throw explainAthena(thrown, { action, access, aborted: signal?.aborted === true });
  }
}

/** The way to a bucket of results: in Athena's own Region, since Athena accepts no other. */
export async function resultAccess(access: AthenaAccess, bucket: string): Promise<S3Access> {
  if (access.s3.region !== "") return { ...access.s3, bucket };
  const { client } = await connect(access, false);
  return { ...access.s3, bucket, region: await client.config.region() };
}

/** Closes the sockets of all clients. */
export async function disconnectAthena(): Promise<void> {
  const open = [...connections.values()];
  connections.clear();
  for (const connection of await Promise.allSettled(open)) {
    if (connection.status === "fulfilled") connection.value.client.destroy();
  }
}

function connect(access: AthenaAccess, fresh: boolean): Promise<Connection> {
  const { region, endpoint, s3 } = access;
  const key = JSON.stringify([region, endpoint, s3.profile, s3.roles, s3.idleMs]);
  const known = connections.get(key);
  if (known !== undefined && !fresh) return known;
  const opened = open(access, fresh);
  connections.set(key, opened);
  opened.catch(() => connections.delete(key));
  return opened;
}

async function open({ region, endpoint, s3 }: AthenaAccess, fresh: boolean): Promise<Connection> {
  prepareSdk();
  const [sdk, requestHandler, credentials] = await Promise.all([
    import("@aws-sdk/client-athena"),
    makeRequestHandler(s3.idleMs),
    credentialsFor(s3, fresh),
  ]);
  const client = new sdk.AthenaClient({
    ...(region === "" ? {} : { region }),
    ...(s3.profile === null ? {} : { profile: s3.profile }),
    ...(endpoint === null ? {} : { endpoint }),
    credentials,
    // Retries are ours: the client request token of a start stays the same through all of them.
    maxAttempts: 1,
    requestHandler,
  });
  return { sdk, client };
}
