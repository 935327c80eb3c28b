/** The flags that choose what runs a report: DuckDB over the local warehouse, Athena, or a Trino server. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { SpillwayError } from "../../errors.ts";
import type { Engine } from "../../engines/engine.ts";
import type { Protection } from "../../privacy/stand-ins.ts";
import type { Scope } from "../../sql/scope.ts";
import type { CommandContext } from "./context.ts";
import {
  type AthenaAccessFlags,
  addAthenaAccessFlags,
  addMaxScanFlag,
  addProfileFlags,
  athenaOptionsOf,
} from "./athena.ts";
import { wholeNumber } from "./values.ts";

const engineNames = ["duckdb", "athena", "trino"] as const;

export interface EngineFlags extends AthenaAccessFlags {
  /** Default: DuckDB. */
  readonly engine?: (typeof engineNames)[number];
  readonly warehouse: string;
  readonly relation?: Readonly<Record<string, string>>;
  readonly athenaCatalog?: string;
  readonly athenaTable?: string;
  readonly athenaReuse?: number;
  readonly trinoUrl?: string;
  readonly trinoUser?: string;
  readonly trinoCatalog?: string;
  readonly trinoSchema?: string;
  readonly trinoTable?: string;
  readonly trinoCa?: string;
}

export function addEngineFlags(command: Command): Command {
  command
    .addOption(new Option("--engine <engine>", "what runs the report").choices(engineNames).default("duckdb"))
    .option("--relation <name=table>", "athena, trino: a table of yours for a relation such as event", relation)
    .option("--athena-database <name>", "athena: database with Spillway's tables and views")
    .option("--athena-catalog <name>", "athena: data catalog")
    .option("--athena-table <name>", "athena: read this table of raw CloudTrail logs, whoever made it")
    .option(
      "--athena-reuse <minutes>",
      "athena: take results of the same query up to this age",
      wholeNumber("--athena-reuse", 0, 10_080),
    );
  addProfileFlags(addMaxScanFlag(addAthenaAccessFlags(command, "athena: "), "athena: "), "athena: ");
  return command
    .option("--trino-url <url>", "trino: https://host:port; password or token from SPILLWAY_TRINO_PASSWORD or _TOKEN")
    .option("--trino-user <name>", "trino: user (default: yours)")
    .option("--trino-table <name>", "trino: read this table of raw CloudTrail logs, whoever made it")
    .option("--trino-catalog <name>", "trino: catalog")
    .option("--trino-schema <name>", "trino: schema with Spillway's tables and views")
    .option("--trino-ca <file>", "trino: certificates (PEM) of the authority that signed the server's");
}

/** Opens the engine that the flags name; one that writes files itself may write `writable`. @throws SpillwayError `usage` for flags of another engine */
export async function openEngine(
  flags: EngineFlags,
  scope: Scope,
  { effects }: CommandContext,
  writable: readonly string[] = [],
  protection?: Protection,
): Promise<Engine> {
  const engine = flags.engine ?? "duckdb";
  refuseStray(flags, engine);
  if (protection !== undefined && engine !== "duckdb") throw unprotected(engine);
  switch (engine) {
    case "duckdb":
      return await (
        await import("../../engines/duckdb/engine.ts")
      ).openWarehouse(flags.warehouse, writable, protection);
    case "athena": {
      const { openAthena } = await import("../../engines/athena/engine.ts");
      return openAthena(
        {
          ...athenaOptionsOf(flags),
          database: flags.athenaDatabase,
          catalog: flags.athenaCatalog,
          table: flags.athenaTable,
          scope,
          reuseMinutes: flags.athenaReuse,
          pricePerTerabyte: flags.athenaPrice,
          maxScanBytes: flags.maxScan,
          relations: flags.relation,
        },
        {
          ...effects,
          loggedBytes: async (...listing) =>
            await (await import("../../ingest/sources/s3/logged-bytes.ts")).loggedBytes(...listing),
        },
      );
    }
    case "trino": {
      if (flags.trinoUrl === undefined) {
        throw new SpillwayError("usage", "--engine trino needs the address of a server", {
          next: "Add --trino-url https://host:port",
        });
      }
      const { openTrino } = await import("../../engines/trino/engine.ts");
      return openTrino(
        {
          url: flags.trinoUrl,
          user: flags.trinoUser,
          catalog: flags.trinoCatalog,
          schema: flags.trinoSchema,
          table: flags.trinoTable,
          scope,
          caFile: flags.trinoCa,
          relations: flags.relation,
        },
        effects,
      );
    }
  }
}

/** The refusal of protection on an engine where statements could read the logs by name, and the query history would keep the stand-ins. */
function unprotected(engine: string): SpillwayError {
  return new SpillwayError(
    "usage",
    `personal data cannot be protected on ${engine}: a statement reaches the raw logs there`,
    {
      next: "Load the events with spillway ingest athena:DATABASE.TABLE (or from the bucket), and report from that warehouse.",
    },
  );
}

/** Refuses flags of other engines, which would be silently ignored. */
function refuseStray(flags: EngineFlags, engine: string): void {
  const owners = new Map<string, readonly string[]>([
    ["relation", ["athena", "trino"]],
    ...["maxScan", "profile", "roleArn"].map((flag) => [flag, ["athena"]] as const),
    ...Object.keys(flags)
      .filter((flag) => /^(?:athena|trino)[A-Z]/.test(flag))
      .map((flag) => [flag, [/^[a-z]+/.exec(flag)?.[0] ?? ""]] as const),
  ]);
  for (const flag of Object.keys(flags)) {
    const engines = owners.get(flag);
    if (engines === undefined || engines.includes(engine)) continue;
    const name = `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new SpillwayError("usage", `${name} is for ${engines.join(" and ")}, and the engine is ${engine}`, {
      next: `Add --engine ${engines[0] ?? ""}, or leave it out.`,
    });
  }
}

function relation(
  text: string,
  earlier: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, name, table] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || table === undefined)
    throw new InvalidArgumentError("Write NAME=TABLE, for example event=logs.bedrock_event.");
  return { ...earlier, [name.toLowerCase()]: table };
}
