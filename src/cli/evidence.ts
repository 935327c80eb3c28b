/** `spillway evidence`: a pack for an auditor, from the warehouse alone. */
import { type Command, Option } from "commander";
import { checkRange } from "../day.ts";
import { SpillwayError, exitCodes } from "../errors.ts";
import { variables } from "../variables.ts";
import type { CommandContext } from "./flags/context.ts";
import { addEvidenceTraceCommand } from "./evidence-trace.ts";
import { addEvidenceVerifyCommand } from "./evidence-verify.ts";
import { protectionOf } from "./flags/protection.ts";
import type { Engine } from "../engines/engine.ts";
import type { Protection } from "../privacy/stand-ins.ts";
import { time } from "./flags/values.ts";

interface EvidenceFlags {
  readonly warehouse: string;
  readonly boundary?: string;
  /** The config's boundaries, which have no flag. */
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
  readonly from?: Date;
  readonly to?: Date;
  readonly output?: string;
  readonly asOf?: Date;
  readonly pseudonymise?: string;
  readonly keepPersonal?: true;
  readonly keepUsers?: true;
  readonly sign?: string;
  readonly profile?: string;
  readonly clauses?: string;
  readonly failOn?: "findings";
  readonly strict?: true;
}

export function addEvidenceCommand(program: Command, context: CommandContext): void {
  const evidence = program
    .command("evidence")
    .description("write an evidence pack: figures, the rows behind them, and what they were computed from")
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb")
    .option("--boundary <name>", "approved Regions: eu, eea, us, ... or Regions with commas")
    .option("--from <time>", "first day or time, UTC", time)
    .option("--to <time>", "day or time at which it ends, UTC; not included", time)
    .option("--output <place>", "a new folder, or a file that ends in .zip")
    .option("--as-of <time>", "the time of the pack (default: SOURCE_DATE_EPOCH, else that of the last ingest)", time)
    .addOption(
      new Option("--pseudonymise <key>", "replace people by a keyed hash instead of numbers")
        .env(variables.pseudonymiseKey.name)
        .conflicts("keepPersonal"),
    )
    .option("--keep-personal", "keep personal data in the pack; without it, it is left out")
    .option("--keep-users", "names of users and of principals known by an id alone stay")
    .option("--sign <key>", "sign it: a PEM file with a P-256 or Ed25519 key, or kms:ARN")
    .option("--profile <name>", "AWS profile, for a key in KMS")
    .option("--clauses <file>", "a clause map of your own instead of the one that ships, JSON")
    .addOption(new Option("--fail-on <what>", "exit with 3 when a claim is not met").choices(["findings"]))
    .option("--strict", "exit with 4 when a claim is not shown")
    .action(async (flags: EvidenceFlags) => await writeEvidence(flags, context));
  addEvidenceVerifyCommand(evidence, context);
  addEvidenceTraceCommand(evidence, context);
}

async function writeEvidence(flags: EvidenceFlags, { effects, signal, exitWith }: CommandContext): Promise<void> {
  const { from, to, output, boundary: boundaryName } = flags;
  // not by commander, which would require them of the sub-commands too
  if (from === undefined || to === undefined || output === undefined || boundaryName === undefined) {
    throw new SpillwayError("usage", "a pack needs a boundary, a range and a place", {
      next: "For example: spillway evidence --boundary eu --from 2026-10-01 --to 2026-11-01 --output eu-2026-10.zip",
    });
  }
  checkRange(from, to);
  const [{ resolveBoundary }, { loadCatalogue }, { openWarehouseForPack }, { makePack }, { bytesText }] =
    await Promise.all([
      import("../report/boundary.ts"),
      import("../report/catalogue.ts"),
      import("../engines/duckdb/engine.ts"),
      import("../evidence/make-pack.ts"),
      import("../bytes-text.ts"),
    ]);
  const boundary = resolveBoundary(boundaryName, flags.boundaries);
  const [{ openSigner }, { readClauses }] = await Promise.all([
    import("../evidence/signing-key.ts"),
    import("../evidence/reference-files.ts"),
  ]);
  const clauses = flags.clauses === undefined ? undefined : readClauses(flags.clauses);
  const signer =
    flags.sign === undefined ? undefined : await openSigner(flags.sign, { profile: flags.profile, signal });
  const protection = protectionFor(flags);
  const named = flags.asOf ?? epochOf(effects.env["SOURCE_DATE_EPOCH"]);
  const engine = await openWarehouseForPack(flags.warehouse, protection);
  try {
    const asOf = named ?? (await lastRun(engine, signal));
    const question = { boundary, from, to, asOf, protection };
    const made = await makePack({ question, engine, catalogue: loadCatalogue(), signal, clauses }, output, { signer });
    for (const { claim, outcome, numbers, missing } of made.summary.claims)
      effects.log.info(`${claim}: ${outcome} (${numbers})${missing === null ? "" : `; missing: ${missing}`}`);
    if (made.summary.strangeRegions.length > 0)
      effects.log.warn(
        `Regions that the reference data does not know, counted as outside: ${made.summary.strangeRegions.join(", ")}`,
      );
    if (made.outputs.length > 1) effects.log.info("the zip would be larger than 100 MB: a pack for each month instead");
    const isSigned = signer === undefined ? "unsigned" : "signed";
    effects.log.info(`wrote ${made.outputs.join(", ")}: ${made.files} files, ${bytesText(made.bytes)}; ${isSigned}`);
    effects.log.info(
      `check it with: spillway evidence verify ${made.outputs[0] ?? output}, or without Spillway, as VERIFY.md in it says`,
    );
    const outcomes = new Set(made.summary.claims.map(({ outcome }) => outcome));
    if (flags.failOn === "findings" && outcomes.has("not met")) exitWith(exitCodes.findings);
    else if (flags.strict === true && outcomes.has("not shown")) exitWith(exitCodes.incomplete);
  } finally {
    await engine.close();
  }
}

/** The protection of people, who are left out unless the flags say otherwise. */
function protectionFor({ keepPersonal, pseudonymise, keepUsers }: EvidenceFlags): Protection | undefined {
  const users = keepUsers === true ? { keepUsers } : {};
  if (keepPersonal === true) return protectionOf(users);
  return protectionOf(pseudonymise === undefined ? { dropPersonal: true, ...users } : { pseudonymise, ...users });
}

/** The time of reproducible builds, from seconds since 1970. */
function epochOf(text: string | undefined): Date | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^\d{1,11}$/.test(text)) return new Date(Number(text) * 1000);
  throw new SpillwayError("usage", `SOURCE_DATE_EPOCH is ${text}, which is not a number of seconds`, {
    next: "Set it to whole seconds since 1970, or give --as-of.",
  });
}

/** The time of the last ingest, which makes a pack independent of when it is made. */
async function lastRun(engine: Engine, signal: AbortSignal): Promise<Date> {
  const { plainRows } = await import("../engines/result.ts");
  const [row] = await plainRows(await engine.run("SELECT as_of FROM asked_range", signal, "asked range"));
  const time = row?.["as_of"];
  if (typeof time === "number") return new Date(time);
  throw new SpillwayError("usage", "nothing was ever ingested into this warehouse, so the pack has no time", {
    next: "Run spillway ingest first, or give --as-of.",
  });
}
