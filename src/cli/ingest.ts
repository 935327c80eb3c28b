/** `spillway ingest`: flags in, the run's summary and identities out. */
import type { Command } from "commander";
import type { Effects } from "../effects.ts";
import { SpillwayError, exitCodes } from "../errors.ts";
import type { IngestOptions, IngestSummary } from "../ingest/ingest.ts";
import type { Tally } from "../integrity/tally.ts";
import type { VerifyPlan } from "../ingest/check-digests.ts";
import type { ObjectSource } from "../ingest/listing/source.ts";
import { sourceKinds } from "../ingest/sources/kinds.ts";
import type { SourceSettings } from "../ingest/sources/settings.ts";
import type { CommandContext } from "./flags/context.ts";
import { type KeyFlags, addKeyFlags, openVerifyPlan } from "./open-archives.ts";
import { wholeNumber } from "./flags/values.ts";
import { addSourceFlags, openSources } from "./flags/source.ts";

/** The flags of an ingest besides its sources. */
export interface LoadFlags {
  readonly warehouse: string;
  readonly threads?: number | undefined;
  readonly maxObjectMb: number;
  /** The config's boundaries, which have no flag. */
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
}

interface IngestFlags extends SourceSettings, LoadFlags, KeyFlags {
  readonly verify?: true;
  readonly threads?: number;
  readonly strict?: true;
}

export function addIngestCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("ingest")
    .description(
      "load CloudTrail logs, and model invocation logs beside them, into the warehouse; what is already there is not read again",
    )
    .argument("<source...>", sourceKinds.map(({ written }) => written).join(", "))
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb")
    .option("--threads <n>", "worker threads (default: one per core, at most 8)", wholeNumber("--threads", 1, 64))
    .option(
      "--max-object-mb <n>",
      "quarantine objects that inflate to more than this",
      wholeNumber("--max-object-mb", 1, 4096),
      512,
    )
    .option("--verify", "hash what is read, and check it by CloudTrail's digests, which lie beside the logs")
    .option("--strict", "exit with 4 when something was quarantined, rejected, refused, replaced or gone");
  addSourceFlags(addKeyFlags(command, "verify: ")).action(async (sources: string[], flags: IngestFlags) => {
    const summary = await runIngest(sources, flags, context);
    if (summary.interrupted) throw interrupted();
    const { isIncomplete } = await import("../ingest/summary.ts");
    if (flags.strict === true && isIncomplete(summary)) context.exitWith(exitCodes.incomplete);
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

/** Runs the ingest with progress on stderr and prints the summary there. */
export async function runIngest(
  sources: readonly string[],
  flags: IngestFlags,
  context: CommandContext,
): Promise<IngestSummary> {
  const opening = openSources(sources, flags, context);
  // The first of the two to fail is reported.
  opening.catch(() => undefined);
  const verify =
    flags.verify === true
      ? await openVerifyPlan(
          sources.map((source) => ({ source, flags })),
          flags,
          context,
        )
      : undefined;
  return await loadSources(opening, flags, context, { verify });
}

interface LoadOptions {
  /** Accounts and Regions whose logs are expected; undefined leaves them as they are. */
  readonly expected?: IngestOptions["expected"];
  readonly verify?: VerifyPlan | undefined;
  /** Called with the summary of a run that is about to fail although it published what it could read. */
  readonly onStopped?: (partial: IngestSummary) => void;
}

/** Runs the ingest for sources that are open, or about to be. */
export async function loadSources(
  opening: Promise<readonly ObjectSource[]>,
  flags: LoadFlags,
  context: CommandContext,
  more: LoadOptions = {},
): Promise<IngestSummary> {
  const { effects, signal } = context;
  const [{ ingest }, { ownBoundaryRegions }, { createProgress }, opened] = await Promise.all([
    import("../ingest/ingest.ts"),
    import("../report/boundary.ts"),
    import("./progress.ts"),
    opening,
  ]);
  const progress = createProgress(effects);
  let stopped: IngestSummary | undefined;
  try {
    const summary = await ingest({
      warehouse: flags.warehouse,
      boundaries: flags.boundaries === undefined ? undefined : ownBoundaryRegions(flags.boundaries),
      expected: more.expected,
      sources: opened,
      threads: flags.threads,
      maxRawBytes: flags.maxObjectMb * 2 ** 20,
      now: effects.now,
      onProgress: progress.update,
      signal,
      verify: more.verify,
      onNotice: (message) => effects.log.warn(message),
      onStopped: (partial) => {
        stopped = partial;
        more.onStopped?.(partial);
      },
    });
    progress.end();
    await printSummary(summary, flags.warehouse, context);
    return summary;
  } catch (thrown) {
    progress.end();
    if (stopped !== undefined) await printSummary(stopped, flags.warehouse, context);
    throw thrown;
  }
}

/** Reports this run's verdicts; the warehouse has all of them. */
function tellDigests(tally: Tally, { log }: Effects): void {
  log.info(`digests   ${tally.line("digest")}`);
  log.info(`log files ${tally.line("log")}`);
  if (tally.findings > 0) {
    const what = tally.findings === 1 ? "1 finding" : `${tally.findings.toLocaleString("en-US")} findings`;
    log.warn(`${what} of integrity: spillway report coverage; spillway query "from digest where verdict <> 'valid'"`);
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
  for (const { kind, uri, detail } of summary.findings)
    effects.log.warn(`finding: ${kind.replace("-", " ")} ${uri}: ${detail}`);
  for (const [kind, count] of summary.findingCounts) {
    const shown = summary.findings.filter((finding) => finding.kind === kind).length;
    if (count > shown)
      effects.log.warn(
        `... and ${count - shown} more; all of them: spillway query "from finding where kind = '${kind}'"`,
      );
  }
  if (summary.digests !== undefined) tellDigests(summary.digests, effects);
  for (const gap of summary.gaps) effects.log.warn(`not looked at: ${gap}`);
  if (counts.rejected > 0)
    effects.log.warn(`${counts.rejected} Bedrock records rejected for wrong types: spillway query "from quarantine"`);
  if (counts.logsRejected > 0)
    effects.log.warn(
      `${counts.logsRejected} invocation logs rejected for wrong types: spillway query "from quarantine"`,
    );
  if (counts.contentConflicts > 0)
    effects.log.warn(
      `${counts.contentConflicts} events came again with another content: spillway query "from event_variant"`,
    );
  if (counts.otherMajor > 0)
    effects.log.warn(
      `${counts.otherMajor} records have an eventVersion of another major number; they were read as version 1`,
    );
  if (summary.lateEvents > 0)
    effects.log.warn(`${summary.lateEvents} events came late, for days that were pruned, and were left out`);
  // A run stopped during its listing does not know what there is.
  const knowsAll = !summary.interrupted || counts.objectsListed > 0;
  if (knowsAll && counts.objectsListed === counts.objectsSkipped) {
    throw new SpillwayError("source-empty", `none of the ${counts.objectsListed} files is a log file`, {
      next: "Look for a folder that holds AWSLogs/, or log files ending in .json.gz.",
    });
  }
  if (knowsAll && counts.objectsListed === counts.objectsSkipped + counts.objectsQuarantined) {
    effects.log.warn("no log file among them could be read: nothing was learnt about any inference");
  }
  const { statSync } = await import("node:fs");
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
  const size = megabytes(statSync(warehouse, { throwIfNoEntry: false })?.size ?? 0);
  const speed = `${megabytes(counts.rawBytes)} of logs read in ${summary.seconds.toFixed(2)} s`;
  effects.log.info(
    summary.published
      ? `published ${warehouse}: ${size} (${speed})`
      : `nothing new; ${warehouse} is unchanged (${summary.seconds.toFixed(2)} s)`,
  );
}
