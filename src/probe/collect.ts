/** The making of a bundle from the answers of Organizations and IAM. */
import { type IamReader, openIam } from "../aws/iam.ts";
import { openOrganizations } from "../aws/organizations.ts";
import type { ServiceAccess } from "../aws/access.ts";
import type { Bundle } from "../policy/bundle.ts";
import { accountOf, partitionOfRegion } from "../policy/arn.ts";
import { collectOrganization } from "./collect-organization.ts";
import { type PrincipalsPart, collectAccount, collectPrincipal } from "./collect-principal.ts";
import { type Notes, takeNotes } from "./notes.ts";

export interface CollectRequest {
  /** The principals; undefined for the whole organization. */
  readonly principals: readonly string[] | undefined;
  readonly organizations: ServiceAccess;
  readonly iam: ServiceAccess;
  /** A role in each account that may read its IAM. */
  readonly accountRole: string | undefined;
  readonly now: Date;
  readonly signal: AbortSignal | undefined;
  /** Requests a second to Organizations. */
  readonly rates?: { readonly describePolicy: number; readonly others: number } | undefined;
}

export async function collectBundle(request: CollectRequest): Promise<Bundle> {
  const notes = takeNotes();
  const { principals } = request;
  const accounts = principals === undefined ? undefined : [...new Set(principals.map((arn) => accountOf(arn) ?? ""))];
  const organizations = await openOrganizations(request.organizations, request.signal, request.rates);
  try {
    const tree = await collectOrganization(organizations, request.organizations, notes, accounts);
    const part: PrincipalsPart = { principals: {}, policies: { ...tree.policies } };
    if (principals === undefined) {
      const all = Object.entries(tree.targets).filter(([, { type }]) => type === "account");
      await collectAccounts(
        request,
        notes,
        part,
        all.map(([id]) => id),
      );
    } else await collectPrincipals(request, notes, part, principals);
    return {
      format: "spillway-policy-bundle/1",
      collected_at: request.now.toISOString(),
      organization: tree.organization,
      targets: tree.targets,
      policies: part.policies,
      principals: part.principals,
      unreadable: [...notes.entries],
    };
  } finally {
    await organizations.close();
  }
}

async function collectPrincipals(
  request: CollectRequest,
  notes: Notes,
  part: PrincipalsPart,
  arns: readonly string[],
): Promise<void> {
  for (const arn of arns) {
    await withIam(accessIn(request, accountOf(arn)), request.signal, async (reader, access) => {
      await collectPrincipal({ ...part, reader, access, notes }, arn);
    });
  }
}

/** Collects the accounts: that of the credentials with them, every other one through its role. */
async function collectAccounts(
  request: CollectRequest,
  notes: Notes,
  part: PrincipalsPart,
  accounts: readonly string[],
): Promise<void> {
  const own = await withIam(
    request.iam,
    request.signal,
    async (reader, access) => await collectAccount({ ...part, reader, access, notes }, "of these credentials"),
  );
  for (const account of accounts) {
    if (account === own) continue;
    if (request.accountRole === undefined) {
      notes.add(`identity policies of the account ${account}`, "no role of the account was named: --account-role NAME");
      continue;
    }
    await withIam(
      accessIn(request, account),
      request.signal,
      async (reader, access) => await collectAccount({ ...part, reader, access, notes }, account),
    );
  }
}

function accessIn({ iam, accountRole }: CollectRequest, account: string | undefined): ServiceAccess {
  if (accountRole === undefined || account === undefined) return iam;
  const partition = /^arn:([^:]+):/.exec(iam.roles[0]?.arn ?? "")?.[1] ?? partitionOfRegion(iam.region);
  return { ...iam, roles: [...iam.roles, { arn: `arn:${partition}:iam::${account}:role/${accountRole}` }] };
}

async function withIam<T>(
  access: ServiceAccess,
  signal: AbortSignal | undefined,
  use: (reader: IamReader, access: ServiceAccess) => Promise<T>,
): Promise<T> {
  const reader = await openIam(access, signal);
  try {
    return await use(reader, access);
  } finally {
    await reader.close();
  }
}
