/** The way to a Trino server, as plain data, and the headers that it gives every request. */
import { SpillwayError } from "../../errors.ts";

/** A server and its credentials; a password needs TLS, since Trino refuses it otherwise. */
export interface TrinoServer {
  readonly url: string;
  readonly user: string;
  readonly password?: string | undefined;
  /** A JSON web token in place of a password. */
  readonly token?: string | undefined;
  readonly catalog?: string | undefined;
  readonly schema?: string | undefined;
  readonly session?: Readonly<Record<string, string>> | undefined;
  /** Certificates in PEM, trusted instead of the system's. */
  readonly ca?: string | undefined;
}

/** @throws SpillwayError `config` */
export function baseUrl(server: TrinoServer): URL {
  try {
    const url = new URL(server.url);
    if (url.protocol === "http:" || url.protocol === "https:")
      return new URL(url.href.endsWith("/") ? url.href : `${url.href}/`);
  } catch {
    // said below, together with other schemes
  }
  throw new SpillwayError("config", `${server.url} is not a URL of a Trino server`, {
    next: "Write it as https://host:port",
  });
}

/** @throws SpillwayError `config` for a secret that would be sent in clear */
export function headersOf(server: TrinoServer, base: URL): Readonly<Record<string, string>> {
  const secret = server.token ?? server.password;
  if (secret !== undefined && base.protocol !== "https:") {
    throw new SpillwayError("config", "A password or token is sent to Trino over https only", {
      next: "Use an https URL",
    });
  }
  const session = Object.entries(server.session ?? {}).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return {
    "X-Trino-User": server.user,
    "X-Trino-Source": "spillway",
    "X-Trino-Time-Zone": "UTC",
    ...(server.catalog === undefined ? {} : { "X-Trino-Catalog": server.catalog }),
    ...(server.schema === undefined ? {} : { "X-Trino-Schema": server.schema }),
    ...(session.length === 0 ? {} : { "X-Trino-Session": session.join(",") }),
    ...authorization(server),
  };
}

function authorization({ user, password, token }: TrinoServer): Readonly<Record<string, string>> {
  if (token !== undefined) return { Authorization: `Bearer ${token}` };
  if (password === undefined) return {};
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
