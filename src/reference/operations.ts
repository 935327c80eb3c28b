/** The known operations of Bedrock and which of them are inference. */
import { type DataFile, dataFile } from "./data-file.ts";

export interface Operation {
  readonly name: string;
  readonly event_source: string;
  /** `inference`, `never-inference`, or what else the operation is about (agents, knowledge-base, guardrail, ...). */
  readonly kind: string;
  /** For inference, whether the answer is streamed, or a request parameter decides; null otherwise. */
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

/** Whether a runtime operation names a model without running inference itself. */
export function isNeverInference(name: string): boolean {
  never ??= new Set(ofKind("never-inference").map((row) => row.name));
  return never.has(name);
}

function ofKind(kind: string): readonly Operation[] {
  return file().rows.filter((row) => row.kind === kind);
}
