/** The decision about one question: every layer has to allow, a deny anywhere wins, and all reasons are kept. */
import { type PolicyDocument, type Statement, isRefused } from "./document.ts";
import type { PolicyKind } from "./kinds.ts";
import type { Layer } from "./layers.ts";
import { type Question, decideStatement } from "./statement-match.ts";
import { type Truth, some, unknown } from "./truth.ts";

export type Decision = "allowed" | "denied" | "implicit" | "cannot-tell";

/** A deny statement that applies, or a layer in which nothing allows. */
export interface Reason {
  readonly kind: PolicyKind;
  readonly explicit: boolean;
  readonly level?: number;
  readonly title?: string;
  /** Index of the document within its layer. */
  readonly doc?: number;
  readonly document?: PolicyDocument;
  readonly statement?: Statement;
}

/** A reason that depends on something unknown. */
export interface OpenReason extends Reason {
  readonly why: readonly string[];
}

export interface Answer {
  readonly decision: Decision;
  /** Every reason that holds. */
  readonly by: readonly Reason[];
  /** Reasons that may deny too; they decide where nothing else denies. */
  readonly open: readonly OpenReason[];
}

export function decide(layers: readonly Layer[], question: Question): Answer {
  const parts = layers.map((layer) => decideLayer(layer, question));
  const by = parts.flatMap((part) => part.by);
  const open = parts.flatMap((part) => part.open);
  return { decision: decisionOf(by, open), by, open };
}

function decisionOf(by: readonly Reason[], open: readonly OpenReason[]): Decision {
  if (by.some(({ explicit }) => explicit)) return "denied";
  if (by.length > 0) return "implicit";
  return open.length > 0 ? "cannot-tell" : "allowed";
}

function decideLayer(layer: Layer, question: Question): Pick<Answer, "by" | "open"> {
  const by: Reason[] = [];
  const open: OpenReason[] = [];
  const allows: Truth[] = [];
  const about = aboutLayer(layer);
  layer.documents.forEach((document, doc) => {
    if (isRefused(document)) allows.push(unknown(`${document.name} is not a policy that AWS would take`));
    for (const statement of document.statements) {
      const applies = decideStatement(document, statement, question);
      if (statement.effect === "Allow") allows.push(applies);
      else if (applies.is === true) by.push({ ...about, explicit: true, doc, document, statement });
      else if (applies.is === undefined)
        open.push({ ...about, explicit: true, doc, document, statement, why: applies.why });
    }
  });
  if (layer.missing !== undefined) allows.push(unknown(layer.missing));
  const allowed = some(allows);
  if (allowed.is === false) by.push({ ...about, explicit: false });
  else if (allowed.is === undefined) open.push({ ...about, explicit: false, why: allowed.why });
  const hidden = hiddenDenies(layer);
  if (allowed.is === true && hidden.length > 0) open.push({ ...about, explicit: true, why: hidden });
  return { by, open };
}

/** Denies that documents which could not be read may hold. */
function hiddenDenies(layer: Layer): string[] {
  const refused = layer.documents.filter(isRefused).map(({ name }) => `${name} is not a policy that AWS would take`);
  return layer.missing === undefined ? refused : [...refused, layer.missing];
}

function aboutLayer({ kind, level, title }: Layer): Omit<Reason, "explicit"> {
  return { kind, ...(level === undefined ? {} : { level }), ...(title === undefined ? {} : { title }) };
}
