/** The exports for other programs. Everything else may change without notice. */
export { SpillwayError, exitCodes } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";
export { folderSource } from "./ingest/sources/folder.ts";
export { ingest } from "./ingest/ingest.ts";
export type { IngestOptions, IngestSummary, IngestProgress } from "./ingest/ingest.ts";
export type {
  LogFinding,
  ListedChunk,
  ListedKeyRange,
  Locator,
  MissingObject,
  ObjectSource,
  SourceMemory,
  SourceOutcome,
  SourceReport,
  SourceState,
  TrailObject,
} from "./ingest/listing/source.ts";
export { identities, isIncomplete } from "./ingest/summary.ts";
export type { IngestCounts } from "./ingest/summary.ts";
export { EventBatch } from "./parse/event-batch.ts";
export { toEvent } from "./parse/event.ts";
export type { EventRow } from "./parse/event.ts";
export { isBedrockRecord, isSoundRecord } from "./parse/record.ts";
export type { BedrockRecord } from "./parse/record.ts";
export { parseTrailObject } from "./parse/trail-object.ts";
export type { ParsedObject, RejectedRecord } from "./parse/trail-object.ts";
export { encodeParquet } from "./columnar/parquet.ts";
export { callRows } from "./probe/calls/call-rows.ts";
export type { Beside, CallRow } from "./probe/calls/call-rows.ts";
export { evidenceIn, evidenceOf } from "./probe/calls/evidence.ts";
export type { CallEvidence, Found } from "./probe/calls/evidence.ts";
export { readProbe } from "./probe/calls/probe-file.ts";
export type { Probe, ProbeCall } from "./probe/calls/probe-file.ts";
export { worstOutcome } from "./probe/preflight/line.ts";
export type { CheckName, Line, LineOutcome } from "./probe/preflight/line.ts";
export { preflight } from "./probe/preflight/preflight.ts";
export type { Preflight, PreflightQuestion } from "./probe/preflight/preflight.ts";
export { resolveBoundary } from "./report/boundary.ts";
export { findReport, loadCatalogue } from "./report/catalogue.ts";
export type { Report } from "./report/catalogue.ts";
export { openWarehouse, qualify } from "./engines/duckdb/engine.ts";
export type { Cell, CellBatch, Engine, Result, ResultColumn } from "./engines/engine.ts";
export { formats } from "./report/formats/index.ts";
export { formatNames } from "./report/formats/names.ts";
export type { Protection } from "./privacy/stand-ins.ts";
export { applyScope } from "./sql/scope.ts";
export type { Scope } from "./sql/scope.ts";
export { eventTable } from "./schema/event.ts";
export { invocationTable } from "./schema/invocation.ts";
export { version } from "./version.ts";
