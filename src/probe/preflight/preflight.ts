/** The preflight: every line in its order, over live answers. */
import type { ServiceAccess } from "../../aws/access.ts";
import { type BedrockReader, openBedrock } from "../../aws/bedrock-readiness.ts";
import { openTrails } from "../../aws/trails.ts";
import { SpillwayError } from "../../errors.ts";
import type { KnownProfile } from "../../policy/resolve-profile.ts";
import { type QuestionBase, ask } from "./ask.ts";
import { type CheckName, type Line, cannotTell, checkNames, fails, passes } from "./line.ts";
import { modelLines } from "./model-lines.ts";
import { type DecidedCall, policyLines, simulatorLine } from "./policy-lines.ts";
import { type AskedProfile, askProfile, boundaryLine } from "./profile-lines.ts";
import { trailLines } from "./trail-lines.ts";
import type { CrossChecked } from "../cross-check.ts";

export interface PreflightQuestion {
  /** The way to the source Region. */
  readonly access: ServiceAccess;
  readonly profile: string;
  readonly sourceRegion: string;
  readonly known: readonly KnownProfile[];
  readonly boundary?: { readonly name: string; readonly regions: readonly string[] } | undefined;
  readonly skip: readonly CheckName[];
  readonly now: Date;
  readonly signal: AbortSignal | undefined;
  /** The account of the credentials, the only one for which AWS tells of models, trails and logging. */
  readonly ownAccount: string;
  /** The call with the policies that apply. @throws SpillwayError `usage` for an unknown profile */
  readonly decide: (live: KnownProfile | undefined) => Promise<DecidedCall>;
  /** The simulator; undefined if not asked for. */
  readonly simulate: ((decided: DecidedCall) => Promise<readonly CrossChecked[]>) | undefined;
}

export interface Preflight {
  readonly lines: readonly Line[];
  readonly decided: DecidedCall | undefined;
  /** The questions that the simulator did not answer, with reasons. */
  readonly unsimulated: readonly string[];
}

export async function preflight(question: PreflightQuestion): Promise<Preflight> {
  const { access, sourceRegion, signal } = question;
  const bedrock = openBedrock(access, signal);
  const trails = openTrails(access, signal);
  const base = { access, service: "Bedrock" };
  try {
    const profile = await askProfile(bedrock, base, { ...question, today: question.now.toISOString().slice(0, 10) });
    const decided = await decide(question, profile);
    const { lines, unsimulated } = await policies(question, decided);
    const elsewhere = decided.kind === "call" ? foreign(question, decided.call) : undefined;
    const live = elsewhere ?? [
      ...(decided.kind === "call" ? await modelLines(bedrock, base, decided.call.call) : []),
      profile.line,
      ...(await trailLines(trails, { access, service: "CloudTrail" }, sourceRegion)),
      await loggingLine(bedrock, base, sourceRegion),
    ];
    const all = [...lines, ...live, ...boundary(question, profile, decided)];
    return {
      lines: checkNames.flatMap((name) =>
        question.skip.includes(name) ? [] : all.filter(({ check }) => check === name),
      ),
      decided: decided.kind === "call" ? decided.call : undefined,
      unsimulated,
    };
  } finally {
    await bedrock.close();
    await trails.close();
  }
}

type Decided =
  | { readonly kind: "call"; readonly call: DecidedCall }
  | { readonly kind: "unknown"; readonly why: string; readonly next: string };

/** The decision; for a profile that does not exist there is only its own line. */
async function decide({ decide: find }: PreflightQuestion, { live, isGone }: AskedProfile): Promise<Decided> {
  try {
    return { kind: "call", call: await find(live) };
  } catch (thrown) {
    if (!isGone || !(thrown instanceof SpillwayError) || thrown.code !== "usage") throw thrown;
    return { kind: "unknown", why: thrown.message, next: "Name a profile that there is." };
  }
}

async function policies(
  { profile, simulate }: PreflightQuestion,
  decided: Decided,
): Promise<{ lines: readonly Line[]; unsimulated: readonly string[] }> {
  if (decided.kind === "unknown") {
    const checks = ["role-permission", "scp", "model-access"] as const;
    return { lines: checks.map((check) => cannotTell(check, profile, decided.why, decided.next)), unsimulated: [] };
  }
  const simulated = (await simulate?.(decided.call)) ?? [];
  const line = simulated.length === 0 ? undefined : simulatorLine(decided.call, simulated);
  return {
    lines: [...policyLines(decided.call), ...(line === undefined ? [] : [line])],
    unsimulated: [...new Set(simulated.flatMap(({ simulated: said, why }) => (said === undefined ? [why] : [])))],
  };
}

/** The reason why lines cannot be told: the answers would be about another account than the caller's. */
function foreign({ ownAccount, profile }: PreflightQuestion, { call }: DecidedCall): Line[] | undefined {
  if (call.account === ownAccount) return undefined;
  const checks = [
    "model-access",
    "profile",
    "trail",
    "trail-logging",
    "trail-read-events",
    "trail-validation",
    "invocation-logging",
  ] as const;
  return checks.map((check) =>
    cannotTell(
      check,
      profile,
      `these credentials are of the account ${ownAccount}, the call is of ${call.account}`,
      `Ask as ${call.account}: --role-arn arn:aws:iam::${call.account}:role/NAME, or another --profile.`,
    ),
  );
}

function boundary(
  { boundary: wanted, profile, sourceRegion }: PreflightQuestion,
  { live }: AskedProfile,
  decided: Decided,
): Line[] {
  if (wanted === undefined) return [];
  const destinations = live?.destinations ?? (decided.kind === "call" ? decided.call.call.destinations : undefined);
  if (destinations === undefined)
    return [cannotTell("boundary", profile, "its destinations are not known", "Name a profile that there is.")];
  return [boundaryLine(profile, destinations, sourceRegion, wanted)];
}

async function loggingLine(reader: BedrockReader, base: QuestionBase, sourceRegion: string): Promise<Line> {
  const check = "invocation-logging";
  const permission = "bedrock:GetModelInvocationLoggingConfiguration";
  const asked = await ask(
    { ...base, what: `the logging of invocations in ${sourceRegion}`, permission },
    reader.loggingTargets,
  );
  if (asked.kind === "refused") return cannotTell(check, sourceRegion, asked.why, asked.next);
  if (asked.kind === "error") throw asked.error;
  if (asked.value.length > 0)
    return passes(check, sourceRegion, `to ${asked.value.join(" and ")}; these logs hold prompts`);
  return fails(
    check,
    sourceRegion,
    "it is off: what CloudTrail does not say of a call, nothing will",
    "Switch it on in the Bedrock console of the source Region, or leave it off on purpose with --skip invocation-logging.",
  );
}
