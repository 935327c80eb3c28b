/** The flags of collecting policies: whose, and the way to AWS. */
import type { Command } from "commander";
import { list } from "./values.ts";

export interface ServiceFlags {
  readonly profile?: string;
  readonly roleArn?: readonly string[];
  readonly externalId?: string;
  readonly awsRegion?: string;
  readonly endpointUrl?: string;
}

/** The way to Organizations, where it differs. */
export interface OrganizationsFlags {
  readonly organizationsProfile?: string;
  readonly organizationsRoleArn?: readonly string[];
}

export interface CollectFlags extends ServiceFlags, OrganizationsFlags {
  readonly principal?: readonly string[];
  readonly organization?: true;
  readonly accountRole?: string;
  readonly permissions?: true;
  readonly crossCheck?: true;
  readonly output?: string;
  readonly strict?: true;
}

/** The way to services that are not S3. */
export function addServiceFlags(command: Command): Command {
  return command
    .option("--profile <name>", "AWS profile")
    .option("--role-arn <arns>", "assume this role; several one through the other", list)
    .option("--external-id <id>", "external id of the last role")
    .option("--aws-region <region>", "Region of the calls (default: the profile's)")
    .option("--endpoint-url <url>", "another address than AWS's");
}

export function addOrganizationsFlags(command: Command): Command {
  return command
    .option(
      "--organizations-profile <name>",
      "AWS profile for Organizations: management account or delegated administrator",
    )
    .option("--organizations-role-arn <arns>", "role to assume for Organizations", list);
}

export function addCollectFlags(command: Command): Command {
  command
    .option("--principal <arns>", "roles and users, with their paths", list)
    .option("--organization", "all accounts with their OUs and SCPs, and the principals that may call Bedrock")
    .option("--account-role <name>", "role to assume in each account for its IAM");
  return addOrganizationsFlags(addServiceFlags(command))
    .option("--permissions", "print the smallest policy that this needs, and fetch nothing")
    .option("--cross-check", "with --permissions: also for policy check --cross-check")
    .option("--output <file>", "write the bundle to a file instead of stdout")
    .option("--strict", "exit with 4 when something could not be read");
}
