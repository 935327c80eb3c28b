/** The head of a page: what was asked, and with what it was answered. */
import { inferenceProfileSnapshot } from "../../reference/inference-profiles.ts";
import { regionRows } from "../../reference/regions.ts";
import type { Engine } from "../../engines/engine.ts";
import type { Scope } from "../../sql/scope.ts";
import { version } from "../../version.ts";
import type { Protection } from "../../privacy/stand-ins.ts";
import { invocationLogGaps, whyNothingCompared } from "../without-invocation-logs.ts";
import { type PageHead, policyDocuments } from "./data/page-data.ts";

export interface Asked {
  readonly scope: Scope;
  /** As it was named; its Regions are the scope's. */
  readonly boundaryName: string | undefined;
  /** `duckdb`, `athena` or `trino`. */
  readonly engine: string;
  readonly protection: Protection | undefined;
  /** When the documents of the bundle were read, ISO 8601; none: no bundle. */
  readonly bundleDay?: string | undefined;
  /** What has to be known to read it right, as it stands on stderr. */
  readonly notes?: readonly string[] | undefined;
  /** The engine reads a table of logs, and of it no more than the days of the range. */
  readonly isBounded?: boolean | undefined;
}

const engineNames: ReadonlyMap<string, string> = new Map([
  ["duckdb", "DuckDB"],
  ["athena", "Amazon Athena"],
  ["trino", "Trino"],
]);

export function pageHead({ scope, boundaryName, engine, protection, isBounded, bundleDay, notes }: Asked): PageHead {
  const { from, to, asOf, accounts, regions, principals, boundary } = scope;
  const name = engineNames.get(engine) ?? engine;
  return {
    from: from?.toISOString(),
    to: to?.toISOString(),
    asOf: asOf?.toISOString(),
    accounts,
    regions,
    principals,
    boundary: boundary && { name: boundaryName ?? boundary.join(", "), regions: boundary },
    engine: name,
    version,
    references: [
      { what: "Regions", asOf: regionRows()[0]?.as_of ?? "" },
      { what: "inference profiles", asOf: inferenceProfileSnapshot().as_of },
      ...(bundleDay === undefined ? [] : [{ what: policyDocuments, asOf: bundleDay.slice(0, 10) }]),
    ],
    notes: notes?.map(asSentence),
    protection: protection && ("drop" in protection ? "replaced by numbers" : "replaced by a keyed hash"),
    unknowable:
      engine === "duckdb" ? undefined : { ...withoutLedger(name), ...(isBounded === true ? withoutHistory(name) : {}) },
  };
}

/** The head that says so where there was nothing to compare with: an empty table of gaps would read as a promise. */
export async function withoutComparison(
  head: PageHead,
  engine: Engine,
  reports: readonly string[],
  signal?: AbortSignal,
): Promise<PageHead> {
  const why = reports.includes(invocationLogGaps) ? await whyNothingCompared(engine, signal) : undefined;
  if (why === undefined) return head;
  return { ...head, unknowable: { ...head.unknowable, [invocationLogGaps]: asSentence(why) } };
}

/** What is said on stderr in small letters. */
function asSentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}

/** What the ledger of a local warehouse knows and an engine over the log files does not. */
function withoutLedger(engine: string): Readonly<Record<string, string>> {
  return {
    claims: `${engine} keeps no record of checked digests: whether the logs are unaltered is not known here.`,
    coverage: `${engine} reads the log files themselves: files that could not be read, files removed by retention and the status of digests are words of the local warehouse and not known here.`,
    unobservable: `Not known to ${engine}: quarantined files and rejected records. A file that cannot be read fails the whole query.`,
  };
}

function withoutHistory(engine: string): Readonly<Record<string, string>> {
  const read = `For this page ${engine} reads the logs of the range and of the day before it alone`;
  return {
    "first-seen": `${read}: what ran earlier looks new. The report first-seen by itself reads all of them.`,
    peaks: `${read}: the first call through a profile is the first in these. The report peaks by itself reads all of them.`,
  };
}
