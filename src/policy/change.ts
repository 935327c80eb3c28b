/** The change that gets a refused resource allowed: the changed documents, and each step in words. */
import { isDeepStrictEqual } from "node:util";
import { type Call, calledProfileArn, isApplicationProfile } from "./call.ts";
import { type Check, isBatch } from "./checks.ts";
import type { Reason } from "./decide.ts";
import { type PolicyDocument, isRefused, readPolicy } from "./document.ts";
import { type CheckedResource, evaluateCheck } from "./evaluate.ts";
import { exemptions } from "./exempt.ts";
import type { GivenKeys } from "./keys.ts";
import { kindTitles } from "./kinds.ts";
import { memberOf, plainValue } from "./json-reader.ts";
import type { Layer } from "./layers.ts";
import { mostPerLevel } from "./limits.ts";
import { nameLayer, nameStatement } from "./words.ts";
import { addItem, addToList, replaceText } from "./text-edit.ts";

export interface Change {
  /** The steps, in the order of the documents. */
  readonly steps: readonly string[];
  readonly layers: readonly Layer[];
}

interface Situation {
  readonly call: Call;
  readonly check: Check;
  readonly given: GivenKeys;
}

/** The most rounds: one statement may hide another, and documents have a limited number. */
const mostRounds = 50;

/** The change; undefined if the documents at hand do not suffice (one could not be read) or nothing is refused. */
export function changeFor(
  call: Call,
  resource: CheckedResource,
  layers: readonly Layer[],
  given: GivenKeys,
): Change | undefined {
  if (resource.decision === "allowed" || resource.decision === "cannot-tell") return undefined;
  return changeUntilAllowed({ call, check: resource.check, given }, layers);
}

/** Removes one reason after the other, as long as there is one. */
export function changeUntilAllowed(situation: Situation, layers: readonly Layer[]): Change | undefined {
  const steps: string[] = [];
  let current = layers;
  for (let round = 0; round < mostRounds; round++) {
    const answer = evaluateCheck(situation.call, situation.check, current, situation.given);
    if (answer.decision === "allowed") return { steps, layers: current };
    const reason = answer.by[0] ?? answer.open[0];
    const step = reason === undefined ? undefined : takeAway(reason, current, situation);
    if (step === undefined) return undefined;
    steps.push(step.what);
    current = step.layers;
  }
  return undefined;
}

interface Step {
  readonly what: string;
  readonly layers: readonly Layer[];
}

function takeAway(reason: Reason, layers: readonly Layer[], situation: Situation): Step | undefined {
  const at = layers.findIndex(({ kind, level }) => kind === reason.kind && level === reason.level);
  const layer = layers[at];
  if (layer === undefined || layer.missing !== undefined || layer.documents.some(isRefused)) return undefined;
  return reason.explicit ? exempt(reason, layers, at, layer, situation) : allow(layers, at, layer, situation);
}

function exempt(
  reason: Reason,
  layers: readonly Layer[],
  at: number,
  layer: Layer,
  situation: Situation,
): Step | undefined {
  const { doc, document, statement } = reason;
  if (doc === undefined || document === undefined || statement === undefined) return undefined;
  const { call, check, given } = situation;
  const who = { profile: profilePattern(call, layer), principal: call.principal };
  for (const { document: changed, what } of exemptions(document, statement, check, who)) {
    const next = replaceLayer(layers, at, { ...layer, documents: layer.documents.with(doc, changed) });
    const left = evaluateCheck(call, check, next, given);
    const still = [...left.by, ...left.open].some(
      (other) =>
        other.explicit &&
        other.kind === layer.kind &&
        other.level === layer.level &&
        other.doc === doc &&
        other.statement?.index === statement.index,
    );
    if (!still && !isRefused(changed)) return { what: `${nameStatement(reason)}: ${what}`, layers: next };
  }
  return undefined;
}

/** The pattern of the profile; an SCP applies to many accounts, so it names a system profile in all of them. */
function profilePattern(call: Call, layer: Pick<Layer, "kind">): string | undefined {
  const arn = calledProfileArn(call);
  if (arn === undefined || layer.kind !== "scp" || isApplicationProfile(arn)) return arn;
  return arn.replace(/^((?:[^:]*:){4})[^:]*/, "$1*");
}

/** Allows in a statement with the same conditions, else in a new one; in a new document where the old would become too long. */
function allow(layers: readonly Layer[], at: number, layer: Layer, situation: Situation): Step | undefined {
  const statement = allowStatement(layer, situation);
  for (const [doc, document] of layer.documents.entries()) {
    const step =
      extended(document, statement) ?? (doc === layer.documents.length - 1 ? added(document, statement) : undefined);
    if (step === undefined || isRefused(step.document)) continue;
    return {
      what: step.what,
      layers: replaceLayer(layers, at, { ...layer, documents: layer.documents.with(doc, step.document) }),
    };
  }
  const fits =
    layer.documents.length === 0 ||
    (layer.kind === "scp" ? layer.documents.length < mostPerLevel : layer.kind === "identity");
  if (!fits) return undefined;
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 2);
  const created = readPolicy(layer.kind, `new ${kindTitles[layer.kind]}`, text);
  return {
    what: `${nameLayer(layer)}: add a document with the statement ${JSON.stringify(statement)}`,
    layers: replaceLayer(layers, at, { ...layer, documents: [...layer.documents, created] }),
  };
}

interface Extension {
  readonly document: PolicyDocument;
  readonly what: string;
}

type NewStatement = Readonly<Record<string, unknown>> & { readonly Resource: string };

/** The statement extended by one resource. */
function extended(document: PolicyDocument, statement: NewStatement): Extension | undefined {
  const wanted = restOf(statement);
  const twin = document.statements.find((present) => isDeepStrictEqual(restOf(plainValue(present.node)), wanted));
  const node = twin === undefined ? undefined : memberOf(twin.node, "Resource");
  if (twin === undefined || node === undefined) return undefined;
  const text = addToList(document.text, node, [statement.Resource]);
  const what = `${nameStatement({ document, statement: twin, kind: document.kind, explicit: false })}: add to Resource "${statement.Resource}"`;
  return { document: readPolicy(document.kind, document.name, text), what };
}

function restOf(statement: unknown): unknown {
  return { ...(typeof statement === "object" ? statement : {}), Sid: undefined, Resource: undefined };
}

function added(document: PolicyDocument, statement: NewStatement): Extension {
  return {
    document: withStatement(document, statement),
    what: `${document.name}: add the statement ${JSON.stringify(statement)}`,
  };
}

const both = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

function allowStatement(layer: Layer, { call, check }: Situation): NewStatement {
  const arn = profilePattern(call, layer);
  // it is not documented whether the checks of a batch job carry the key
  const onlyThrough = check.what === "model" && arn !== undefined && !isBatch(call);
  return {
    Effect: "Allow",
    ...(layer.kind === "endpoint" ? { Principal: { AWS: call.principal } } : {}),
    Action: both.includes(check.action) ? both : check.action,
    Resource: check.resource,
    ...(onlyThrough ? { Condition: { ArnLike: { "bedrock:InferenceProfileArn": arn } } } : {}),
  };
}

/** The document with another statement at its end. */
export function withStatement(document: PolicyDocument, statement: unknown): PolicyDocument {
  const node = document.root.kind === "object" ? memberOf(document.root, "Statement") : undefined;
  if (node === undefined) return document;
  const text =
    node.kind === "array"
      ? addItem(document.text, node, statement)
      : replaceText(
          document.text,
          node,
          `[${document.text.slice(node.start, node.end)}, ${JSON.stringify(statement)}]`,
        );
  return readPolicy(document.kind, document.name, text);
}

function replaceLayer(layers: readonly Layer[], at: number, layer: Layer): Layer[] {
  return layers.with(at, layer);
}
