/** The options of the Trino engine; its secrets come only from the environment. */
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
  /** With `table`, the days whose logs are read. */
  readonly scope?: Scope | undefined;
  /** Tables to use for relations, by the relation's name; other relations are tables of their own names. */
  readonly relations?: Readonly<Record<string, string>> | undefined;
}

/** The variables with secrets; flags would show in process lists and shell histories. */
export const trinoSecrets: { readonly password: string; readonly token: string } = {
  password: variables.trinoPassword.name,
  token: variables.trinoToken.name,
};
