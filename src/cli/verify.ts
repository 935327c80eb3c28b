/** `spillway verify`: CloudTrail's digest chains of all accounts, Regions and trails; rows out, sums on stderr, an exit code. */
import { type Command, Option } from "commander";
import { checkRange } from "../day.ts";
import { SpillwayError, exitCodes } from "../errors.ts";
import type { Step } from "../integrity/check-area.ts";
import type { Tally } from "../integrity/tally.ts";
import type { VerifyRow } from "../integrity/verdict.ts";
import { type FormatName, formatNames } from "../report/formats/names.ts";
import type { CommandContext } from "./flags/context.ts";
import { addBucketFlags } from "./flags/source.ts";
import type { SourceSettings } from "../ingest/sources/settings.ts";
import { untilStopped } from "../until-stopped.ts";
import { type KeyFlags, addKeyFlags, openArchives, openKeys } from "./open-archives.ts";
import { list, time, wholeNumber } from "./flags/values.ts";

export interface VerifyFlags extends Omit<SourceSettings, "from" | "to">, KeyFlags {
  readonly from?: Date;
  readonly to?: Date;
  readonly failOn?: "integrity";
  readonly strict?: true;
  readonly format?: FormatName;
  readonly output?: string;
  readonly threads?: number;
}

export function addVerifyCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("verify")
    .description("check CloudTrail's digest chains: that log files are those that were delivered, and none is missing")
    .argument("<source...>", "s3://bucket[/prefix], or a folder that holds AWSLogs/")
    .option("--from <time>", "delivered from this instant on, UTC (default: from the first digest)", time)
    .option("--to <time>", "delivered until this instant, UTC; a chain has to reach it (default: now)", time)
    .option("--account <ids>", "only these accounts", list)
    .option("--region <regions>", "only these Regions", list)
    .option("--cloudtrail-endpoint <url>", "another endpoint than AWS's for ListPublicKeys")
    .addOption(
      new Option(
        "--fail-on <what>",
        "exit with 3 when something was changed, deleted or is listed by no digest",
      ).choices(["integrity"]),
    )
    .option("--strict", "exit with 4 when something could not be shown")
    .addOption(
      new Option("--format <format>", "every row in this format (default: a table of what is not valid)").choices(
        formatNames,
      ),
    )
    .option("--output <file>", "write to a file instead of stdout")
    .option("--threads <n>", "worker threads (default: one per core, at most 8)", wholeNumber("--threads", 1, 64));
  addBucketFlags(addKeyFlags(command)).action(async (sources: string[], flags: VerifyFlags) => {
    const { tally, gaps } = await runVerify(sources, flags, context);
    if (flags.failOn === "integrity" && tally.findings > 0) context.exitWith(exitCodes.findings);
    else if (flags.strict === true && (tally.gaps > 0 || gaps.length > 0)) context.exitWith(exitCodes.incomplete);
  });
}

/** The findings, and what could not be looked at. */
export interface VerifyOutcome {
  readonly tally: Tally;
  readonly gaps: readonly string[];
}

async function runVerify(
  sources: readonly string[],
  flags: VerifyFlags,
  context: CommandContext,
): Promise<VerifyOutcome> {
  const { effects } = context;
  checkScope(flags);
  const [{ areasOf, verifyAreas }, { SealPool }, { Tally }, { readSignatures }, { printResult }, { verifyResult }] =
    await Promise.all([
      import("../integrity/verify.ts"),
      import("../integrity/seal-pool.ts"),
      import("../integrity/tally.ts"),
      import("../integrity/saved-files.ts"),
      import("./print-result.ts"),
      import("./verify-result.ts"),
    ]);
  const signatures = readSignatures(flags.signatures ?? []);
  const { keys } = await openKeys(flags, context);
  const archives = await openArchives(sources, flags, context);
  await using pool = new SealPool(flags.threads);
  const tally = new Tally();
  const refused = new Set<string>();
  const progress = await progressOf(context);
  const options = {
    archives,
    range: { from: flags.from?.getTime() ?? null, to: flags.to?.getTime() ?? null },
    now: effects.now(),
    keys,
    signatures,
    accounts: flags.account,
    regions: flags.region,
    readLogs: () => (files: Parameters<typeof pool.read>[0]) => pool.read(files),
    onProgress: progress.step,
    onRefused: ({ message }: SpillwayError) => void refused.add(message),
  };
  const areas = await areasOf(options);
  if (areas.length === 0) throw nothingThere(sources, flags);
  const rows = async function* (): AsyncGenerator<readonly VerifyRow[]> {
    for await (const piece of untilStopped(verifyAreas(areas, options), context.signal)) {
      for (const row of piece) tally.add(row);
      const shown = flags.format === undefined ? piece.filter(({ verdict }) => verdict !== "valid") : piece;
      if (shown.length > 0) yield shown;
    }
    progress.end();
  };
  try {
    const result = await verifyResult(rows(), flags.format === undefined);
    // An empty result is reported below in words.
    if (result !== null) await printResult(result, flags, effects);
  } finally {
    progress.end();
  }
  const gaps = [...new Set([...archives.flatMap((archive) => archive.gaps), ...refused, ...noDigests(tally)])];
  tell(tally, areas.length, gaps, flags, context);
  return { tally, gaps };
}

function checkScope({ from, to, account }: VerifyFlags): void {
  checkRange(from, to);
  const stranger = account?.find((id) => !/^\d{12}$/.test(id));
  if (stranger !== undefined)
    throw new SpillwayError("usage", `${stranger} is not an account id`, { next: "Account ids have 12 digits." });
}

function nothingThere(sources: readonly string[], { account, region }: VerifyFlags): SpillwayError {
  const only = [...(account ?? []), ...(region ?? [])];
  const of = only.length === 0 ? "" : ` of ${only.join(", ")}`;
  return new SpillwayError("source-empty", `no digests and no log files${of} below ${sources.join(", ")}`, {
    next: "Name what holds AWSLogs/ACCOUNT/CloudTrail-Digest/REGION/: the digests lie beside the logs, in a folder of their own.",
  });
}

async function progressOf({ effects }: CommandContext): Promise<{ step: (step: Step) => void; end: () => void }> {
  const { createBar } = await import("./progress.ts");
  const bar = createBar(effects);
  const sum = { found: 0, digests: 0, logs: 0 };
  const n = (value: number): string => value.toLocaleString("en-US");
  return {
    step: ({ found = 0, digests = 0, logs = 0 }) => {
      sum.found += found;
      sum.digests += digests;
      sum.logs += logs;
      bar.update(sum.digests, sum.found, `${n(sum.digests)} of ${n(sum.found)} digests, ${n(sum.logs)} log files`, sum);
    },
    end: bar.end,
  };
}

function noDigests(tally: Tally): readonly string[] {
  return tally.count("digest") === 0 ? ["there is no digest in what was asked for: nothing vouches for the logs"] : [];
}

function tell(
  tally: Tally,
  areas: number,
  gaps: readonly string[],
  flags: VerifyFlags,
  { effects: { log } }: CommandContext,
): void {
  const n = (value: number, what: string): string =>
    `${value.toLocaleString("en-US")} ${what}${value === 1 ? "" : "s"}`;
  const when = [
    flags.from === undefined ? "" : ` from ${iso(flags.from)}`,
    flags.to === undefined ? "" : ` to ${iso(flags.to)}`,
  ];
  log.info(`checked   ${n(areas, "account-Region")}${when.join("")}`);
  log.info(`digests   ${tally.line("digest")}`);
  log.info(`log files ${tally.line("log")}`);
  const signed = tally.signatures();
  if (signed !== "") log.info(`signatures from ${signed}`);
  for (const gap of gaps) log.warn(gap);
  const findings = tally.findings === 0 ? "" : n(tally.findings, "finding");
  const unshown = tally.gaps === 0 ? "" : `${tally.gaps.toLocaleString("en-US")} could not be shown`;
  const problems = [findings, unshown].filter((text) => text !== "").join(", ");
  if (problems !== "") log.warn(problems);
  else if (gaps.length === 0) log.info("Every digest and every log file is what CloudTrail signed.");
}

function iso(instant: Date): string {
  return instant.toISOString().replace(".000Z", "Z");
}
