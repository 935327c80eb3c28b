/** The flags for the protection of people in results. */
import { type Command, Option } from "commander";
import { SpillwayError } from "../../errors.ts";
import type { Protection } from "../../privacy/stand-ins.ts";
import { variables } from "../../variables.ts";

export interface ProtectionFlags {
  readonly pseudonymise?: string;
  readonly dropPersonal?: true;
  readonly keepUsers?: true;
}

export function addProtectionFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--pseudonymise <key>", "replace people by a keyed hash")
        .env(variables.pseudonymiseKey.name)
        .conflicts("dropPersonal"),
    )
    .option("--drop-personal", "replace people by numbers that mean nothing outside of this result")
    .option("--keep-users", "with either: names of users and of principals known by an id alone stay");
}

/** The protection that the flags name. @throws SpillwayError `usage` */
export function protectionOf({ pseudonymise, dropPersonal, keepUsers }: ProtectionFlags): Protection | undefined {
  if (dropPersonal === true) return { drop: true, keepUsers };
  if (pseudonymise === undefined) {
    if (keepUsers !== true) return undefined;
    throw new SpillwayError("usage", "--keep-users says what stays when people are replaced, and they are not", {
      next: "Add --pseudonymise KEY or --drop-personal, or leave it out.",
    });
  }
  if (pseudonymise.length < 16) {
    throw new SpillwayError("usage", "the key for --pseudonymise has fewer than 16 characters", {
      next: "Use a long random secret, for example from: openssl rand -hex 32",
    });
  }
  return { key: pseudonymise, keepUsers };
}
