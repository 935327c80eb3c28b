/** `spillway profiles`: the known profiles with their destinations, and their refresh from AWS. */
import { type Command, Option } from "commander";
import { addServiceFlags } from "./flags/collect.ts";
import type { CommandContext } from "./flags/context.ts";
import { type ProfilesFlags, type RefreshFlags, profileSources } from "./flags/profiles.ts";
import { addOutputFlags } from "./flags/scope.ts";
import { list } from "./flags/values.ts";

export function addProfilesCommand(program: Command, context: CommandContext): void {
  const profiles = program.command("profiles").description("inference profiles and the Regions where they may run");
  const listing = profiles
    .command("list")
    .description("profiles with their destinations for each source Region, and the date of what is known")
    .addOption(
      new Option("--from <source>", "where to look (default: the warehouse if there is one)").choices(profileSources),
    );
  addServiceFlags(addOutputFlags(addFilters(listing))).action(async (flags: ProfilesFlags) => {
    const { listProfiles } = await import("./profiles-list.ts");
    await listProfiles(flags, context);
  });
  const refresh = profiles
    .command("refresh")
    .description("ask AWS and keep the answer in the warehouse; a changed set of destinations is a finding")
    .addOption(
      new Option("--fail-on <what>", "drift: exit with 3 when a set of destinations changed").choices(["drift"]),
    )
    .option("--strict", "exit with 4 when a Region or account did not answer");
  addServiceFlags(addOutputFlags(addFilters(refresh))).action(async (flags: RefreshFlags) => {
    const { refreshProfiles } = await import("./profiles-refresh.ts");
    context.exitWith(await refreshProfiles(flags, context));
  });
}

function addFilters(command: Command): Command {
  return command
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb")
    .option("--inference-profile <ids>", "ids, or patterns such as eu.*", list)
    .option("--source-region <regions>", "source Regions", list)
    .option("--account <ids>", "live: accounts whose application profiles are wanted", list)
    .option("--account-role <name>", "live: role to assume in each account");
}
