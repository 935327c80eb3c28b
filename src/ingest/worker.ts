/** A worker thread: fetches objects, parses them and stages their events as Parquet files. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { encodeParquet } from "../columnar/parquet.ts";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";
import { EventBatch, InvocationLogBatch, type RowBatch } from "../parse/event-batch.ts";
import { explainRejected, parseTrailObject } from "../parse/trail-object.ts";
import { DeniedObject } from "../aws/s3/denied-object.ts";
import { FetchWindow, type PendingBytes, type StoredBytes, fetchStored } from "./fetch.ts";
import { readBytes } from "./read-bytes.ts";
import type { TrailObject } from "./listing/source.ts";
import { type FromWorker, type ReadObject, type ToWorker, type WorkerSetup, unreadObject } from "./worker-protocol.ts";

const port = parentPort;
if (port === null) throw new Error("this module runs as a worker thread");
// Set by worker-pool.ts, the only place that starts this module.
const setup = workerData as WorkerSetup;

const batch = new EventBatch();
const logBatch = new InvocationLogBatch();
/** Objects after which results are staged even without events: a quiet trail has very many such. */
const objectsPerFile = 2000;
let results: ReadObject[] = [];
let files = 0;
let ready = false;
/** Enough requests to hide the latency of a store, and few enough that eight workers do not throttle each other. */
const ahead = new FetchWindow(24, 32 << 20);

function send(message: FromWorker): void {
  port?.postMessage(message);
}

/** Starts the fetch of an object over the network before its turn; files are read when they are parsed. */
function prefetch({ locator, size }: TrailObject): PendingBytes<StoredBytes> | undefined {
  return locator.kind === "file" ? undefined : ahead.start(size, () => fetchStored(locator));
}

async function readObject(object: TrailObject, pending: PendingBytes<StoredBytes> | undefined): Promise<ReadObject> {
  try {
    return await parseObject(object, pending);
  } finally {
    pending?.done();
  }
}

async function parseObject(object: TrailObject, pending: PendingBytes<StoredBytes> | undefined): Promise<ReadObject> {
  const { locator, ...described } = object;
  let stored: StoredBytes;
  try {
    stored =
      locator.kind === "file"
        ? { bytes: readBytes(locator.path), versionId: null }
        : await (pending?.bytes ?? fetchStored(locator));
  } catch (thrown) {
    // The whole source is out of reach: its objects do not belong in quarantine.
    if (thrown instanceof SpillwayError) throw thrown;
    const unread = unreadObject(described, "unreadable", `cannot be read: ${messageOf(thrown)}`);
    return { ...unread, denied: thrown instanceof DeniedObject };
  }
  const { bytes, versionId } = stored;
  if (object.kind === "invocation-log") {
    const { parseInvocationLogs } = await import("../parse/invocation-log.ts");
    return {
      object: described,
      versionId,
      ...parseInvocationLogs(bytes, object.uri, logBatch, { maxRawBytes: setup.maxRawBytes }),
    };
  }
  const parsed = parseTrailObject(bytes, object.uri, batch, {
    maxRawBytes: setup.maxRawBytes,
    seal: setup.seal === true,
  });
  return { object: described, versionId, ...(parsed.rejected.length === 0 ? parsed : await explainRejected(parsed)) };
}

function stageRows<Row extends object>(name: string, rows: RowBatch<Row>): string | null {
  const { length } = rows;
  if (length === 0) return null;
  const file = join(setup.stageFolder, `${name}-${setup.workerNumber}-${files++}.parquet`);
  writeFileSync(file, encodeParquet(rows.take(), length));
  return file;
}

function stage(flushed: boolean): void {
  const events = batch.length + logBatch.length;
  send({
    type: "staged",
    file: stageRows("events", batch),
    logFile: stageRows("logs", logBatch),
    events,
    objects: results,
    flushed,
  });
  results = [];
}

type Queued = Exclude<ToWorker, { type: "ready" }>;

async function handle(message: Queued, pending: readonly (PendingBytes<StoredBytes> | undefined)[]): Promise<void> {
  if (message.type === "stop") {
    port?.close();
    return;
  }
  if (message.type === "flush") {
    stage(true);
    return;
  }
  let rawBytes = 0;
  let bedrock = 0;
  let denied = 0;
  let deniedReason: string | undefined;
  for (const [index, object] of message.objects.entries()) {
    const result = await readObject(object, pending[index]).catch((thrown: unknown) => {
      // The rest of the task is given up: later tasks need its space in the window.
      for (const left of pending.slice(index + 1)) left?.done();
      throw thrown;
    });
    results.push(result);
    if (result.denied === true) {
      denied++;
      deniedReason ??= result.reason ?? undefined;
    }
    rawBytes += result.rawBytes;
    if (object.kind !== "invocation-log") bedrock += result.bedrock;
    if (ready && (batch.length + logBatch.length >= setup.eventsPerFile || results.length >= objectsPerFile))
      stage(false);
  }
  send({
    type: "read",
    source: message.source,
    objects: message.objects.length,
    rawBytes,
    bedrock,
    denied,
    deniedReason,
  });
}

// One message after the other: a flush does not overtake the objects before it.
let queue: Promise<void> = Promise.resolve();
port.on("message", (message: ToWorker) => {
  if (message.type === "ready") {
    ready = true;
    return;
  }
  const pending = message.type === "read" ? message.objects.map(prefetch) : [];
  queue = queue
    .then(() => handle(message, pending))
    .catch((thrown: unknown) => {
      const known = thrown instanceof SpillwayError ? { code: thrown.code, next: thrown.next } : undefined;
      const source = message.type === "read" ? message.source : undefined;
      send({ type: "failed", message: messageOf(thrown), code: systemCode(thrown), known, source });
    });
});
