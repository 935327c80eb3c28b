/** The known operations of Bedrock and which of them are inference. */
import { type DataFile, dataFile } from "./data-file.ts";

export interface Operation {
  readonly name: string;
  readonly event_source: string;
  /** `inference`, `never-inference`, or what else the operation is about (agents, knowledge-base, guardrail, ...). */
  readonly kind: string;
  /** Of an inference operation: is the answer streamed, or does a request parameter say so? */
  readonly streaming: boolean | "by-parameter" | null;
  readonly category: "Management" | "Data" | null;
}

const file: () => DataFile<Operation> = dataFile("operations.json");
let inference: ReadonlyMap<string, Operation> | undefined;
let never: ReadonlySet<string> | undefined;

export function operations(): readonly Operation[] {
  return file().rows;
}

/** The listed inference operation of this name, at this event source only. */
export function findInferenceOperation(name: string, eventSource: string | null): Operation | undefined {
  inference ??= new Map(ofKind("inference").map((row) => [row.name, row]));
  const found = inference.get(name);
  return found !== undefined && found.event_source === eventSource ? found : undefined;
}

/** Runtime operations that name a model and yet run no inference of their own. */
export function isNeverInference(name: string): boolean {
  never ??= new Set(ofKind("never-inference").map((row) => row.name));
  return never.has(name);
}

function ofKind(kind: string): readonly Operation[] {
  return file().rows.filter((row) => row.kind === kind);
}
