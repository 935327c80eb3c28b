/** The allowing of targets in a layer where nothing allows them. */
import { checksOf } from "../checks.ts";
import { withStatement } from "../change.ts";
import { type PolicyDocument, isRefused, readPolicy } from "../document.ts";
import { evaluateCheck } from "../evaluate.ts";
import type { GivenKeys } from "../keys.ts";
import { kindTitles } from "../kinds.ts";
import type { Layer } from "../layers.ts";
import { mostPerLevel } from "../limits.ts";
import { nameLayer } from "../words.ts";
import type { ChangedDocument } from "./changed-document.ts";
import { type Target, patternIn } from "./target.ts";

type Plain = Readonly<Record<string, unknown>>;

const both = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

/** The layer with the missing statements in its last document, or in a new one where that would become too long. */
export function allowTargets(
  layer: Layer,
  targets: readonly Target[],
  given: GivenKeys,
  changes: ChangedDocument[],
  blocked: string[],
): Layer {
  if (layer.missing !== undefined || layer.documents.some(isRefused)) return layer;
  const statements = missingStatements(layer, targets, given);
  if (statements.length === 0) return layer;
  const before = layer.documents.at(-1);
  const extended =
    before === undefined
      ? undefined
      : statements.reduce<PolicyDocument>((document, statement) => withStatement(document, statement), before);
  const steps = [`${nameLayer(layer)}: allow what nothing there allows yet`];
  if (before !== undefined && extended !== undefined && !isRefused(extended)) {
    const at = changes.findIndex(({ after }) => after === before);
    const earlier = changes[at];
    const change = {
      before: earlier?.before ?? before,
      after: extended,
      where: nameLayer(layer),
      steps: [...(earlier?.steps ?? []), ...steps],
    };
    if (earlier === undefined) changes.push(change);
    else changes[at] = change;
    return { ...layer, documents: layer.documents.with(-1, extended) };
  }
  if (layer.documents.length > 0 && (layer.kind !== "scp" || layer.documents.length >= mostPerLevel)) {
    blocked.push(`${before?.name ?? nameLayer(layer)} has no room for what would have to be allowed`);
    return layer;
  }
  const text = `${JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2)}\n`;
  const after = readPolicy(layer.kind, `${kindTitles[layer.kind].replaceAll(" ", "-")}-${layer.level ?? 0}.json`, text);
  changes.push({ before: undefined, after, where: nameLayer(layer), steps });
  return { ...layer, documents: [...layer.documents, after] };
}

function missingStatements(layer: Layer, targets: readonly Target[], given: GivenKeys): Plain[] {
  const lacks = (target: Target, what: string): boolean =>
    target.calls.some((call) =>
      checksOf(call).some((check) => {
        if (check.what !== what) return false;
        const { by, open } = evaluateCheck(call, check, [layer], given);
        return [...by, ...open].some(({ explicit }) => !explicit);
      }),
    );
  const profiles = targets.filter((target) => lacks(target, "profile"));
  const models = targets.filter((target) => lacks(target, "model"));
  const tokens = targets.filter((target) => lacks(target, "bearer-token"));
  const principal = layer.kind === "endpoint" ? { Principal: { AWS: targets[0]?.calls[0]?.principal ?? "*" } } : {};
  const allow = (rest: Plain): Plain => ({ Effect: "Allow", ...principal, ...rest });
  return [
    ...(profiles.length === 0
      ? []
      : [allow({ Action: both, Resource: profiles.map(({ pattern }) => patternIn(layer.kind, pattern)) })]),
    ...models.map((target) =>
      allow({
        Action: both,
        Resource: target.models,
        Condition: { ArnLike: { "bedrock:InferenceProfileArn": patternIn(layer.kind, target.pattern) } },
      }),
    ),
    ...(tokens.length === 0 ? [] : [allow({ Action: "bedrock:CallWithBearerToken", Resource: "*" })]),
  ];
}
