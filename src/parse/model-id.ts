/** The parts of a modelId: kind, profile, scope, model, provider (R6). */
import { isProfileScope, isVendor } from "../reference/vendors.ts";
import { isObject } from "./json.ts";
import { memoize } from "./memo.ts";

export type ModelKind =
  | "foundation-model"
  | "inference-profile"
  | "application-profile"
  | "provisioned"
  | "custom"
  | "imported"
  | "marketplace"
  | "prompt"
  | "prompt-router"
  | "unknown";

export interface ModelReference {
  readonly kind: ModelKind;
  readonly profileId: string | null;
  readonly profileScope: string | null;
  readonly model: string | null;
  readonly provider: string | null;
}

/** Resource types of a bedrock ARN that hide the model behind them. */
const hidingKinds: ReadonlyMap<string, ModelKind> = new Map([
  ["application-inference-profile", "application-profile"],
  ["provisioned-model", "provisioned"],
  ["custom-model", "custom"],
  ["custom-model-deployment", "custom"],
  ["imported-model", "imported"],
  ["prompt", "prompt"],
  ["prompt-router", "prompt-router"],
  ["default-prompt-router", "prompt-router"],
]);

const foundationModelMark = ":foundation-model/";

// The two texts are remembered as one; a line feed in one, which never occurs in practice, would only cost the memory's benefit.
const parsePair = memoize((pair: string): ModelReference => {
  const cut = pair.indexOf("\n");
  return parse(pair.slice(0, cut), cut + 1 === pair.length ? null : pair.slice(cut + 1));
});

/** The parts of an id; `resourceModel`, from the record's resources, fills in where the id hides the model. */
export function parseModelId(modelId: string | null, resourceModel: string | null): ModelReference {
  const id = modelId ?? "";
  if (id.includes("\n")) return parse(id, resourceModel);
  return parsePair(`${id}\n${resourceModel ?? ""}`);
}

const encodedId = /^[A-Za-z0-9._:/-]*(?:%(?:3[Aa]|2[Ff])[A-Za-z0-9._:/-]*)+$/;

/** The id without the percent-encoding of `:` and `/` that some clients leave in the path; other text stays as it is. */
export function decodeModelId(modelId: string | null): string | null {
  if (modelId === null || !modelId.includes("%") || !encodedId.test(modelId)) return modelId;
  return modelId.replaceAll(/%3a/gi, ":").replaceAll(/%2f/gi, "/");
}

/** The model of a bedrock-mantle call, which always names a foundation model. */
export function mantleModel(model: string | null, resourceModel: string | null): ModelReference {
  return reference("foundation-model", null, null, model ?? resourceModel);
}

/** The first foundation model that a record's `resources` name. */
export function resourceModelOf(resources: unknown): string | null {
  if (!Array.isArray(resources)) return null;
  for (const resource of resources) {
    if (!isObject(resource)) continue;
    const arn = resource.ARN ?? resource.arn;
    if (typeof arn !== "string") continue;
    const model = foundationModelOfArn(arn) ?? (resource.type === "AWS::Bedrock::Model" ? plainModel(arn) : null);
    if (model !== null) return model;
  }
  return null;
}

/** The id after `:foundation-model/` in an ARN, if there is one. */
export function foundationModelOfArn(arn: string): string | null {
  const mark = arn.indexOf(foundationModelMark);
  if (mark < 0) return null;
  const id = arn.slice(arn.lastIndexOf("/") + 1);
  return id === "" ? null : id;
}

export function providerOf(model: string | null): string | null {
  if (model === null) return null;
  const dot = model.indexOf(".");
  if (dot < 0) return null;
  const prefix = model.slice(0, dot);
  return isVendor(prefix) ? prefix : null;
}

function plainModel(id: string): string | null {
  return providerOf(id) === null ? null : id;
}

function parse(id: string, resourceModel: string | null): ModelReference {
  if (id === "") return reference("unknown", null, null, resourceModel);
  if (id.startsWith("arn:")) return parseArn(id, resourceModel);
  return providerOf(id) === null ? parseProfile(id) : reference("foundation-model", null, null, id);
}

function parseArn(arn: string, resourceModel: string | null): ModelReference {
  const [, , service, , , ...rest] = arn.split(":");
  const resource = rest.join(":");
  const slash = resource.indexOf("/");
  const type = resource.slice(0, Math.max(slash, 0));
  const last = resource.slice(resource.lastIndexOf("/") + 1);
  if (last === "" || slash < 0) return reference("unknown", null, null, resourceModel);
  if (service === "sagemaker" && type === "endpoint") return reference("marketplace", null, null, resourceModel);
  if (service !== "bedrock") return reference("unknown", null, null, resourceModel);
  if (type === "foundation-model") return reference("foundation-model", null, null, last);
  if (type === "inference-profile") return parseProfile(last);
  const kind = hidingKinds.get(type) ?? "unknown";
  if (kind === "prompt" || kind === "prompt-router") return reference(kind, null, null, null);
  if (kind === "application-profile") return reference(kind, last, "application", resourceModel);
  return reference(kind, null, null, resourceModel);
}

function parseProfile(id: string): ModelReference {
  const dot = id.indexOf(".");
  const prefix = dot < 0 ? "" : id.slice(0, dot);
  const rest = dot < 0 ? "" : id.slice(dot + 1);
  if (isProfileScope(prefix)) return reference("inference-profile", id, prefix, rest === "" ? null : rest);
  return reference("inference-profile", id, "unknown", plainModel(rest));
}

function reference(
  kind: ModelKind,
  profileId: string | null,
  profileScope: string | null,
  model: string | null,
): ModelReference {
  return { kind, profileId, profileScope, model, provider: providerOf(model) };
}
