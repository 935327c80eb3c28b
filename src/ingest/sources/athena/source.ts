/** The Athena source: from `athena:DATABASE.TABLE` to one object for each delivery day, whose events Athena cuts out of the logs. */
import { randomUUID } from "node:crypto";
import { type AthenaOptions, athenaAccess } from "../../../engines/athena/access.ts";
import { describeWorkgroup } from "../../../engines/athena/workgroup.ts";
import { listPricePerTerabyte, spending } from "../../../engines/athena/cost.ts";
import { type TableShape, namedTable } from "../../../engines/raw-logs/log-table.ts";
import { SpillwayError } from "../../../errors.ts";
import { type Logger, silentLogger } from "../../../log.ts";
import type { ObjectSource } from "../../listing/source.ts";
import { type DayRange, daysOf } from "./days.ts";
import { type DayReading, extractDay } from "./extract.ts";
import { parseAthenaName } from "./name.ts";

export interface AthenaSourceOptions extends AthenaOptions, TableShape, DayRange {
  /** Accounts of the folders; default: all. */
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
  /** Whether a second query for each day counts its records, which reads the logs once more. */
  readonly countRecords?: boolean | undefined;
  readonly maxScanBytes?: number | undefined;
  readonly pricePerTerabyte?: number | undefined;
  readonly now: () => Date;
  readonly log?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a source that lists the days; each is extracted when its turn comes.
 * @throws SpillwayError `usage` here; from `list()` and `extract()` for what Athena refuses, and `scan-limit` when the cap is reached
 */
export function athenaSource(
  name: string,
  options: AthenaSourceOptions,
  env: Readonly<Record<string, string | undefined>>,
): ObjectSource {
  const { log = silentLogger, countRecords = false, signal } = options;
  const access = athenaAccess(options, env);
  const table = namedTable(parseAthenaName(name), options);
  const scope = { accounts: options.accounts ?? [], regions: options.regions ?? [] };
  // wrong days are refused before anything is opened
  daysOf(table, scope, options, options.now());
  const spent = spending(options.pricePerTerabyte ?? listPricePerTerabyte);
  const cap = options.maxScanBytes;
  let reading: DayReading | undefined;
  return {
    name,
    async *list() {
      const output = access.output ?? (await describeWorkgroup(access, signal)).output;
      if (output === null) throw noOutput(access.workgroup);
      const folder = `${output.replace(/\/+$/, "")}/spillway-unload/${randomUUID()}/`;
      reading = { access, table, scope, folder, countRecords, cap, spent, log, signal };
      try {
        yield { objects: daysOf(table, scope, options, options.now()) };
        if (!countRecords)
          log.info("Athena left out other services' records and rejected ones: they are not counted (--count-records)");
      } finally {
        const line = spent.summary();
        if (line !== undefined) log.info(line);
      }
    },
    async extract({ day }, folder) {
      if (reading === undefined || day === null) throw new Error("only what was listed can be extracted");
      return await extractDay(reading, day, folder);
    },
    extracted({ day }, events, newEvents) {
      log.info(`${day ?? ""}: ${events} Bedrock events, ${newEvents} of them new`);
    },
  };
}

function noOutput(workgroup: string): SpillwayError {
  return new SpillwayError("config", `the workgroup ${workgroup} has no place for results`, {
    next: "Name one with --athena-output s3://BUCKET/PREFIX: the extracted events pass through it.",
  });
}
