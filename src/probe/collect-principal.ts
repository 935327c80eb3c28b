/** The collection of principals' policies from IAM: by name, or of all that may call Bedrock. */
import type { IamReader, Owner } from "../aws/iam.ts";
import type { AccountPrincipal } from "../aws/iam-account.ts";
import type { ServiceAccess } from "../aws/access.ts";
import { accountOf } from "../policy/arn.ts";
import type { BundlePolicy, BundlePrincipal } from "../policy/bundle.ts";
import { readPolicy } from "../policy/document.ts";
import { mayInvoke } from "../policy/may-invoke.ts";
import type { Notes } from "./notes.ts";

export interface PrincipalsPart {
  readonly principals: Record<string, BundlePrincipal>;
  readonly policies: Record<string, BundlePolicy>;
}

interface Situation extends PrincipalsPart {
  readonly reader: IamReader;
  readonly access: ServiceAccess;
  readonly notes: Notes;
}

export async function collectPrincipal(situation: Situation, arn: string): Promise<void> {
  const { reader, access, notes, principals } = situation;
  const [, kind, name] = /:(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  const account = accountOf(arn) ?? "";
  const owner = kind === "user" ? "user" : "role";
  const found = await notes.attempt(`identity policies and boundary of ${arn}`, access, () =>
    reader.details(owner, name ?? ""),
  );
  if (found !== undefined && found.arn !== arn)
    notes.add(
      `identity policies and boundary of ${arn}`,
      `these credentials are of another account, or the path is another: IAM has ${found.arn}`,
    );
  if (found?.arn !== arn) {
    principals[arn] = { account, identity: null };
    return;
  }
  principals[arn] = {
    account,
    identity: await identityOf(situation, arn, owner, name ?? ""),
    boundary: found.boundary === null ? null : await managed(situation, found.boundary),
    tags: found.tags,
  };
}

async function identityOf(
  situation: Situation,
  arn: string,
  kind: "role" | "user",
  name: string,
): Promise<string[] | null> {
  const { reader, access, notes } = situation;
  const own = await policiesOf(situation, arn, kind, name);
  if (own === null || kind === "role") return own;
  const groups = await notes.attempt(`identity policies of ${arn}: its groups`, access, () => reader.groupsOf(name));
  if (groups === undefined) return null;
  const all = [...own];
  for (const group of groups) {
    const more = await policiesOf(situation, `${arn}, group ${group}`, "group", group);
    if (more === null) return null;
    all.push(...more);
  }
  return all;
}

/** The policies of a principal; null where the list could not be read. A document that could not be read is null in `policies`. */
async function policiesOf(situation: Situation, of: string, kind: Owner, name: string): Promise<string[] | null> {
  const { reader, access, notes, policies } = situation;
  const inline = await notes.attempt(`identity policies of ${of}: inline`, access, () =>
    reader.inlineNames(kind, name),
  );
  const attached = await notes.attempt(`identity policies of ${of}: attached`, access, () =>
    reader.attached(kind, name),
  );
  if (inline === undefined || attached === undefined) return null;
  const keys: string[] = [];
  for (const policy of inline) {
    const key = `${of}#${policy}`;
    const document = await notes.attempt(`identity policies of ${of}: ${policy}`, access, () =>
      reader.inlineDocument(kind, name, policy),
    );
    policies[key] = { name: `${policy} (inline)`, document: document ?? null };
    keys.push(key);
  }
  for (const policy of attached) keys.push(await managed(situation, policy.arn));
  return keys;
}

async function managed({ reader, access, notes, policies }: Situation, arn: string): Promise<string> {
  if (policies[arn] === undefined) {
    const document = await notes.attempt(`identity policies: ${arn}`, access, () => reader.managedDocument(arn));
    policies[arn] = { name: arn, document: document ?? null };
  }
  return arn;
}

/** All principals of the account that may call Bedrock, as far as their own policies go; returns the account. */
export async function collectAccount(situation: Situation, name: string): Promise<string | undefined> {
  const { reader, access, notes, policies, principals } = situation;
  const details = await notes.attempt(`identity policies of the account ${name}`, access, reader.account);
  if (details === undefined) return undefined;
  const account = accountOf(details.principals[0]?.arn ?? "");
  for (const principal of details.principals) {
    const keys = [...principal.inline.map((policy) => `${principal.arn}#${policy.name}`), ...principal.attached];
    const own = documentsOf(principal, details.managed);
    if (!own.some(({ document }) => document === null || mayInvoke(readPolicy("identity", "", document)))) continue;
    const boundary = principal.boundary;
    for (const [index, key] of keys.entries()) policies[key] ??= own[index] ?? { name: key, document: null };
    if (boundary !== null) policies[boundary] ??= managedPolicy(boundary, details.managed);
    principals[principal.arn] = {
      account: accountOf(principal.arn) ?? "",
      identity: keys,
      boundary,
      tags: principal.tags,
    };
  }
  return account;
}

type Managed = ReadonlyMap<string, { readonly name: string; readonly document: string }>;

function documentsOf(principal: AccountPrincipal, managedPolicies: Managed): BundlePolicy[] {
  return [
    ...principal.inline.map(({ name, document }) => ({ name: `${name} (inline)`, document })),
    ...principal.attached.map((arn) => managedPolicy(arn, managedPolicies)),
  ];
}

function managedPolicy(arn: string, managedPolicies: Managed): BundlePolicy {
  return { name: arn, document: managedPolicies.get(arn)?.document ?? null };
}
