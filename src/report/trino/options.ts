/** Owns what a user may say about the Trino engine, as plain data; its secrets come from the environment alone. */

export interface TrinoEngineOptions {
  readonly url: string;
  readonly user?: string | undefined;
  readonly catalog?: string | undefined;
  readonly schema?: string | undefined;
  /** A file with certificates in PEM, for a server whose own the system does not know. */
  readonly caFile?: string | undefined;
  /** Tables that stand for relations, by the relation's name; the others are looked up under their own names. */
  readonly relations?: Readonly<Record<string, string>> | undefined;
}

/** Never flags: those show in process lists and histories. */
export const trinoSecrets = { password: "SPILLWAY_TRINO_PASSWORD", token: "SPILLWAY_TRINO_TOKEN" } as const;
