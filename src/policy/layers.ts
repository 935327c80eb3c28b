/** The layers of policies, each of which has to let a call through. */
import type { PolicyDocument } from "./document.ts";
import type { PolicyKind } from "./kinds.ts";

export interface Layer {
  readonly kind: PolicyKind;
  /** SCPs only: 0 is the root. */
  readonly level?: number;
  /** What the user calls it: the name of an OU, an account. */
  readonly title?: string;
  readonly documents: readonly PolicyDocument[];
  /** Documents that bear on the call and could not be had: nothing can be said of this layer for certain but a deny. */
  readonly missing?: string;
}

/** Documents of one principal. A layer that is undefined does not apply, or was not given. */
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

/** The root user of an account has no identity policy and no boundary, and needs none. */
export function isRootUser(principal: string): boolean {
  return /^arn:[^:]*:iam::\d*:root$/.test(principal);
}

/** SCPs bind neither the management account nor the roles that AWS services keep for themselves. */
export function bindsScps(principal: string, managementAccount: boolean): boolean {
  return !managementAccount && !/^arn:[^:]*:iam::\d*:role\/aws-service-role\//.test(principal);
}
