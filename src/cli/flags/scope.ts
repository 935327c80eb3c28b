/** The flags for a report's scope and output, for every command that prints results. */
import { type Command, Option } from "commander";
import { checkRange } from "../../day.ts";
import { SpillwayError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { type FormatName, formatNames } from "../../report/formats/names.ts";
import { type ProtectionFlags, addProtectionFlags } from "./protection.ts";
import type { Scope } from "../../sql/scope.ts";
import { list, time } from "./values.ts";

export interface OutputFlags extends ProtectionFlags {
  readonly format?: FormatName;
  readonly output?: string;
}

export interface ScopeFlags {
  readonly from?: Date;
  readonly to?: Date;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly principal?: readonly string[];
  readonly boundary?: string;
  /** The config's boundaries, which have no flag. */
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
}

export function addOutputFlags(command: Command): Command {
  addProtectionFlags(command);
  return command
    .addOption(new Option("--format <format>", "how the rows are written").choices(formatNames))
    .option("--output <file>", "write to a file instead of stdout");
}

export function addScopeFlags(command: Command): Command {
  return command
    .option("--from <time>", "first day or time, UTC", time)
    .option("--to <time>", "day or time at which it ends, UTC; not included", time)
    .option("--account <ids>", "accounts of callers, with commas or repeated", list)
    .option("--region <regions>", "source Regions", list)
    .option("--principal <names>", "principals, whole or by their last part; * stands for any text", list)
    .option("--boundary <name>", "approved Regions: eu, eea, us, ... or Regions with commas");
}

export async function scopeOf(flags: ScopeFlags, now: Date): Promise<Scope> {
  checkRange(flags.from, flags.to);
  const stranger = flags.account?.find((id) => !/^\d{12}$/.test(id));
  if (stranger !== undefined)
    throw new SpillwayError("usage", `${stranger} is not an account id`, { next: "Account ids have 12 digits." });
  const boundary =
    flags.boundary === undefined
      ? undefined
      : (await import("../../report/boundary.ts")).resolveBoundary(flags.boundary, flags.boundaries);
  return {
    from: flags.from,
    to: flags.to,
    accounts: flags.account,
    regions: flags.region,
    principals: flags.principal,
    boundary: boundary?.regions,
    asOf: now,
  };
}

/** Warns of unknown Regions: a misspelt one would look like one without inference. It is not an error, since a Region may be newer than the reference data. */
export async function warnOfUnknownRegions({ region = [] }: ScopeFlags, log: Logger): Promise<void> {
  if (region.length === 0) return;
  const [{ regionRows }, { nearest }] = await Promise.all([
    import("../../reference/regions.ts"),
    import("../../nearest.ts"),
  ]);
  const known = regionRows().map((row) => row.region);
  for (const name of region.filter((each) => !known.includes(each))) {
    const guess = nearest(name, known);
    log.warn(`no Region ${name} is known${guess === undefined ? "" : `; did you mean ${guess}?`}`);
  }
}
