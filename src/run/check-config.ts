/** The checks of a config that need more than its schema: reports, boundaries and sources that exist by name. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Config, SourceConfig } from "../config/config.ts";
import { SpillwayError } from "../errors.ts";
import { isS3Url, parseS3Url } from "../aws/s3/url.ts";
import { readClauses } from "../evidence/reference-files.ts";
import { checkSigningKey } from "../evidence/signing-key.ts";
import { kindOf, straySettings } from "../ingest/sources/kinds.ts";
import { settingNames } from "../ingest/sources/settings.ts";
import { ownBoundaryRegions, resolveBoundary } from "../report/boundary.ts";
import { loadCatalogue } from "../report/catalogue.ts";
import { reportJobs } from "./report-jobs.ts";

/**
 * Checks all that can be known without reading a source or the warehouse; `spillway run` refuses nothing else beforehand.
 * @throws SpillwayError `config`, `usage` or `report-unknown`: all of them exit code 2
 */
export function checkConfig(config: Config): void {
  for (const source of config.sources) checkSource(typeof source === "string" ? { source } : source);
  for (const { from, to } of [config.scope, ...config.reports, config.evidence ?? {}]) {
    if (from === undefined || to === undefined || from < to) continue;
    throw new SpillwayError("config", `from ${from} is not before to ${to}`, {
      next: from > to ? "Swap them." : "to names the first day that is no longer included; name a later one.",
    });
  }
  ownBoundaryRegions(config.boundaries);
  if (config.boundary !== undefined) resolveBoundary(config.boundary, config.boundaries);
  const needing = config.failOn.includes("boundary") && config.boundary === undefined;
  if (needing) {
    throw new SpillwayError("config", "failOn names boundary, and there is no boundary", {
      next: 'Add a boundary, for example "boundary": "eu".',
    });
  }
  checkEvidence(config);
  if (config.failOn.includes("first-seen") && config.scope.from === undefined && config.scope.lastDays === undefined) {
    throw new SpillwayError(
      "config",
      "failOn names first-seen, and the scope has no beginning: everything would be new",
      {
        next: 'Give the scope one, for example "scope": {"lastDays": 7}.',
      },
    );
  }
  reportJobs(config, loadCatalogue(config.reportsFolder === undefined ? [] : [config.reportsFolder]), new Date(0));
  if (config.sources.length === 0) {
    throw new SpillwayError("config", "there are no sources to run over", {
      next: 'Write a spillway.json with, for example: {"sources": ["s3://my-org-trail"]}; docs/configuration.md has every key.',
    });
  }
  checkFolder("warehouse", config.warehouse);
}

function checkEvidence({ evidence, boundary, boundaries, failOn }: Config): void {
  if (evidence === undefined) {
    if (!failOn.includes("evidence")) return;
    throw new SpillwayError("config", "failOn names evidence, and no packs are made", {
      next: 'Say where they go, for example "evidence": {"output": "packs"}.',
    });
  }
  const named = evidence.boundary ?? boundary;
  if (named === undefined) {
    throw new SpillwayError("config", "evidence compares with a boundary, and there is none", {
      next: 'Add a boundary, for example "boundary": "eu".',
    });
  }
  resolveBoundary(named, boundaries);
  if (isS3Url(evidence.output)) parseS3Url(evidence.output);
  if (evidence.sign !== undefined) checkSigningKey(evidence.sign);
  if (evidence.clauses !== undefined) readClauses(evidence.clauses);
}

/** Checks the folder of a file, since DuckDB makes no folders. */
function checkFolder(key: string, file: string): void {
  const folder = dirname(resolve(file));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new SpillwayError("config", `${key}: there is no folder ${folder}`, {
    next: "Make the folder, or name another file.",
  });
}

function checkSource({ source, lookBackDays, ...settings }: SourceConfig): void {
  const kind = kindOf(source);
  kind.parse(source);
  const given = { ...settings, ...(lookBackDays === undefined ? {} : { from: lookBackDays }) };
  const names = settingNames.filter((name) => given[name] !== undefined);
  const { stray, takers } = straySettings([kind], names);
  if (stray.length === 0) return;
  const keys = stray.map((name) => (name === "from" && settings.from === undefined ? "lookBackDays" : name));
  const plurals = takers.map(({ plural }) => plural).join(" and ");
  throw new SpillwayError("config", `these keys are for ${plurals}, and ${source} is not one: ${keys.join(", ")}`, {
    next:
      kind.label === "folder"
        ? "A folder is always read as a whole; give reports their time with scope or lastDays."
        : "Leave them out; docs/configuration.md says for which kinds of source a key is.",
  });
}
