/** Owns the checks of a config that need more than its schema: reports, boundaries and sources that exist by name. */
import type { Config } from "../config/config.ts";
import { SpillwayError } from "../errors.ts";
import { isS3Url, parseS3Url } from "../aws/url.ts";
import { resolveBoundary } from "../report/boundary.ts";
import { loadCatalogue } from "../report/catalogue.ts";
import { reportJobs } from "./report-jobs.ts";

/**
 * Everything that can be known without reading a source or the warehouse.
 * @throws SpillwayError `config`, `usage` or `report-unknown`: all of them exit code 2
 */
export function checkConfig(config: Config): void {
  for (const source of config.sources) {
    const name = typeof source === "string" ? source : source.source;
    if (isS3Url(name)) parseS3Url(name);
    else if (typeof source !== "string" && Object.keys(source).length > 1 && !/^[a-z][a-z-]+:/i.test(name)) {
      throw new SpillwayError("config", `these keys are for buckets, and ${name} is none: ${keysOf(source)}`, {
        next: "A folder is always read as a whole; give reports their time with scope or lastDays.",
      });
    }
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

function keysOf(source: object): string {
  return Object.keys(source)
    .filter((key) => key !== "source")
    .join(", ");
}
