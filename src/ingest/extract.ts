/** The extraction of objects by their source: one after the other, as each may cost money, each with its own commit. */
import { rmSync } from "node:fs";
import { SpillwayError } from "../errors.ts";
import type { CommitCounts, Warehouse } from "../store/warehouse.ts";
import { ledgerEntry, quarantineEntries } from "./ledger-rows.ts";
import type { Extraction, ObjectSource, TrailObject } from "./listing/source.ts";
import { type ReadObject, unreadObject } from "./worker-protocol.ts";

export interface ExtractedObject {
  readonly read: ReadObject;
  /** Records that are neither events nor another service's; their places are not known. */
  readonly rejected: number;
  readonly counts: CommitCounts;
}

export interface ExtractContext {
  readonly warehouse: Warehouse;
  /** Runs a commit when no other one is running. */
  readonly alone: <T>(commit: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal | undefined;
}

/** The committed result of each object; it ends early on a stop. @throws SpillwayError as the source's `extract` */
export async function* extractObjects(
  source: ObjectSource,
  objects: readonly TrailObject[],
  { warehouse, alone, signal }: ExtractContext,
): AsyncGenerator<ExtractedObject> {
  for (const object of objects) {
    if (signal?.aborted === true || source.extract === undefined) return;
    let extraction: Extraction;
    try {
      extraction = await source.extract(object, warehouse.stageFolder);
    } catch (thrown) {
      if (thrown instanceof SpillwayError && thrown.code === "interrupted") return;
      throw thrown;
    }
    const done = await alone(() => commitExtracted(warehouse, object, extraction));
    if (done.read.status === "loaded") source.extracted?.(object, done.read.bedrock, done.counts.newEvents);
    yield done;
  }
}

async function commitExtracted(
  warehouse: Warehouse,
  listed: TrailObject,
  extraction: Extraction,
): Promise<ExtractedObject> {
  const { locator, ...object } = listed;
  if (locator.kind !== "source") throw new Error(`${object.uri} is for a worker to read`);
  if ("unreadable" in extraction) {
    const read = unreadObject(object, "unreadable", extraction.unreadable);
    const batch = { files: [], objects: [ledgerEntry(read)], quarantine: quarantineEntries(read) };
    return { read, rejected: 0, counts: await warehouse.commit(batch) };
  }
  const { files, rawBytes, other } = extraction;
  const loaded = (records: number, bedrock: number): ReadObject => ({
    object: { ...object, size: rawBytes },
    status: "loaded",
    reason: null,
    records,
    bedrock,
    other,
    otherMajor: 0,
    rejected: [],
    aggregated: [],
    rawBytes,
  });
  const entry = ledgerEntry(loaded(extraction.records, 0));
  const counts = await warehouse.commit({ files, objects: [entry], quarantine: [], isExtracted: true });
  for (const file of files) rmSync(file, { force: true });
  const bedrock = counts.newEvents + counts.duplicates;
  const records = Math.max(extraction.records, bedrock + other);
  return { read: loaded(records, bedrock), rejected: records - bedrock - other, counts };
}
