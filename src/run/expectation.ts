/** The accounts and Regions that a run expects logs of: those of the config and of the organization. */
import { activeAccounts } from "../aws/organization-accounts.ts";
import type { ServiceAccess } from "../aws/access.ts";
import { rolesOf, serviceAccess } from "../aws/options.ts";
import type { Config, ExpectedConfig } from "../config/config.ts";
import { type NamedTrails, expectedTrails } from "../config/expected.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import type { Expectation } from "../store/warehouse.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface ReadExpectation {
  readonly expectation: Expectation;
  /** Organizations whose accounts could not be read. */
  readonly failures: readonly { readonly what: string; readonly error: SpillwayError }[];
}

/** The subject of failures. */
export const organizationName = "expected: the organization";

export function hasOrganization({ expected }: Config): boolean {
  return expected.some(({ organization }) => organization === true);
}

/**
 * An organization that cannot be read keeps nothing else from being done: what was known of it stays expected, and which accounts are
 * expected is unknown.
 * @throws what no organization says, such as an abort
 */
export async function readExpectation(config: Config, env: Env, signal?: AbortSignal): Promise<ReadExpectation> {
  const named: NamedTrails[] = [];
  const failures: { what: string; error: SpillwayError }[] = [];
  const known = new Map<string, ReturnType<typeof activeAccounts>>();
  for (const entry of config.expected) {
    if (entry.organization !== true) {
      named.push({
        accounts: entry.account ?? [],
        regions: entry.region,
        since: entry.since ?? null,
        namedBy: "config",
      });
      continue;
    }
    const access = accessOf(entry, env);
    const key = JSON.stringify(access);
    const isFirst = !known.has(key);
    const asking = known.get(key) ?? activeAccounts(access, signal);
    known.set(key, asking);
    try {
      named.push(...trailsOf(entry, await asking));
    } catch (thrown) {
      if (!(thrown instanceof SpillwayError)) throw thrown;
      if (isFirst) failures.push({ what: organizationName, error: thrown });
    }
  }
  const unread = failures.map(({ error }) => ({ namedBy: "organizations" as const, reason: messageOf(error) }));
  return { expectation: { trails: expectedTrails(named), unread }, failures };
}

/** Asks each organization of the config; returns how many accounts are expected of them. */
export async function countOrganizationAccounts(config: Config, env: Env): Promise<number> {
  const { expectation, failures } = await readExpectation(config, env);
  const [first] = failures;
  if (first !== undefined) throw first.error;
  const ids = expectation.trails.filter(({ namedBy }) => namedBy === "organizations");
  return new Set(ids.map(({ accountId }) => accountId)).size;
}

function accessOf({ profile, roleArn, externalId, organizationsEndpoint }: ExpectedConfig, env: Env): ServiceAccess {
  return serviceAccess({ profile, roles: rolesOf(roleArn, externalId), endpoint: organizationsEndpoint }, env);
}

/** The trails of accounts, from the day they joined. */
function trailsOf(
  { region, since, except }: ExpectedConfig,
  accounts: Awaited<ReturnType<typeof activeAccounts>>,
): NamedTrails[] {
  return accounts
    .filter(({ id }) => except?.includes(id) !== true)
    .map(({ id, joined }) => ({
      accounts: [id],
      regions: region,
      since: [since ?? "", joined ?? ""].toSorted().at(-1) || null,
      namedBy: "organizations",
    }));
}
