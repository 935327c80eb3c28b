/** The options of an S3 source, their checks and defaults. */
import { usageError } from "../../../errors.ts";
import type { Logger } from "../../../log.ts";
import { type S3AccessOptions, checkS3Access } from "../../../aws/options.ts";
import { checkDays } from "../../../day.ts";
import type { Layout } from "../../listing/layout.ts";
import { accountFolder, regionFolder } from "../../listing/trail-prefix.ts";

export interface S3SourceOptions extends S3AccessOptions {
  /** First day of delivery to list again, YYYY-MM-DD, like `to` included; default: by the look-back rules. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Age in days up to which a missing object is a finding; the bucket's lifecycle may have deleted older ones. */
  readonly keptDays?: number | undefined;
  /** Whether objects of any name are read, not only those named like a log. */
  readonly anyName?: boolean | undefined;
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
  /** The layout of the logs; default: a trail's. */
  readonly layout?: Layout | undefined;
  /** Listings at once. */
  readonly readers?: number | undefined;
  readonly now?: (() => Date) | undefined;
  readonly log?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const defaultReaders = 16;
/** The default retention of AWS Control Tower's log archive, in days. */
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
