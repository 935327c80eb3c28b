/** The words for a decision: each reason with its document, and what is not known. */
import { nameLayer, nameStatement } from "./words.ts";
import type { Answer, OpenReason, Reason } from "./decide.ts";
import type { Layer } from "./layers.ts";
import { type PolicyKind, kindTitles } from "./kinds.ts";

function explainReason(reason: Reason): string {
  if (reason.explicit) {
    return reason.statement === undefined
      ? `${nameLayer(reason)} may deny`
      : `${nameLayer(reason)}: ${nameStatement(reason)} denies`;
  }
  return `${nameLayer(reason)}: nothing allows it`;
}

/** A possible denial, and what it depends on. */
export function explainOpen(reason: OpenReason): string {
  const may = reason.explicit
    ? reason.statement === undefined
      ? `${nameLayer(reason)} may deny`
      : `${nameLayer(reason)}: ${nameStatement(reason)} may deny`
    : `${nameLayer(reason)}: it is not known whether anything allows it`;
  return `${may} (${reason.why.join("; ")})`;
}

/** All reasons of an answer in one line each. */
export function explainAnswer({ by, open }: Answer): string[] {
  return [...by.map(explainReason), ...open.map(explainOpen)];
}

const order: readonly PolicyKind[] = ["scp", "identity", "boundary", "session", "endpoint"];

/** Kinds of policy that were not given and so not evaluated. */
export function layersNotEvaluated(layers: readonly Layer[], none: readonly PolicyKind[]): string[] {
  const given = new Set<PolicyKind>([...layers.map(({ kind }) => kind), ...none]);
  return order.filter((kind) => !given.has(kind)).map((kind) => kindTitles[kind]);
}
