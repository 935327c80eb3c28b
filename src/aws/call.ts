/** One request to a service: sent again where it may help, and once more over new credentials when they expired. */
import type { ServiceAccess } from "./access.ts";
import { type Connection, type ServiceName, connect, reconnect } from "./connection.ts";
import { withRetry } from "./retry.ts";

const expiredNames = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"]);

export function isExpired(thrown: unknown): boolean {
  return thrown instanceof Error && expiredNames.has(thrown.name);
}

/** Runs `request`; if the credentials expired, once more over a connection that asked the credential chain again. */
export async function withConnection<Name extends ServiceName, T>(
  service: Name,
  access: ServiceAccess,
  request: (connection: Connection<Name>) => Promise<T>,
): Promise<T> {
  const connection = await connect(service, access);
  try {
    return await request(connection);
  } catch (thrown) {
    if (!isExpired(thrown)) throw thrown;
    return request(await reconnect(service, access, connection));
  }
}

/** Sends what `request` makes, with retries as `access` says. Pass `options` on to the client's `send`: they carry the signal. */
export async function callService<Name extends ServiceName, T>(
  service: Name,
  access: ServiceAccess,
  request: (connection: Connection<Name>, options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const options = signal === undefined ? {} : { abortSignal: signal };
  return await withConnection(service, access, (connection) =>
    withRetry(access.retry, () => request(connection, options), signal),
  );
}
