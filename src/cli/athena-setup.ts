/** `spillway athena setup`: prints the DDL or executes it, and reports the cost of a scan where it may list the bucket. */
import type { Command } from "commander";
import { SpillwayError } from "../errors.ts";
import { type LogTable, ownDatabase, ownTable } from "../engines/raw-logs/log-table.ts";
import type { SetupStep } from "../engines/athena/setup.ts";
import {
  type AthenaAccessFlags,
  type LogTableFlags,
  addAthenaAccessFlags,
  addLogTableFlags,
  addProfileFlags,
  athenaAccessOf,
  logTableOf,
} from "./flags/athena.ts";
import type { CommandContext } from "./flags/context.ts";
import { day, list } from "./flags/values.ts";

/** Amazon Bedrock became generally available on 28 September 2023: no log before holds a call. */
const firstBedrockDay = "2023-09-28";

interface SetupFlags extends LogTableFlags, AthenaAccessFlags {
  readonly logs?: string;
  readonly organizationId?: string;
  readonly account?: readonly string[];
  readonly injectedAccounts?: true;
  readonly region?: readonly string[];
  readonly firstDay: string;
  readonly copy?: string;
  readonly execute?: true;
  readonly replaceTables?: true;
  readonly estimate?: true;
}

export function addAthenaSetupCommand(athena: Command, context: CommandContext): void {
  const setup = athena
    .command("setup")
    .description("print the statements that make the table over a trail's bucket and the views; --execute runs them")
    .option("--logs <url>", "s3://bucket[/prefix] that holds the trail's AWSLogs folder")
    .option("--organization-id <id>", "o-...: the trail is an organization's")
    .option("--account <ids>", "accounts whose logs there are", list)
    .option("--injected-accounts", "do not list the accounts in the table: for thousands of them")
    .option("--region <regions>", "Regions whose logs there are (default: all commercial ones)", list)
    .option("--first-day <day>", "first delivery day", day, firstBedrockDay)
    .option("--copy <url>", "s3://bucket/prefix for a copy of the events in Parquet, which reports then read")
    .option("--execute", "run the statements; what is there already stays")
    .option("--replace-tables", "with --execute: make tables anew whose DDL is another one now; no file is touched")
    .option("--estimate", "list one day of the logs and say what reading it costs");
  addProfileFlags(addAthenaAccessFlags(addLogTableFlags(setup))).action(async (flags: SetupFlags) => {
    await runSetup(flags, context);
  });
}

async function runSetup(flags: SetupFlags, context: CommandContext): Promise<void> {
  const { effects } = context;
  const { markerStep, setupSteps, setupText } = await import("../engines/athena/setup.ts");
  const database = flags.athenaDatabase ?? ownDatabase;
  const make = flags.athenaTable === undefined ? await tableToMake(flags, database) : undefined;
  const stated = logTableOf(flags);
  const accounts = make?.injected === true ? make.accounts : stated.accounts;
  const table = flags.execute === true && make === undefined ? await completed(stated, flags, context) : stated;
  const steps = setupSteps({ database, make, table: { ...table, accounts }, copy: flags.copy });
  if (flags.execute === true) await execute(steps, database, flags, context);
  else effects.stdout.write(setupText([...steps, markerStep(database, steps)]));
  if (flags.estimate === true) await (await import("./athena-estimate.ts")).sayCost(flags, context);
  else effects.log.info("Nothing was listed, so what a scan costs is not known; --estimate lists one day of the logs.");
}

async function tableToMake(
  flags: SetupFlags,
  database: string,
): Promise<import("../engines/raw-logs/hive-table.ts").LogTableOptions> {
  if (flags.logs === undefined) {
    throw new SpillwayError("usage", "the log location is missing", {
      next: "Add --logs s3://BUCKET[/PREFIX], or name a table that is there: --athena-table DATABASE.TABLE",
    });
  }
  const accounts = flags.account ?? [];
  const wrong = accounts.find((account) => !/^\d{12}$/.test(account));
  if (wrong !== undefined || accounts.length === 0) {
    throw new SpillwayError("usage", wrong === undefined ? "no account is named" : `${wrong} is not an account`, {
      next: "Add --account 111122223333,444455556666: the accounts below AWSLogs/ (aws organizations list-accounts).",
    });
  }
  if (flags.injectedAccounts === true && accounts.length > 1000) {
    throw new SpillwayError("usage", `${accounts.length} injected accounts: Athena takes 1,000 in a query`, {
      next: "Leave --injected-accounts out, or set up several databases.",
    });
  }
  if (flags.organizationId !== undefined && !/^o-[a-z0-9]{10,32}$/.test(flags.organizationId))
    throw new SpillwayError("usage", `${flags.organizationId} is not an organization`, {
      next: "It looks like o-a1b2c3d4e5",
    });
  const { regionRows } = await import("../reference/regions.ts");
  const commercial = regionRows().filter(({ partition }) => partition === "aws");
  return {
    database,
    table: ownTable,
    location: { url: flags.logs, organization: flags.organizationId },
    accounts,
    injected: flags.injectedAccounts === true,
    regions: flags.region ?? commercial.map(({ region }) => region),
    firstDay: flags.firstDay,
  };
}

/** The table completed from the catalog; the flags take precedence. */
async function completed(table: LogTable, flags: SetupFlags, context: CommandContext): Promise<LogTable> {
  const [{ describeTable }, { logTableOf: fromCatalog }] = await Promise.all([
    import("../engines/athena/table.ts"),
    import("../engines/athena/catalog-table.ts"),
  ]);
  const access = await athenaAccessOf(flags, context);
  const [name = "", database = "default", catalog] = table.name.toReversed();
  const described = await describeTable({ ...access, database, catalog: catalog ?? null }, name, context.signal);
  const found = fromCatalog(described, table.name, table.accounts);
  return {
    ...found,
    lacks: flags.tableLacks === undefined ? found.lacks : table.lacks,
    dayColumns: flags.dayColumn === undefined ? found.dayColumns : table.dayColumns,
  };
}

async function execute(
  steps: readonly SetupStep[],
  database: string,
  flags: SetupFlags,
  context: CommandContext,
): Promise<void> {
  const { effects, signal } = context;
  const [{ executeSetup }, { disconnectAll }] = await Promise.all([
    import("../engines/athena/execute-setup.ts"),
    import("../aws/connection.ts"),
  ]);
  try {
    const { made, unchanged, differing } = await executeSetup(await athenaAccessOf(flags, context), steps, {
      database,
      replaceTables: flags.replaceTables === true,
      log: effects.log,
      signal,
    });
    effects.log.info(
      made.length === 0
        ? `nothing to do: ${unchanged} of ${steps.length} are as they should be`
        : `${made.length} made, ${unchanged} unchanged`,
    );
    if (differing.length > 0) {
      throw new SpillwayError("config", `the table ${differing.join(", ")} is there and is another one`, {
        next: "Run it again with --replace-tables: a table is made anew, its files in S3 stay as they are.",
      });
    }
  } finally {
    await disconnectAll();
  }
}
