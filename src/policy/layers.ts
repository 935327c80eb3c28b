/** The layers of policies, each of which has to allow a call. */
import type { PolicyDocument } from "./document.ts";
import type { PolicyKind } from "./kinds.ts";

export interface Layer {
  readonly kind: PolicyKind;
  /** The depth of an SCP's target, 0 for the root. */
  readonly level?: number;
  /** The user's name for it: that of an OU or account. */
  readonly title?: string;
  readonly documents: readonly PolicyDocument[];
  /** Documents that apply but could not be read: only a deny of this layer is certain. */
  readonly missing?: string;
}

/** Documents of one principal. An undefined layer does not apply or was not given. */
export interface LayerDocuments {
  readonly scps?: readonly (readonly PolicyDocument[])[] | undefined;
  readonly scpTitles?: readonly string[] | undefined;
  readonly identity?: readonly PolicyDocument[] | undefined;
  readonly boundary?: readonly PolicyDocument[] | undefined;
  readonly session?: readonly PolicyDocument[] | undefined;
  readonly endpoint?: readonly PolicyDocument[] | undefined;
}

export function layersOf(documents: LayerDocuments): Layer[] {
  const titles = documents.scpTitles ?? [];
  const scps = (documents.scps ?? []).map((level, index): Layer => {
    const title = titles[index];
    return { kind: "scp", level: index, documents: level, ...(title === undefined ? {} : { title }) };
  });
  const others = (["identity", "boundary", "session", "endpoint"] as const).flatMap((kind): Layer[] => {
    const given = documents[kind];
    return given === undefined ? [] : [{ kind, documents: given }];
  });
  return [...scps, ...others];
}

/** Whether this is the root user of an account, which needs no identity policy and has no boundary. */
export function isRootUser(principal: string): boolean {
  return /^arn:[^:]*:iam::\d*:root$/.test(principal);
}

/** Whether SCPs apply: not to the management account, nor to the service-linked roles of AWS. */
export function bindsScps(principal: string, managementAccount: boolean): boolean {
  return !managementAccount && !/^arn:[^:]*:iam::\d*:role\/aws-service-role\//.test(principal);
}
