/** Owns what happens when credentials expire while a run is on: read them anew once, then give up clearly. */
import type { S3Access } from "./access.ts";
import { type Connection, connect, reconnect } from "./connection.ts";

const expiredNames = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"]);

export function isExpired(thrown: unknown): boolean {
  return thrown instanceof Error && expiredNames.has(thrown.name);
}

/** Runs `request`; on expired credentials once more over a connection that asked the credential chain again. */
export async function withCredentials<T>(
  access: S3Access,
  request: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(access);
  try {
    return await request(connection);
  } catch (thrown) {
    if (!isExpired(thrown)) throw thrown;
    return request(await reconnect(access, connection));
  }
}
