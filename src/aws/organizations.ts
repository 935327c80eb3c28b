/** Reading an organization: its tree, and the SCPs attached to each part of it. */
import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import type { ServiceAccess } from "./access.ts";
import { connect, disconnect, inHomeRegion } from "./connection.ts";
import { type InTurn, inTurn } from "./turns.ts";

type Sdk = typeof import("@aws-sdk/client-organizations");

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface OrganizationsReader {
  /** The organization; null if the account belongs to none. */
  readonly organization: () => Promise<{ readonly id: string; readonly managementAccount: string } | null>;
  readonly parentOf: (id: string) => Promise<{ readonly id: string; readonly type: "root" | "ou" }>;
  readonly unitName: (id: string) => Promise<string>;
  readonly accountName: (id: string) => Promise<string>;
  readonly roots: () => Promise<readonly Named[]>;
  readonly unitsIn: (parent: string) => Promise<readonly Named[]>;
  readonly accountsIn: (parent: string) => Promise<readonly Named[]>;
  /** Policies attached to the target itself, without those it inherits. */
  readonly policiesOf: (target: string) => Promise<readonly Named[]>;
  readonly policyDocument: (id: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Requests a second, as AWS documents them. */
const pace = { describePolicy: 2, others: 5 } as const;

export async function openOrganizations(
  access: ServiceAccess,
  signal?: AbortSignal,
  rates: { readonly describePolicy: number; readonly others: number } = pace,
): Promise<OrganizationsReader> {
  const home = inHomeRegion(access);
  const { sdk, client } = await connect("organizations", home);
  const usually = inTurn(rates.others, access, signal);
  return {
    ...tree(sdk, client, usually),
    ...policies(sdk, client, usually, inTurn(rates.describePolicy, access, signal)),
    close: () => disconnect("organizations", home),
  };
}

function tree(
  sdk: Sdk,
  client: OrganizationsClient,
  usually: InTurn,
): Omit<OrganizationsReader, "policiesOf" | "policyDocument" | "close"> {
  return {
    organization: async () => {
      try {
        const { Organization: found } = await usually(() => client.send(new sdk.DescribeOrganizationCommand({})));
        return { id: found?.Id ?? "", managementAccount: found?.MasterAccountId ?? "" };
      } catch (thrown) {
        if (thrown instanceof sdk.AWSOrganizationsNotInUseException) return null;
        throw thrown;
      }
    },
    parentOf: async (id) => {
      const found = await pages(
        (NextToken) => usually(() => client.send(new sdk.ListParentsCommand({ ChildId: id, NextToken }))),
        "Parents",
      );
      const [parent] = found;
      if (parent?.Id === undefined) throw new Error(`${id} has no parent`);
      return { id: parent.Id, type: parent.Type === "ROOT" ? "root" : "ou" };
    },
    unitName: async (id) => {
      const command = new sdk.DescribeOrganizationalUnitCommand({ OrganizationalUnitId: id });
      return (await usually(() => client.send(command))).OrganizationalUnit?.Name ?? id;
    },
    accountName: async (id) =>
      (await usually(() => client.send(new sdk.DescribeAccountCommand({ AccountId: id })))).Account?.Name ?? id,
    roots: async () =>
      named(await pages((NextToken) => usually(() => client.send(new sdk.ListRootsCommand({ NextToken }))), "Roots")),
    unitsIn: async (ParentId) =>
      named(
        await pages(
          (NextToken) =>
            usually(() => client.send(new sdk.ListOrganizationalUnitsForParentCommand({ ParentId, NextToken }))),
          "OrganizationalUnits",
        ),
      ),
    accountsIn: async (ParentId) =>
      named(
        await pages(
          (NextToken) => usually(() => client.send(new sdk.ListAccountsForParentCommand({ ParentId, NextToken }))),
          "Accounts",
        ),
      ),
  };
}

function policies(
  sdk: Sdk,
  client: OrganizationsClient,
  usually: InTurn,
  slowly: InTurn,
): Pick<OrganizationsReader, "policiesOf" | "policyDocument"> {
  return {
    policiesOf: async (TargetId) =>
      named(
        await pages(
          (NextToken) =>
            usually(() =>
              client.send(
                new sdk.ListPoliciesForTargetCommand({ TargetId, Filter: "SERVICE_CONTROL_POLICY", NextToken }),
              ),
            ),
          "Policies",
        ),
      ),
    policyDocument: async (PolicyId) => {
      const { Policy: found } = await slowly(() => client.send(new sdk.DescribePolicyCommand({ PolicyId })));
      if (found?.Content === undefined) throw new Error(`${PolicyId} has no content`);
      return found.Content;
    },
  };
}

/** A page may be empty and still not be the last: only the missing token says so. */
export async function pages<Name extends string, Item>(
  ask: (
    token: string | undefined,
  ) => Promise<{ readonly [key in Name]?: Item[] | undefined } & { readonly NextToken?: string | undefined }>,
  name: Name,
): Promise<Item[]> {
  const found: Item[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    found.push(...(page[name] ?? []));
    token = page.NextToken;
  } while (token !== undefined && token !== "");
  return found;
}

function named(items: readonly { readonly Id?: string | undefined; readonly Name?: string | undefined }[]): Named[] {
  return items.flatMap(({ Id, Name }) => (Id === undefined ? [] : [{ id: Id, name: Name ?? Id }]));
}
