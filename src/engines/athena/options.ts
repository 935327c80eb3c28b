/** The options of the Athena engine. */
import type { AthenaOptions } from "./access.ts";
import type { Scope } from "../../sql/scope.ts";

export interface AthenaEngineOptions extends AthenaOptions {
  /** Bytes that the command may scan in all before it is stopped. */
  readonly maxScanBytes?: number | undefined;
  /** Price in US dollars; default: AWS's list price. */
  readonly pricePerTerabyte?: number | undefined;
  /** A table of raw CloudTrail logs: its records are read into tables that the command makes and drops. */
  readonly table?: string | undefined;
  /** With `table`, the days and accounts whose logs are read. */
  readonly scope?: Scope | undefined;
  /** Tables to use for relations, by the relation's name; other relations are tables of their own names. */
  readonly relations?: Readonly<Record<string, string>> | undefined;
}
