/** What a user may say about the Trino engine, as plain data; its secrets come from the environment alone. */
import { variables } from "../../variables.ts";
import type { Scope } from "../../sql/scope.ts";

export interface TrinoEngineOptions {
  readonly url: string;
  readonly user?: string | undefined;
  readonly catalog?: string | undefined;
  readonly schema?: string | undefined;
  /** A file with certificates in PEM, for a server whose own the system does not know. */
  readonly caFile?: string | undefined;
  /** A table of raw CloudTrail logs: its records are read into tables that the command makes and drops. */
  readonly table?: string | undefined;
  /** With `table`: the days whose logs are read. */
  readonly scope?: Scope | undefined;
  /** Tables that stand for relations, by the relation's name; the others are looked up under their own names. */
  readonly relations?: Readonly<Record<string, string>> | undefined;
}

/** Never flags: those show in process lists and histories. */
export const trinoSecrets: { readonly password: string; readonly token: string } = {
  password: variables.trinoPassword.name,
  token: variables.trinoToken.name,
};
