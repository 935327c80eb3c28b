/** The flags of sources, made from the table of settings, and the opening of what the command line names. */
import { type Command, Option } from "commander";
import { SpillwayError } from "../../errors.ts";
import { type SourceKind, kindOf, straySettings, takersOf } from "../../ingest/sources/kinds.ts";
import {
  type SettingName,
  type SourceSettings,
  bucketSettings,
  settingNames,
  sourceSettings,
} from "../../ingest/sources/settings.ts";
import type { ObjectSource } from "../../ingest/listing/source.ts";
import type { CommandContext } from "./context.ts";
import { bytes, dollars, list, wholeNumber } from "./values.ts";

/** Adds a flag for every setting of a source, with the kinds that take it. */
export function addSourceFlags(command: Command): Command {
  for (const name of settingNames) command.addOption(settingOption(name, `${takersOf(name).join(", ")}: `));
  return command;
}

/** Adds flags of single settings; `of` begins each description where the command has other flags too. */
export function addSettings(command: Command, names: readonly SettingName[], of = ""): Command {
  for (const name of names) command.addOption(settingOption(name, of));
  return command;
}

/** Adds the flags of the way to a bucket. */
export function addBucketFlags(command: Command): Command {
  return addSettings(command, [...bucketSettings, "s3RequesterPays"], "bucket: ");
}

/** The flag of a setting; `of` begins its description. Texts are checked where they are used. */
function settingOption(name: SettingName, of = ""): Option {
  const { value, placeholder, help } = sourceSettings[name];
  const flag = dashed(name);
  const option = new Option(placeholder === "" ? flag : `${flag} <${placeholder}>`, `${of}${help}`);
  switch (value) {
    case "texts":
    case "accounts":
      return option.argParser(list);
    case "days":
      return option.argParser(wholeNumber(flag, 1, 36_500));
    case "lateDays":
      return option.argParser(wholeNumber(flag, 0, 30));
    case "bytes":
      return option.argParser(bytes);
    case "dollars":
      return option.argParser(dollars);
    default:
      return option;
  }
}

export async function openSources(
  names: readonly string[],
  flags: SourceSettings & { readonly verify?: boolean },
  { effects, signal }: CommandContext,
): Promise<ObjectSource[]> {
  const kinds = names.map(kindOf);
  refuseStrayFlags(kinds, flags.verify === true ? withoutKeySettings(flags) : flags);
  const context = { env: effects.env, now: effects.now, log: effects.log, signal };
  return await Promise.all(names.map(async (name) => await kindOf(name).open(name, flags, context)));
}

/** The settings without those that public keys are fetched with, whatever the source. */
function withoutKeySettings(settings: SourceSettings): SourceSettings {
  const { profile: _, roleArn: __, externalId: ___, cloudtrailEndpoint: ____, ...rest } = settings;
  return rest;
}

function refuseStrayFlags(kinds: readonly SourceKind[], flags: SourceSettings): void {
  const given = settingNames.filter((name) => flags[name] !== undefined);
  const { stray, takers } = straySettings(kinds, given);
  if (stray.length === 0) return;
  const readWhole = kinds.some(({ label }) => label === "folder") && takers.some(({ label }) => label === "bucket");
  throw new SpillwayError(
    "usage",
    `these flags are for ${takers.map(({ plural }) => plural).join(" and ")}, and no source is one: ${stray.map(dashed).join(", ")}`,
    {
      next: readWhole
        ? "A folder is always read as a whole; give a report its time with spillway report --from."
        : "Leave them out, or name such a source; spillway ingest --help says which flag is for which.",
    },
  );
}

/** The flag as it is typed: `--s3-endpoint` for `s3Endpoint`. */
function dashed(flag: string): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
