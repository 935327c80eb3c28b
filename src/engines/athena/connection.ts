/** Each request to Athena: retried, and refusals in words. */
import type { S3Access } from "../../aws/access.ts";
import { callService } from "../../aws/call.ts";
import { type Connection, connect } from "../../aws/connection.ts";
import { explainAthena } from "./explain.ts";
import type { AthenaAccess } from "./access.ts";

type AthenaConnection = Connection<"athena">;

/** Sends what `request` makes, again when Athena throttles or fails, and once more over new credentials when they expired. */
export async function callAthena<T>(
  access: AthenaAccess,
  action: string,
  request: (
    client: AthenaConnection["client"],
    sdk: AthenaConnection["sdk"],
    options: { readonly abortSignal?: AbortSignal },
  ) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await callService(
      "athena",
      access.service,
      ({ client, sdk }, options) => request(client, sdk, options),
      signal,
    );
  } catch (thrown) {
    throw explainAthena(thrown, { action, access, aborted: signal?.aborted === true });
  }
}

/** The way to a bucket of results: in Athena's own Region, since Athena accepts no other. */
export async function resultAccess(access: AthenaAccess, bucket: string): Promise<S3Access> {
  if (access.s3.region !== "") return { ...access.s3, bucket };
  const { client } = await connect("athena", access.service);
  return { ...access.s3, bucket, region: await client.config.region() };
}
