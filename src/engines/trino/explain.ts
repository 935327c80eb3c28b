/** The words for what a Trino server refused or failed at, and for a server that does not answer. */
import { SpillwayError, interruptedQuery, messageOf, systemCode } from "../../errors.ts";
import { trinoSecrets } from "./options.ts";
import type { TrinoFailure } from "./protocol.ts";

/** The error for a server that does not answer; `isNew` says that the statement never reached it. */
export function explainUnreachable(cause: unknown, url: URL, title: string | undefined, isNew: boolean): SpillwayError {
  if (isTlsFailure(cause)) {
    return new SpillwayError("engine", `the certificate of ${url.origin} is not accepted: ${messageOf(cause)}`, {
      next: "Name the file with the certificate of its authority: --trino-ca FILE; or use the name that the certificate is for.",
      cause,
    });
  }
  const reason = messageOf(cause) || (systemCode(cause) ?? "no connection");
  if (isNew) {
    return new SpillwayError("engine", `Trino at ${url.origin} cannot be reached: ${reason}`, {
      next: "Check --trino-url and that the server runs",
      cause,
    });
  }
  return new SpillwayError(
    "engine",
    `Trino at ${url.origin} went away while ${titleOf(title)} was running: ${reason}`,
    {
      next: "Run it again when the server is back; if it happens with the same report, look into the server's log for memory.",
      cause,
    },
  );
}

/** Whether the server's certificate was not accepted; Node has a code for each reason. */
export function isTlsFailure(thrown: unknown): boolean {
  const code = systemCode(thrown) ?? "";
  return (
    /CERT|SSL|TLS/.test(code) || ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"].includes(code)
  );
}

export function explainStatus(url: URL, status: number, body: string): SpillwayError {
  const text = body.trim().split("\n")[0]?.slice(0, 200) ?? "";
  const said = text === "" || text.startsWith("<") ? "" : `: ${text}`;
  if (status === 401 || status === 403) {
    return new SpillwayError("credentials", `Trino at ${url.origin} refuses the login (${status})${said}`, {
      next: `Check --trino-user and the password in ${trinoSecrets.password}, or the token in ${trinoSecrets.token}.`,
    });
  }
  return new SpillwayError("engine", `Trino at ${url.origin} answered ${status}${said}`, { next: "Check --trino-url" });
}

export function explainFailure(failure: TrinoFailure, title: string | undefined): SpillwayError {
  if (failure.name === "USER_CANCELED") return interruptedQuery(failure);
  const where = failure.line === undefined ? "" : ` (line ${failure.line}, column ${failure.column ?? 1})`;
  const missing = ["TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND", "MISSING_SCHEMA_NAME"].includes(
    failure.name,
  );
  return new SpillwayError(
    failure.type === "USER_ERROR" ? "sql" : "engine",
    `${titleOf(title)} failed on Trino${where}: ${failure.message.replace(/^line \d+:\d+: /, "")}`,
    {
      ...(missing ? { next: "Check the catalog and schema, and that the tables and views were set up there" } : {}),
      cause: failure,
    },
  );
}

function titleOf(title: string | undefined): string {
  return title ?? "the query";
}
