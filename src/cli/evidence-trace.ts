/** `spillway evidence trace`: from a row of a pack to its log file, hash, digest and key, and to the record itself. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { SpillwayError, exitCodes } from "../errors.ts";
import type { ReadLog, StepOutcome } from "../evidence/trace-step.ts";
import type { SourceSettings } from "../ingest/sources/settings.ts";
import { pathOfPlace } from "../evidence/layout.ts";
import type { CommandContext } from "./flags/context.ts";
import { addBucketFlags } from "./flags/source.ts";

interface TraceFlags extends SourceSettings {
  readonly source?: readonly string[];
}

export function addEvidenceTraceCommand(evidence: Command, { effects, exitWith }: CommandContext): void {
  const command = evidence
    .command("trace")
    .description(
      "follow a call of a pack to its proof: exit code 0 it holds, 3 it does not, 4 something cannot be shown",
    )
    .argument("<pack>", "its folder, or its zip")
    .argument("<invocation-key>", "invocation_key of a row in data/rows/")
    .option(
      "--source <place>",
      "the logs, to find the record itself: a folder that holds AWSLogs/, or s3://bucket[/prefix]; once more for invocation logs elsewhere",
      (place: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), place],
    );
  addBucketFlags(command).action(async (pack: string, key: string, flags: TraceFlags) => {
    const [{ withPack }, { traceCall }] = await Promise.all([
      import("../evidence/open-pack.ts"),
      import("../evidence/trace-call.ts"),
    ]);
    const readLog = flags.source === undefined ? undefined : await anyOf(flags.source, flags, effects.env);
    const { steps, records } = await withPack(
      pack,
      (root) => traceCall(root, key, readLog),
      ([first = "no pack"]) => {
        throw new SpillwayError("usage", `${pack} is not a pack: ${first}`, {
          next: `See: spillway evidence verify ${pack}`,
        });
      },
    );
    for (const { what, outcome, text } of steps)
      effects.stdout.write(`${what.padEnd(9)} ${outcome === "holds" ? "" : `${outcome.toUpperCase()}: `}${text}\n`);
    for (const record of records) effects.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
    const found = new Set<StepOutcome>(steps.map(({ outcome }) => outcome));
    if (found.has("does not hold")) exitWith(exitCodes.findings);
    else if (found.has("cannot be shown")) exitWith(exitCodes.incomplete);
  });
}

/** Reads from the first source that has the file; what keeps another from giving it is told where none does. */
async function anyOf(
  sources: readonly string[],
  flags: SourceSettings,
  env: CommandContext["effects"]["env"],
): Promise<ReadLog> {
  const readers = await Promise.all(sources.map(async (source) => await logsOf(source, flags, env)));
  return async (uri) => {
    let failure: unknown;
    for (const read of readers) {
      try {
        const bytes = await read(uri);
        if (bytes !== null) return bytes;
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return null;
  };
}

/** The reader of a log file by the end of its URI, which a copy keeps. */
async function logsOf(source: string, flags: SourceSettings, env: CommandContext["effects"]["env"]): Promise<ReadLog> {
  const { isS3Url, parseS3Url } = await import("../aws/s3/url.ts");
  if (!isS3Url(source)) {
    if (!existsSync(source)) {
      throw new SpillwayError("usage", `there is no folder ${source}`, {
        next: "Name the folder that holds AWSLogs/.",
      });
    }
    return (uri) => {
      const file = endsOf(uri)
        .map((end) => join(source, end))
        .find((path) => existsSync(path));
      return Promise.resolve(file === undefined ? null : readFileSync(file));
    };
  }
  const [{ fetchObject }, { locateBucket }, { accessOf, bucketOptionsOf, checkS3Access }] = await Promise.all([
    import("../aws/s3/fetch-object.ts"),
    import("../aws/s3/locate-bucket.ts"),
    import("../aws/options.ts"),
  ]);
  const { bucket, prefix } = parseS3Url(source);
  const options = bucketOptionsOf(flags);
  checkS3Access(options);
  const { access } = await locateBucket(accessOf(bucket, options, env), prefix);
  const before = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  return async (uri) => {
    const key = uri.startsWith(`s3://${bucket}/`)
      ? uri.slice(`s3://${bucket}/`.length)
      : `${before.replace(/AWSLogs\/.*$/s, "")}${endsOf(uri)[0] ?? ""}`;
    return await fetchObject({ kind: "s3", key, etag: "", size: null, access });
  };
}

/** The ends of a URI: from `AWSLogs/` on, and the shorter ones for a source that is a folder below it. */
function endsOf(uri: string): readonly string[] {
  const place = pathOfPlace(uri);
  const parts = place.slice(Math.max(0, place.lastIndexOf("AWSLogs/"))).split("/");
  return parts.map((_, index) => parts.slice(index).join("/"));
}
