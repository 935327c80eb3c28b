/** The evidence on a probe's calls, by the rules of the warehouse: an existing one, or one made of their records alone. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openWarehouse } from "../../engines/duckdb/engine.ts";
import { plainRows } from "../../engines/result.ts";
import { ingest } from "../../ingest/ingest.ts";
import type { ObjectSource } from "../../ingest/listing/source.ts";
import { textLiteral } from "../../sql/literal.ts";
import { filledQuery } from "../../sql/query-file.ts";
import { type Probe, requestIdsOf } from "./probe-file.ts";

export interface CallEvidence {
  readonly requestId: string;
  readonly outcome: string;
  readonly servedRegion: string | null;
  readonly evidence: string | null;
  readonly principal: string | null;
  readonly error: string | null;
  readonly deniedRegion: string | null;
  readonly deniedBy: string | null;
  readonly deniedPolicyArn: string | null;
}

/** The evidence that was found, by request id in lower case. */
export type Found = ReadonlyMap<string, CallEvidence>;

export async function evidenceIn(warehouse: string, probe: Probe, signal?: AbortSignal): Promise<Found> {
  return await findIn(warehouse, probe, true, signal);
}

/** The evidence in records of LookupEvents. */
export async function evidenceOf(records: readonly string[], probe: Probe, signal?: AbortSignal): Promise<Found> {
  if (records.length === 0) return new Map();
  const folder = await mkdtemp(join(tmpdir(), "spillway-probe-"));
  try {
    const warehouse = join(folder, "probe.duckdb");
    await ingest({ warehouse, sources: [sourceOf(records, probe)], threads: 1, signal });
    return await findIn(warehouse, probe, false, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A source of one object, in the form of `aws cloudtrail lookup-events`. */
function sourceOf(
  records: readonly string[],
  { account, source_region: region, started_at: start }: Probe,
): ObjectSource {
  const bytes = Buffer.from(JSON.stringify({ Events: records.map((CloudTrailEvent) => ({ CloudTrailEvent })) }));
  const object = {
    uri: `lookup:${account}/${region}/probe`,
    etag: String(bytes.length),
    size: bytes.length,
    accountId: account,
    region,
    day: start.slice(0, 10),
    skip: null,
    locator: { kind: "bytes", bytes } as const,
  };
  return {
    name: "the events of the probe",
    async *list() {
      yield { objects: [object] };
    },
  };
}

/**
 * A streamed call without a Region and without its completion: whether the account had emitted completions by then, a whole warehouse
 * knows, and the few records of a probe do not; so there it is pending, never absence.
 */
async function findIn(file: string, probe: Probe, isWhole: boolean, signal?: AbortSignal): Promise<Found> {
  const ids = requestIdsOf(probe);
  if (ids.length === 0) return new Map();
  const keys = ids.map((id) => textLiteral(`${probe.source_region}/${id}`)).join(", ");
  const engine = await openWarehouse(file);
  try {
    const sql = filledQuery("duckdb/probed-calls.sql", { keys });
    const rows = await plainRows(await engine.run(sql, signal));
    return new Map(rows.map((row) => evidenceOfRow(row, isWhole)).map((found) => [found.requestId, found]));
  } finally {
    await engine.close();
  }
}

function evidenceOfRow(row: Readonly<Record<string, unknown>>, isWhole: boolean): CallEvidence {
  const textOf = (name: string): string | null => {
    const cell = row[name];
    return typeof cell === "string" ? cell : null;
  };
  const isOpen =
    !isWhole && row["streaming"] === true && row["region_evidence"] === "absence" && Number(row["completions"]) === 0;
  return {
    requestId: (textOf("request_id") ?? "").toLowerCase(),
    outcome: textOf("outcome") ?? "failed",
    servedRegion: isOpen ? null : textOf("served_region"),
    evidence: isOpen ? "pending" : textOf("region_evidence"),
    principal: textOf("principal"),
    error: textOf("error_code"),
    deniedRegion: textOf("denied_region"),
    deniedBy: textOf("denied_by"),
    deniedPolicyArn: textOf("denied_policy_arn"),
  };
}
