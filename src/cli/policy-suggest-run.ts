/** A run of `spillway policy suggest`: profiles from the flags, the suggestion, and its output. */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SpillwayError, exitCodes } from "../errors.ts";
import type { Call } from "../policy/call.ts";
import { overallOf } from "../policy/evaluate.ts";
import { lengthsOf, limits } from "../policy/limits.ts";
import { matches, patternOf } from "../policy/pattern.ts";
import type { ChangedDocument } from "../policy/suggest/changed-document.ts";
import { type Suggestion, suggest } from "../policy/suggest/suggest.ts";
import { targetsOf } from "../policy/suggest/target.ts";
import { unifiedDiff } from "../policy/text-diff.ts";
import { explainAnswer } from "../policy/explain.ts";
import { resourceName } from "../policy/expectation.ts";
import { inferenceProfileSnapshot } from "../reference/inference-profiles.ts";
import type { CommandContext } from "./flags/context.ts";
import { warnOfLints } from "./policy-lints.ts";
import { type PreparedCheck, prepareCheck } from "./policy-prepare.ts";
import { formatOf } from "./flags/result.ts";
import type { SuggestFlags } from "./flags/policy.ts";

/** Prints the suggestion and returns the exit code: 3 if something stays refused whatever is changed. */
export async function suggestPolicies(flags: SuggestFlags, context: CommandContext): Promise<number> {
  const profiles = profilesOf(flags);
  const { inferenceProfile: _, ...rest } = flags;
  const prepared: PreparedCheck[] = [];
  for (const inferenceProfile of profiles)
    prepared.push(await prepareCheck({ ...rest, operation: "InvokeModel", inferenceProfile }, context));
  const [first] = prepared;
  if (first === undefined)
    throw new SpillwayError("usage", "no profile is named", { next: "Add --inference-profile ID." });
  const calls: Call[] = prepared.map(({ call }) => call);
  const layers = first.documents.layers.filter(({ kind, missing }) => missing === undefined || kind !== "identity");
  const suggestion = suggest(targetsOf(calls, flags.style), layers, first.given);
  warnOfLints(suggestion.layers, context.effects);
  await show(suggestion, flags, context);
  return tell(suggestion, context);
}

/** The profiles of the flags; a scope means all of its profiles that can be called in the source Region. */
function profilesOf(flags: SuggestFlags): string[] {
  return flags.inferenceProfile.flatMap((written) => {
    if (!written.includes("*")) return [written];
    const rows = inferenceProfileSnapshot().rows.filter(
      ({ profileId, sourceRegion }) => sourceRegion === flags.sourceRegion && matches(patternOf(written), profileId),
    );
    if (rows.length > 0) return rows.map(({ profileId }) => profileId);
    throw new SpillwayError(
      "usage",
      `no profile ${written} is known with the source Region ${flags.sourceRegion ?? "(none)"}`,
      {
        next: "Name profiles by their ids, or another source Region.",
      },
    );
  });
}

async function show(suggestion: Suggestion, flags: SuggestFlags, { effects }: CommandContext): Promise<void> {
  const rows = changesOnce(suggestion).map(rowOf);
  if (flags.documents !== undefined)
    await writeDocuments(suggestion, flags.documents, (text) => effects.log.info(text));
  if (flags.format === undefined && formatOf(flags) === "table") {
    const { withOutput } = await import("../report/output.ts");
    await withOutput(flags.output, effects.stdout, async (output) => {
      await output.write(rows.map(({ diff }) => diff).join(""));
    });
    return;
  }
  const [{ resultOf }, { printResult }] = await Promise.all([
    import("../engines/result.ts"),
    import("./print-result.ts"),
  ]);
  const columns = [
    { name: "file", type: "text" },
    { name: "policy", type: "text" },
    { name: "change", type: "text" },
    { name: "written", type: "integer" },
    { name: "minimised", type: "integer" },
    { name: "limit", type: "integer" },
    { name: "diff", type: "text" },
    { name: "document", type: "text" },
  ] as const;
  const data = columns.map(({ name }) => rows.map((row) => row[name]));
  await printResult(resultOf(columns, data), flags, effects);
}

/** The changed documents; one attached in two places is one file. */
function changesOnce({ changes }: Suggestion): ChangedDocument[] {
  return changes.filter(
    ({ after }, index) =>
      changes.findIndex((twin) => twin.after.name === after.name && twin.after.text === after.text) === index,
  );
}

interface Row {
  readonly file: string;
  readonly policy: string;
  readonly change: string;
  readonly written: number;
  readonly minimised: number;
  readonly limit: number;
  readonly diff: string;
  readonly document: string;
}

function rowOf({ before, after, where, steps }: ChangedDocument): Row {
  return {
    file: after.name,
    policy: where,
    change: steps.join("; "),
    ...lengthsOf(after.text, after.root),
    limit: limits[after.kind].characters,
    diff: unifiedDiff(after.name, before?.text, after.text),
    document: after.text,
  };
}

async function writeDocuments(suggestion: Suggestion, folder: string, say: (text: string) => void): Promise<void> {
  const changes = changesOnce(suggestion);
  const names = changes.map(({ after }) => basename(after.name));
  for (const [index, { after }] of changes.entries()) {
    const name = names[index] ?? "";
    // two files of one name keep their folders
    const own = names.indexOf(name) === names.lastIndexOf(name) ? name : after.name.replaceAll(/\.\.\/|^\/+/g, "");
    const file = join(folder, own.endsWith(".json") ? own : `${own}.json`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, after.text);
    say(`wrote ${file}`);
  }
}

/** Reports the changes, the new lengths, and what stays refused. */
function tell(suggestion: Suggestion, { effects }: CommandContext): number {
  const { blocked, answers, layers } = suggestion;
  const changes = changesOnce(suggestion);
  if (changes.length === 0) effects.log.info("nothing has to change: the documents let these calls through");
  for (const change of changes) {
    const { file, written, minimised, limit } = rowOf(change);
    for (const step of change.steps) effects.log.info(step);
    effects.log.info(
      `${file}: ${grouped(written)} characters as written, ${grouped(minimised)} without blanks, of ${grouped(limit)}`,
    );
  }
  for (const reason of new Set(blocked)) effects.log.warn(reason);
  const missing = layers.filter((layer) => layer.missing !== undefined).map((layer) => layer.missing);
  for (const reason of missing) effects.log.warn(`not looked at: ${reason}`);
  const left = answers.flatMap(([, { resources }]) => resources).filter(({ decision }) => decision !== "allowed");
  const overall = overallOf(left);
  if (overall === "allowed" || (overall === "cannot-tell" && missing.length > 0)) return exitCodes.ok;
  for (const said of new Set(
    left.map((resource) => `${resourceName(resource.check)}: ${explainAnswer(resource).join("; ")}`),
  ))
    effects.log.warn(`still ${overall === "denied" ? "refused" : "not certain"}: ${said}`);
  return overall === "denied" ? exitCodes.findings : exitCodes.incomplete;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
