/** The flags of the preflight. */
import { type Command, Option } from "commander";
import { type CheckName, checkNames } from "../../probe/preflight/line.ts";
import { type OrganizationsFlags, type ServiceFlags, addOrganizationsFlags, addServiceFlags } from "./collect.ts";
import { type CallFlags, type DocumentFlags, addCallFlags, addDocumentFlags } from "./policy.ts";
import { type OutputFlags, addOutputFlags } from "./scope.ts";

export interface PreflightFlags extends CallFlags, DocumentFlags, OutputFlags, ServiceFlags, OrganizationsFlags {
  readonly accountRole?: string;
  readonly boundary?: string;
  /** The config's boundaries, which have no flag. */
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
  readonly skip?: readonly CheckName[];
  readonly crossCheck?: true;
  readonly permissions?: true;
}

export function addPreflightFlags(command: Command): Command {
  addOutputFlags(addDocumentFlags(addCallFlags(command)));
  return addOrganizationsFlags(addServiceFlags(command))
    .option("--account-role <name>", "role to assume in the principal's account to read its policies")
    .option("--boundary <name>", "approved Regions: a destination outside of it fails")
    .addOption(new Option("--skip <checks...>", "lines that need not hold").choices(checkNames))
    .option("--cross-check", "ask AWS's simulator too; where the policies are read live it is asked anyway")
    .option("--permissions", "print the smallest policy that this needs, and ask nothing");
}
