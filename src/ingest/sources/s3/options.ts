/** The options of an S3 source, their checks and defaults. */
import { usageError } from "../../../errors.ts";
import type { Logger } from "../../../log.ts";
import { type S3AccessOptions, checkS3Access } from "../../../aws/options.ts";
import { checkDays } from "../../../day.ts";
import type { Layout } from "../../listing/layout.ts";
import { accountFolder, regionFolder } from "../../listing/trail-prefix.ts";

export interface S3SourceOptions extends S3AccessOptions {
  /** Days of delivery to list anew, YYYY-MM-DD, inclusive; without them the look-back rules. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** An object that is gone is a finding until it is this old; older ones may have been deleted by the bucket's lifecycle. */
  readonly keptDays?: number | undefined;
  /** Objects of any name are read, not only those that are called like a log. */
  readonly anyName?: boolean | undefined;
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
  /** What lies there: a trail's log files unless said. */
  readonly layout?: Layout | undefined;
  /** Listings at once. */
  readonly readers?: number | undefined;
  readonly now?: (() => Date) | undefined;
  readonly log?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const defaultReaders = 16;
/** How long AWS Control Tower's log archive keeps its logs unless told otherwise. */
export const defaultKeptDays = 365;

/** @throws SpillwayError `usage` for a value that cannot be meant */
export function checkS3Options(options: S3SourceOptions): void {
  checkDays(options.from, options.to);
  checkS3Access(options);
  for (const account of options.accounts ?? []) {
    if (!accountFolder.test(account))
      throw usageError(`${account} is not an account id`, "Account ids have 12 digits.");
  }
  for (const region of options.regions ?? []) {
    if (!regionFolder.test(region)) throw usageError(`${region} is not a Region`, "Regions look like eu-west-1.");
  }
}
