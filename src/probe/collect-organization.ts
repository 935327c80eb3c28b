/** The collection of SCPs: along the path from an account to the root, or of the whole tree. */
import type { Named, OrganizationsReader } from "../aws/organizations.ts";
import type { ServiceAccess } from "../aws/access.ts";
import type { Bundle, BundlePolicy, BundleTarget } from "../policy/bundle.ts";
import type { Notes } from "./notes.ts";

export interface OrganizationPart {
  /** The organization; undefined if it could not be read. */
  readonly organization: Bundle["organization"];
  readonly targets: Readonly<Record<string, BundleTarget>>;
  readonly policies: Readonly<Record<string, BundlePolicy>>;
}

interface Situation {
  readonly reader: OrganizationsReader;
  readonly access: ServiceAccess;
  readonly notes: Notes;
  readonly targets: Record<string, BundleTarget>;
  readonly policies: Record<string, BundlePolicy>;
}

/** Collects the SCPs of some accounts, or of all if undefined. */
export async function collectOrganization(
  reader: OrganizationsReader,
  access: ServiceAccess,
  notes: Notes,
  accounts: readonly string[] | undefined,
): Promise<OrganizationPart> {
  const found = await notes.attempt("SCPs: the organization", access, reader.organization);
  const situation: Situation = { reader, access, notes, targets: {}, policies: {} };
  if (found === null) return { organization: null, targets: {}, policies: {} };
  if (accounts === undefined) await collectTree(situation);
  else for (const account of accounts) await collectPath(situation, account);
  const { targets, policies } = situation;
  const organization = found === undefined ? undefined : { id: found.id, management_account: found.managementAccount };
  return { organization, targets, policies };
}

/** Collects from the account upwards; the path ends, and its SCPs are unknown, where a parent cannot be read. */
async function collectPath(situation: Situation, account: string): Promise<void> {
  const { reader, notes, access, targets } = situation;
  let id = account;
  let type: BundleTarget["type"] = "account";
  while (targets[id] === undefined) {
    const here = id;
    const parent: Awaited<ReturnType<OrganizationsReader["parentOf"]>> | null | undefined =
      type === "root" ? null : await notes.attempt(`SCPs: the parent of ${here}`, access, () => reader.parentOf(here));
    if (parent === undefined) return;
    const name = await nameOf(situation, here, type);
    targets[here] = { type, name, parent: parent?.id ?? null, scps: await attachedTo(situation, here, name) };
    if (parent === null) return;
    ({ id, type } = parent);
  }
}

/** The name of a target, else its id. */
async function nameOf({ reader }: Situation, id: string, type: BundleTarget["type"]): Promise<string> {
  try {
    if (type === "account") return await reader.accountName(id);
    return type === "ou" ? await reader.unitName(id) : "Root";
  } catch {
    return id;
  }
}

async function collectTree(situation: Situation): Promise<void> {
  const { reader, notes, access } = situation;
  const roots = await notes.attempt("SCPs: the root", access, reader.roots);
  for (const root of roots ?? []) await collectBelow(situation, root, null, "root");
}

async function collectBelow(
  situation: Situation,
  here: Named,
  parent: string | null,
  type: BundleTarget["type"],
): Promise<void> {
  const { reader, notes, access, targets } = situation;
  targets[here.id] = { type, name: here.name, parent, scps: await attachedTo(situation, here.id, here.name) };
  if (type === "account") return;
  const units = await notes.attempt(`SCPs: the OUs in ${here.name}`, access, () => reader.unitsIn(here.id));
  for (const unit of units ?? []) await collectBelow(situation, unit, here.id, "ou");
  const accounts = await notes.attempt(`SCPs: the accounts in ${here.name}`, access, () => reader.accountsIn(here.id));
  for (const account of accounts ?? []) await collectBelow(situation, account, here.id, "account");
}

async function attachedTo(situation: Situation, id: string, name: string): Promise<string[] | null> {
  const { reader, notes, access, policies } = situation;
  const attached = await notes.attempt(`SCPs of ${name} (${id})`, access, () => reader.policiesOf(id));
  if (attached === undefined) return null;
  for (const policy of attached) {
    if (policies[policy.id] !== undefined) continue;
    const document = await notes.attempt(`SCPs: the document of ${policy.name} (${policy.id})`, access, () =>
      reader.policyDocument(policy.id),
    );
    policies[policy.id] = { name: `${policy.name} (${policy.id})`, document: document ?? null };
  }
  return attached.map((policy) => policy.id);
}
