/** Owns the checks of a config that need more than its schema: reports, boundaries and sources that exist by name. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { SpillwayError } from "../errors.ts";
import { parseLookupName } from "../ingest/sources/lookup-events/name.ts";
import { parseS3Url } from "../aws/s3/url.ts";
import { kindOfSource } from "../ingest/sources/kinds.ts";
import { resolveBoundary } from "../report/boundary.ts";
import { loadCatalogue } from "../report/catalogue.ts";
import { reportJobs } from "./report-jobs.ts";

/**
 * Everything that can be known without reading a source or the warehouse; `spillway run` refuses nothing else beforehand.
 * @throws SpillwayError `config`, `usage` or `report-unknown`: all of them exit code 2
 */
export function checkConfig(config: Config): void {
  if (config.sources.length === 0) {
    throw new SpillwayError("config", "there are no sources to run over", {
      next: 'Write a spillway.json with, for example: {"sources": ["s3://my-org-trail"]}; docs/configuration.md has every key.',
    });
  }
  const folder = dirname(config.warehouse);
  if (!existsSync(folder)) {
    throw new SpillwayError("config", `the folder of the warehouse ${config.warehouse} does not exist`, {
      next: `Make it, or name another warehouse: mkdir -p ${folder}`,
    });
  }
  for (const source of config.sources) {
    const name = typeof source === "string" ? source : source.source;
    const kind = kindOfSource(name);
    if (kind === "athena") throw athenaInConfig(name, config.warehouse);
    if (kind === "bucket") parseS3Url(name);
    else if (kind === "lookup") parseLookupName(name);
    else if (typeof source !== "string" && Object.keys(source).length > 1) {
      throw new SpillwayError("config", `these keys are for buckets, and ${name} is none: ${keysOf(source)}`, {
        next: "A folder is always read as a whole; give reports their time with scope or lastDays.",
      });
    }
  }
  for (const { from, to } of [config.scope, ...config.reports]) {
    if (from === undefined || to === undefined || from < to) continue;
    throw new SpillwayError("config", `from ${from} is not before to ${to}`, {
      next: "to names the first day that is no longer included.",
    });
  }
  if (config.boundary !== undefined) resolveBoundary(config.boundary, config.boundaries);
  const needing = config.failOn.includes("boundary") && config.boundary === undefined;
  if (needing) {
    throw new SpillwayError("config", "failOn names boundary, and there is no boundary", {
      next: 'Add a boundary, for example "boundary": "eu".',
    });
  }
  reportJobs(config, loadCatalogue(config.reportsFolder === undefined ? [] : [config.reportsFolder]), new Date(0));
}

/** Its cost is agreed to by flags (`--max-scan`), run by run. */
function athenaInConfig(name: string, warehouse: string): SpillwayError {
  return new SpillwayError("config", `an athena: source is loaded by its own command, not by spillway run: ${name}`, {
    next: `Take it out of sources, and before each run: spillway ingest ${name} --warehouse ${warehouse} (docs/athena.md)`,
  });
}

function keysOf(source: object): string {
  return Object.keys(source)
    .filter((key) => key !== "source")
    .join(", ");
}
