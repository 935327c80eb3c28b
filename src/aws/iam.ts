/** Reading the identity policies of roles and users, and asking AWS's own simulator. */
import type { ContextEntry, IAMClient } from "@aws-sdk/client-iam";
import { type AccountDetails, readAccount } from "./iam-account.ts";
import { decoded } from "./iam-document.ts";
import type { ServiceAccess } from "./access.ts";
import { connect, disconnect, inHomeRegion } from "./connection.ts";
import { type InTurn, inTurn } from "./turns.ts";

type Sdk = typeof import("@aws-sdk/client-iam");

export type Owner = "role" | "user" | "group";

interface Attached {
  readonly arn: string;
  readonly name: string;
}

interface PrincipalDetails {
  readonly arn: string;
  readonly boundary: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SimulatedDecision {
  readonly decision: "allowed" | "denied" | "implicit";
  /** Context keys that the simulator lacked. */
  readonly missing: readonly string[];
}

interface SimulatedQuestion {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
}

export interface IamReader {
  readonly details: (kind: "role" | "user", name: string) => Promise<PrincipalDetails>;
  readonly inlineNames: (kind: Owner, name: string) => Promise<readonly string[]>;
  readonly inlineDocument: (kind: Owner, name: string, policy: string) => Promise<string>;
  readonly attached: (kind: Owner, name: string) => Promise<readonly Attached[]>;
  readonly groupsOf: (user: string) => Promise<readonly string[]>;
  readonly managedDocument: (arn: string) => Promise<string>;
  /** All roles and users of the account with their documents. */
  readonly account: () => Promise<AccountDetails>;
  readonly simulate: (question: SimulatedQuestion) => Promise<SimulatedDecision>;
  readonly close: () => Promise<void>;
}

/** IAM names no figure; this stays below what others have seen it refuse. */
const perSecond = 15;

export async function openIam(access: ServiceAccess, signal?: AbortSignal): Promise<IamReader> {
  const home = inHomeRegion(access);
  const { sdk, client } = await connect("iam", home);
  const ask = inTurn(perSecond, access, signal);
  return {
    details: async (kind, name) => await detailsOf(sdk, client, ask, kind, name),
    inlineNames: async (kind, name) =>
      await markedPages(
        (Marker) => ask(() => listInline(sdk, client, kind, name, Marker)),
        ({ PolicyNames }) => PolicyNames,
      ),
    inlineDocument: async (kind, name, policy) =>
      decoded((await ask(() => getInline(sdk, client, kind, name, policy))).PolicyDocument),
    attached: async (kind, name) => {
      const found = await markedPages(
        (Marker) => ask(() => listAttached(sdk, client, kind, name, Marker)),
        ({ AttachedPolicies }) => AttachedPolicies,
      );
      return found.flatMap(({ PolicyArn, PolicyName }) =>
        PolicyArn === undefined ? [] : [{ arn: PolicyArn, name: PolicyName ?? PolicyArn }],
      );
    },
    groupsOf: async (UserName) => {
      const found = await markedPages(
        (Marker) => ask(() => client.send(new sdk.ListGroupsForUserCommand({ UserName, Marker }))),
        ({ Groups }) => Groups,
      );
      return found.flatMap(({ GroupName }) => GroupName ?? []);
    },
    managedDocument: async (PolicyArn) => {
      const { Policy } = await ask(() => client.send(new sdk.GetPolicyCommand({ PolicyArn })));
      const command = new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId ?? "v1" });
      return decoded((await ask(() => client.send(command))).PolicyVersion?.Document);
    },
    account: async () => await readAccount(sdk, client, ask),
    simulate: async (question) => await simulate(sdk, client, ask, question),
    close: () => disconnect("iam", home),
  };
}

async function detailsOf(
  sdk: Sdk,
  client: IAMClient,
  ask: InTurn,
  kind: "role" | "user",
  name: string,
): Promise<PrincipalDetails> {
  const found =
    kind === "role"
      ? (await ask(() => client.send(new sdk.GetRoleCommand({ RoleName: name })))).Role
      : (await ask(() => client.send(new sdk.GetUserCommand({ UserName: name })))).User;
  return {
    arn: found?.Arn ?? "",
    boundary: found?.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
    tags: Object.fromEntries((found?.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
  };
}

type Marked = { readonly IsTruncated?: boolean | undefined; readonly Marker?: string | undefined };

async function markedPages<Page extends Marked, Item>(
  ask: (marker: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  let marker: string | undefined;
  do {
    const page = await ask(marker);
    found.push(...(itemsOf(page) ?? []));
    marker = page.IsTruncated === true ? page.Marker : undefined;
  } while (marker !== undefined);
  return found;
}

function listInline(
  sdk: Sdk,
  client: IAMClient,
  kind: Owner,
  name: string,
  Marker: string | undefined,
): Promise<Marked & { PolicyNames?: string[] | undefined }> {
  if (kind === "role") return client.send(new sdk.ListRolePoliciesCommand({ RoleName: name, Marker }));
  if (kind === "user") return client.send(new sdk.ListUserPoliciesCommand({ UserName: name, Marker }));
  return client.send(new sdk.ListGroupPoliciesCommand({ GroupName: name, Marker }));
}

function getInline(
  sdk: Sdk,
  client: IAMClient,
  kind: Owner,
  name: string,
  PolicyName: string,
): Promise<{ PolicyDocument?: string | undefined }> {
  if (kind === "role") return client.send(new sdk.GetRolePolicyCommand({ RoleName: name, PolicyName }));
  if (kind === "user") return client.send(new sdk.GetUserPolicyCommand({ UserName: name, PolicyName }));
  return client.send(new sdk.GetGroupPolicyCommand({ GroupName: name, PolicyName }));
}

interface AttachedItem {
  readonly PolicyArn?: string | undefined;
  readonly PolicyName?: string | undefined;
}

function listAttached(
  sdk: Sdk,
  client: IAMClient,
  kind: Owner,
  name: string,
  Marker: string | undefined,
): Promise<Marked & { AttachedPolicies?: AttachedItem[] | undefined }> {
  if (kind === "role") return client.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName: name, Marker }));
  if (kind === "user") return client.send(new sdk.ListAttachedUserPoliciesCommand({ UserName: name, Marker }));
  return client.send(new sdk.ListAttachedGroupPoliciesCommand({ GroupName: name, Marker }));
}

/** One resource a call: `aws:RequestedRegion` is one for all of a call's resources. */
async function simulate(
  sdk: Sdk,
  client: IAMClient,
  ask: InTurn,
  question: SimulatedQuestion,
): Promise<SimulatedDecision> {
  const entries = Object.entries(question.context).map(([ContextKeyName, ContextKeyValues]): ContextEntry => ({
    ContextKeyName,
    ContextKeyValues: [...ContextKeyValues],
    ContextKeyType: ContextKeyValues.length === 1 ? "string" : "stringList",
  }));
  const command = new sdk.SimulatePrincipalPolicyCommand({
    PolicySourceArn: question.principal,
    ActionNames: [question.action],
    ResourceArns: [question.resource],
    ContextEntries: entries,
  });
  const [result] = (await ask(() => client.send(command))).EvaluationResults ?? [];
  const [specific] = result?.ResourceSpecificResults ?? [];
  const said = specific?.EvalResourceDecision ?? result?.EvalDecision;
  return {
    decision: said === "allowed" ? "allowed" : said === "explicitDeny" ? "denied" : "implicit",
    missing: [...new Set([...(result?.MissingContextValues ?? []), ...(specific?.MissingContextValues ?? [])])],
  };
}
