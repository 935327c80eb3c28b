/** What a user may say about the Athena engine, as plain data. */
import type { AthenaOptions } from "./access.ts";
import type { Scope } from "../../sql/scope.ts";

export interface AthenaEngineOptions extends AthenaOptions {
  /** Bytes that the command may scan in all; it is stopped beyond them. */
  readonly maxScanBytes?: number | undefined;
  /** US dollars; default: AWS's list price. */
  readonly pricePerTerabyte?: number | undefined;
  /** A table of raw CloudTrail logs: its records are read into tables that the command makes and drops. */
  readonly table?: string | undefined;
  /** With `table`: the days and accounts whose logs are read. */
  readonly scope?: Scope | undefined;
  /** Tables that stand for relations, by the relation's name; the others are looked up under their own names. */
  readonly relations?: Readonly<Record<string, string>> | undefined;
}
