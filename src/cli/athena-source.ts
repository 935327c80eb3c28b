/** Owns the flags of the `athena:` source and its run on the command line. */
import type { Command } from "commander";
import { SpillwayError } from "../errors.ts";
import type { IngestSummary } from "../ingest/ingest.ts";
import {
  type AthenaAccessFlags,
  type LogTableFlags,
  addAthenaAccessFlags,
  addLateDaysFlag,
  addMaxScanFlag,
  addTableShapeFlags,
  athenaAccessOf,
  defaultTable,
  tableNamed,
} from "./flags/athena.ts";
import type { CommandContext } from "./flags/context.ts";

export interface AthenaSourceFlags extends AthenaAccessFlags, LogTableFlags {
  readonly warehouse: string;
  readonly from?: string;
  readonly to?: string;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly lateDays?: number;
  readonly countRecords?: true;
}

export const isAthenaSource = (name: string): boolean => name.startsWith("athena:");

export function addAthenaSourceFlags(command: Command): Command {
  const of = "athena: ";
  addTableShapeFlags(addMaxScanFlag(addAthenaAccessFlags(command, of), of), of);
  addLateDaysFlag(command, `${of}days that are read again once a day, for late files (default: 30)`);
  return command.option("--count-records", `${of}count the records of other services too; reads the logs twice`);
}

/** Loads the one table that `sources` names. */
export async function runAthenaSource(
  sources: readonly string[],
  flags: AthenaSourceFlags,
  context: CommandContext,
): Promise<IngestSummary> {
  const { effects, signal } = context;
  const [source] = sources;
  if (source === undefined || sources.length > 1) {
    throw new SpillwayError("usage", "an athena: source is loaded by itself", {
      next: "Run one command for each source; they may share the warehouse.",
    });
  }
  const [{ ingestAthena }, { parseAthenaSource }, { listPricePerTerabyte, spending }, { disconnectAthena }] =
    await Promise.all([
      import("../ingest/athena-run.ts"),
      import("../ingest/sources/athena/slices.ts"),
      import("../engines/athena/cost.ts"),
      import("../engines/athena/client.ts"),
    ]);
  const name = parseAthenaSource(source);
  const spent = spending(flags.athenaPrice ?? listPricePerTerabyte);
  try {
    const summary = await ingestAthena({
      warehouse: flags.warehouse,
      source,
      access: await athenaAccessOf(flags, context),
      table: await tableNamed(name, name.at(-1) === defaultTable, flags),
      scope: { accounts: flags.account ?? [], regions: flags.region ?? [] },
      days: {
        from: flags.from,
        to: flags.to,
        lateDays: flags.lateDays ?? 30,
      },
      countRecords: flags.countRecords === true,
      maxScanBytes: flags.maxScan,
      spent,
      now: effects.now,
      log: effects.log,
      signal,
    });
    if (flags.countRecords !== true)
      effects.log.info(
        "Athena left out other services' records and rejected ones: they are not counted (--count-records)",
      );
    return summary;
  } finally {
    const line = spent.summary();
    if (line !== undefined) effects.log.info(line);
    await disconnectAthena();
  }
}
