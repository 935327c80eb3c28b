/** The exit code of claims, and its flags. */
import { type Command, Option } from "commander";
import type { Engine } from "../engines/engine.ts";
import type { FirstTimes } from "../report/first-seen.ts";
import type { Report } from "../report/catalogue.ts";
import type { Scope } from "../sql/scope.ts";
import type { CommandContext } from "./flags/context.ts";
import { wholeNumber } from "./flags/values.ts";

/** The kinds, as in the config; repeated here because `--help` should not load it. */
const failOnKinds = ["boundary", "integrity", "stale", "drift", "first-seen", "findings"] as const;

export interface ClaimFlags {
  readonly failOn?: readonly (typeof failOnKinds)[number][];
  readonly strict?: true;
  readonly maxAge?: number;
}

export function addClaimFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--fail-on <what...>",
        "exit with 3 when a claim is not met, the logs are stale, something was seen for the first time, or (report drift) something does not fit",
      ).choices(failOnKinds),
    )
    .option("--strict", "exit with 4 when a claim is not shown: gaps, unknowns")
    .option("--max-age <hours>", "age at which logs are stale (default: 24)", wholeNumber("--max-age", 1, 8760));
}

export interface ClaimOrder {
  readonly engine: Engine;
  readonly catalogue: ReadonlyMap<string, Report>;
  readonly scope: Scope;
  readonly flags: ClaimFlags & { readonly boundary?: string };
  readonly context: CommandContext;
}

/** The exit code of the claims, if asked for: on other engines each question costs a scan. */
export async function judgeClaims({ engine, catalogue, scope, flags, context }: ClaimOrder): Promise<void> {
  const { failOn = [], strict, boundary } = flags;
  const { effects, signal, exitWith } = context;
  // mismatches in the report drift set their exit code when its rows were counted
  const wanted = failOn.filter((kind) => kind !== "drift");
  if (wanted.length === 0 && strict !== true) return;
  const first = wanted.includes("first-seen") ? await firstTimesOf({ engine, catalogue, scope }, signal) : undefined;
  const [{ findReport }, { applyScopeWherePossible }, { claimFindings, claimsOf, exitCodeOf, notShown }] =
    await Promise.all([import("../report/catalogue.ts"), import("../sql/scope.ts"), import("../report/claims.ts")]);
  const range = await claimsOf(
    engine,
    (report) => applyScopeWherePossible(findReport(catalogue, report).sql, scope, engine.qualify),
    signal,
  );
  const ofClaims = claimFindings(range, boundary).filter(
    ({ kind }) => wanted.includes("findings") || wanted.includes(kind),
  );
  const failing = [...ofClaims, ...(first?.findings ?? [])];
  const unshown = strict === true ? [...notShown(range.claims, boundary), ...(first?.notShown ?? [])] : [];
  if (strict !== true) for (const line of first?.notShown ?? []) effects.log.warn(line);
  const exitCode = exitCodeOf(failing.length, unshown.length);
  if (exitCode === 0) return;
  const why = [...failing.map(({ message }) => message), ...unshown];
  effects.log.warn(`exit code ${exitCode}: ${why.join("; ")}`, { exitCode });
  exitWith(exitCode);
}

async function firstTimesOf(
  { engine, catalogue, scope }: Pick<ClaimOrder, "engine" | "catalogue" | "scope">,
  signal: AbortSignal,
): Promise<FirstTimes> {
  const [{ findReport }, { applyScope }, { firstTimes }] = await Promise.all([
    import("../report/catalogue.ts"),
    import("../sql/scope.ts"),
    import("../report/first-seen.ts"),
  ]);
  return await firstTimes(engine, applyScope(findReport(catalogue, "first-seen").sql, scope, engine.qualify), signal);
}
