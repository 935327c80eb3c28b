/** The layers of one principal of a bundle: what could not be read is missing, never empty. */
import { type Bundle, type BundlePrincipal, pathToAccount } from "./bundle.ts";
import { type PolicyDocument, readPolicy } from "./document.ts";
import type { PolicyKind } from "./kinds.ts";
import type { Layer } from "./layers.ts";

export interface PrincipalPolicies {
  readonly layers: readonly Layer[];
  /** Kinds that are known not to exist. */
  readonly none: readonly PolicyKind[];
  readonly managementAccount: boolean;
  /** Keys that the bundle fills: the organization, the principal's tags. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** The policies of a principal; undefined if the bundle lacks it. */
export function principalPolicies(bundle: Bundle, arn: string): PrincipalPolicies | undefined {
  const principal = bundle.principals[arn];
  if (principal === undefined) return undefined;
  const boundary = boundaryLayer(bundle, principal);
  const { organization } = bundle;
  return {
    layers: [...scpLayers(bundle, principal.account), identityLayer(bundle, principal), ...boundary],
    none: [
      ...(organization === null ? (["scp"] as const) : []),
      ...(principal.boundary === null ? (["boundary"] as const) : []),
    ],
    managementAccount: organization?.management_account === principal.account,
    context: {
      ...(organization === null || organization === undefined
        ? {}
        : organizationKeys(bundle, organization.id, principal.account)),
      ...Object.fromEntries(
        Object.entries(principal.tags ?? {}).map(([tag, value]) => [`aws:PrincipalTag/${tag}`, [value]]),
      ),
    },
  };
}

function organizationKeys(bundle: Bundle, id: string, account: string): Record<string, readonly string[]> {
  const path = pathToAccount(bundle, account);
  if (path === undefined) return { "aws:PrincipalOrgID": [id] };
  const ids = path.filter(([, target]) => target.type !== "account").map(([target]) => target);
  return { "aws:PrincipalOrgID": [id], "aws:PrincipalOrgPaths": [`${[id, ...ids].join("/")}/`] };
}

function scpLayers(bundle: Bundle, account: string): Layer[] {
  if (bundle.organization === null) return [];
  const path = pathToAccount(bundle, account);
  if (path === undefined)
    return [{ kind: "scp", documents: [], missing: `SCPs unknown: ${whyUnreadable(bundle, "SCPs")}` }];
  return path.map(([id, target], level): Layer => {
    const title = `${target.type} ${target.name}${target.name === id ? "" : ` (${id})`}`;
    const at = { kind: "scp", level, title } as const;
    if (target.scps === null)
      return { ...at, documents: [], missing: `SCPs of ${title} unknown: ${whyUnreadable(bundle, "SCPs")}` };
    return { ...at, ...documentsOf(bundle, "scp", target.scps) };
  });
}

function identityLayer(bundle: Bundle, principal: BundlePrincipal): Layer {
  if (principal.identity === null)
    return {
      kind: "identity",
      documents: [],
      missing: `identity policies unknown: ${whyUnreadable(bundle, "identity policies")}`,
    };
  return { kind: "identity", ...documentsOf(bundle, "identity", principal.identity) };
}

function boundaryLayer(bundle: Bundle, principal: BundlePrincipal): Layer[] {
  if (principal.boundary === null) return [];
  if (principal.boundary === undefined)
    return [
      {
        kind: "boundary",
        documents: [],
        missing: `permissions boundary unknown: ${whyUnreadable(bundle, "boundary")}`,
      },
    ];
  return [{ kind: "boundary", ...documentsOf(bundle, "boundary", [principal.boundary]) }];
}

function documentsOf(bundle: Bundle, kind: PolicyKind, keys: readonly string[]): Pick<Layer, "documents" | "missing"> {
  const documents: PolicyDocument[] = [];
  const missing: string[] = [];
  for (const key of keys) {
    const policy = bundle.policies[key];
    const text = policy?.document ?? null;
    if (policy === undefined || text === null) missing.push(policy?.name ?? key);
    else documents.push(readPolicy(kind, policy.name, text));
  }
  return missing.length === 0 ? { documents } : { documents, missing: `not readable: ${missing.join(", ")}` };
}

function whyUnreadable(bundle: Bundle, what: string): string {
  const found = bundle.unreadable.filter((entry) => entry.what.toLowerCase().includes(what.toLowerCase()));
  return found.length === 0 ? "the bundle does not have them" : found.map(({ why }) => why).join("; ");
}
