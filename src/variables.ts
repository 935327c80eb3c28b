/** The names of the environment variables that are not keys of the config; a key's variable follows from its name. */

interface Variable {
  readonly name: string;
  readonly doc: string;
}

/** The variables for users: the place of the config, and secrets that do not belong in a file or process list. */
export const variables: Readonly<
  Record<"config" | "pseudonymiseKey" | "trinoPassword" | "trinoToken" | "athenaPollMs" | "browser" | "debug", Variable>
> = {
  config: { name: "SPILLWAY_CONFIG", doc: "the config file, where `--config` names none" },
  pseudonymiseKey: { name: "SPILLWAY_PSEUDONYMISE_KEY", doc: "the key that replaces personal data in reports" },
  trinoPassword: { name: "SPILLWAY_TRINO_PASSWORD", doc: "the password for `--trino-url`" },
  trinoToken: { name: "SPILLWAY_TRINO_TOKEN", doc: "a token for `--trino-url`, in place of a password" },
  athenaPollMs: { name: "SPILLWAY_ATHENA_POLL_MS", doc: "milliseconds until the second look at a query of Athena's" },
  browser: { name: "SPILLWAY_BROWSER", doc: "the Chromium or Chrome that prints `--pdf`" },
  debug: { name: "SPILLWAY_DEBUG", doc: "shows where an unexpected error happened" },
};

/** The variables for tests and scripts of a clone, which commands run by tests inherit. */
export const developerVariables: readonly string[] = [
  "SPILLWAY_TRINO_CACHE",
  "SPILLWAY_TRINO_REQUIRED",
  "SPILLWAY_S3_CACHE",
  "SPILLWAY_DUCKDB_CACHE",
  "SPILLWAY_DUCKDB_CLIENTS_REQUIRED",
  "SPILLWAY_BROWSER_REQUIRED",
  "SPILLWAY_AWS_CLI",
  "SPILLWAY_WRITE_DOCS",
];

/** The value of a variable; an empty one counts as not set. */
export function setValue(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
