/** Owns `spillway ingest`: flags in, the run's summary and identities out. */
import type { Command } from "commander";
import { SpillwayError, exitCodes } from "../errors.ts";
import type { IngestSummary } from "../ingest/ingest.ts";
import { type AthenaSourceFlags, addAthenaSourceFlags, isAthenaSource } from "./athena-source.ts";
import type { CommandContext } from "./main.ts";
import { wholeNumber } from "./options.ts";
import { type SourceFlags, addSourceFlags, openSources } from "./source-flags.ts";

interface IngestFlags extends SourceFlags, AthenaSourceFlags {
  readonly warehouse: string;
  readonly threads?: number;
  readonly maxObjectMb: number;
  readonly strict?: true;
}

export function addIngestCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("ingest")
    .description("load CloudTrail logs into the warehouse; what is already there is not read again")
    .argument(
      "<source...>",
      "a folder with trail objects, a single log file, s3://bucket[/prefix], or athena:DATABASE.TABLE",
    )
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb")
    .option("--threads <n>", "worker threads (default: one per core, at most 8)", wholeNumber("--threads", 1, 64))
    .option(
      "--max-object-mb <n>",
      "quarantine objects that inflate to more than this",
      wholeNumber("--max-object-mb", 1, 4096),
      512,
    )
    .option("--strict", "exit with 4 when something was quarantined or rejected");
  addAthenaSourceFlags(addSourceFlags(command)).action(async (sources: string[], flags: IngestFlags) => {
    const summary = await (sources.some(isAthenaSource) ? ingestAthena : runIngest)(sources, flags, context);
    if (summary.interrupted) throw interrupted();
    const incomplete = summary.counts.objectsQuarantined + summary.counts.rejected > 0;
    if (flags.strict === true && incomplete) context.exitWith(exitCodes.incomplete);
  });
}

function interrupted(): SpillwayError {
  return new SpillwayError(
    "interrupted",
    "stopped before everything was read; what was read is committed and published",
    {
      next: "Run the same command again to go on from there.",
    },
  );
}

async function ingestAthena(
  sources: readonly string[],
  flags: IngestFlags,
  context: CommandContext,
): Promise<IngestSummary> {
  const { runAthenaSource } = await import("./athena-source.ts");
  const summary = await runAthenaSource(sources, flags, context);
  await printSummary(summary, flags.warehouse, context);
  return summary;
}

/** Runs the ingest with progress on stderr and prints the summary there. */
export async function runIngest(
  sources: readonly string[],
  flags: IngestFlags,
  context: CommandContext,
): Promise<IngestSummary> {
  const { effects, signal } = context;
  const [{ ingest }, { createProgress }, opened] = await Promise.all([
    import("../ingest/ingest.ts"),
    import("./progress.ts"),
    openSources(sources, flags, context),
  ]);
  const progress = createProgress(effects);
  try {
    const summary = await ingest({
      warehouse: flags.warehouse,
      sources: opened,
      threads: flags.threads,
      maxRawBytes: flags.maxObjectMb * 2 ** 20,
      now: effects.now,
      onProgress: progress.update,
      signal,
    });
    progress.end();
    await printSummary(summary, flags.warehouse, context);
    return summary;
  } finally {
    progress.end();
  }
}

async function printSummary(summary: IngestSummary, warehouse: string, { effects }: CommandContext): Promise<void> {
  const { identities } = await import("../ingest/summary.ts");
  const { counts } = summary;
  for (const { text } of identities(counts)) effects.log.info(text);
  for (const [reason, count] of summary.skipped) effects.log.info(`skipped   ${count} × ${reason}`);
  for (const { uri, reason } of summary.quarantined) effects.log.warn(`quarantined ${uri}: ${reason}`);
  if (counts.objectsQuarantined > summary.quarantined.length) {
    effects.log.warn(
      `... and ${counts.objectsQuarantined - summary.quarantined.length} more; all of them: spillway query "from quarantine"`,
    );
  }
  for (const uri of summary.changed)
    effects.log.warn(`replaced since it was loaded (CloudTrail never does that): ${uri}`);
  if (counts.rejected > 0)
    effects.log.warn(`${counts.rejected} Bedrock records rejected for wrong types: spillway query "from quarantine"`);
  if (counts.contentConflicts > 0)
    effects.log.warn(
      `${counts.contentConflicts} events came again with another content: spillway query "from event_variant"`,
    );
  if (counts.otherMajor > 0)
    effects.log.warn(
      `${counts.otherMajor} records have an eventVersion of another major number; they were read as version 1`,
    );
  if (counts.objectsListed === counts.objectsSkipped) {
    throw new SpillwayError("source-empty", `none of the ${counts.objectsListed} files is a log file`, {
      next: "Look for a folder that holds AWSLogs/, or log files ending in .json.gz.",
    });
  }
  if (counts.objectsListed === counts.objectsSkipped + counts.objectsQuarantined) {
    effects.log.warn("no log file among them could be read: nothing was learnt about any inference");
  }
  const speed = `${(counts.rawBytes / 1e6).toFixed(0)} MB in ${summary.seconds.toFixed(2)} s`;
  effects.log.info(
    summary.published
      ? `published ${warehouse} (${speed})`
      : `nothing new; ${warehouse} is unchanged (${summary.seconds.toFixed(2)} s)`,
  );
}
