/** The suggestion: the smallest change of the user's documents, and the identity policy, that allow the targets. */
import type { Call } from "../call.ts";
import { checksOf } from "../checks.ts";
import { type PolicyDocument, type Statement, isRefused } from "../document.ts";
import { type CallAnswer, evaluateCall } from "../evaluate.ts";
import { type GivenKeys, contextsOf } from "../keys.ts";
import { type Layer, bindsScps } from "../layers.ts";
import { decideStatement } from "../statement-match.ts";
import { nameLayer, nameStatement } from "../words.ts";
import type { ChangedDocument } from "./changed-document.ts";
import { allowTargets } from "./allow-target.ts";
import { type Exempted, exemptModels, exemptProfiles } from "./exempt-target.ts";
import { identityDocuments } from "./identity.ts";
import type { Target } from "./target.ts";

export interface Suggestion {
  readonly changes: readonly ChangedDocument[];
  /** Statements that no change opens for the targets alone. */
  readonly blocked: readonly string[];
  readonly layers: readonly Layer[];
  readonly answers: readonly (readonly [call: Call, answer: CallAnswer])[];
}

export function suggest(targets: readonly Target[], layers: readonly Layer[], given: GivenKeys): Suggestion {
  const changes: ChangedDocument[] = [];
  const blocked: string[] = [];
  const bound = targets.some(({ calls }) =>
    calls.some((call) => bindsScps(call.principal, call.managementAccount === true)),
  );
  const changed = layers.map((layer) => {
    if (layer.kind === "scp" && !bound) return layer;
    const documents = layer.documents.map((document) => {
      const result = exemptInDocument(document, layer, targets, given, blocked);
      if (result.steps.length > 0)
        changes.push({ before: document, after: result.document, where: nameLayer(layer), steps: result.steps });
      return result.document;
    });
    const open = { ...layer, documents };
    return layer.kind === "identity" ? open : allowTargets(open, targets, given, changes, blocked);
  });
  const withIdentity = addIdentity(changed, targets, given, changes);
  const tooLong = changes.filter(({ after }) => isRefused(after));
  blocked.push(...tooLong.flatMap(({ after }) => after.problems.map(({ message }) => `${after.name}: ${message}`)));
  const answers = targets.flatMap(({ calls }) =>
    calls.map((call) => [call, evaluateCall(call, withIdentity, given)] as const),
  );
  return { changes, blocked, layers: withIdentity, answers };
}

/** Exempts statement by statement; their numbers stay, since additions come last. */
function exemptInDocument(
  document: PolicyDocument,
  layer: Layer,
  targets: readonly Target[],
  given: GivenKeys,
  blocked: string[],
): Exempted {
  let current = document;
  const steps: string[] = [];
  for (const { index, effect } of document.statements) {
    const statement = current.statements[index];
    if (effect !== "Deny" || statement === undefined) continue;
    const name = nameStatement({ kind: layer.kind, explicit: true, document, statement });
    const models = targets.filter((target) => mayApply(current, statement, target, "model", given));
    const profiles = targets.filter((target) => mayApply(current, statement, target, "profile", given));
    if (targets.some((target) => mayApply(current, statement, target, "bearer-token", given)))
      blocked.push(`${name} denies API keys; no profile takes a call out of that`);
    const passed = profiles.length === 0 ? unchanged(current) : exemptProfiles(current, statement, profiles);
    const again = passed?.document.statements[index];
    const done =
      passed === undefined || again === undefined || models.length === 0
        ? passed
        : exemptModels(passed.document, again, models);
    if (passed === undefined || done === undefined) {
      blocked.push(
        `${name} denies ${profiles.map(({ pattern }) => pattern).join(", ")} by a pattern for more than that: change its Resource by hand`,
      );
      continue;
    }
    for (const what of new Set([...passed.steps, ...done.steps])) steps.push(`${name}: ${what}`);
    current = done.document;
  }
  return { document: current, steps };
}

function unchanged(document: PolicyDocument): Exempted {
  return { document, steps: [] };
}

/** Whether the statement may apply to a check of this kind. */
function mayApply(
  document: PolicyDocument,
  statement: Statement,
  target: Target,
  what: "model" | "profile" | "bearer-token",
  given: GivenKeys,
): boolean {
  return target.calls.some((call) =>
    checksOf(call).some(
      (check) =>
        check.what === what &&
        contextsOf(call, check, given).some((context) => {
          const { action, resource } = check;
          const question = { action, resource, principal: call.principal, account: call.account, context };
          return decideStatement(document, statement, question).is !== false;
        }),
    ),
  );
}

/** Adds the identity policy, unless the existing ones suffice. */
function addIdentity(
  layers: readonly Layer[],
  targets: readonly Target[],
  given: GivenKeys,
  changes: ChangedDocument[],
): Layer[] {
  const at = layers.findIndex(({ kind }) => kind === "identity");
  const layer = layers[at];
  const present: Layer[] = layer === undefined || layer.missing !== undefined ? [] : [layer];
  const enough =
    present.length > 0 &&
    targets.every(({ calls }) => calls.every((call) => evaluateCall(call, present, given).overall === "allowed"));
  if (enough) return [...layers];
  const documents = identityDocuments(targets);
  for (const after of documents)
    changes.push({
      before: undefined,
      after,
      where: "identity policy",
      steps: [`${after.name}: attach it to the role`],
    });
  const next: Layer = { kind: "identity", documents: [...(present[0]?.documents ?? []), ...documents] };
  return at < 0 ? [...layers, next] : layers.with(at, next);
}
