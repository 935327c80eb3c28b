/** Reading all principals of an account at once: hundreds of roles in a few calls. */
import type { AttachedPolicy, IAMClient, ManagedPolicyDetail, PolicyDetail } from "@aws-sdk/client-iam";
import { decoded } from "./iam-document.ts";
import type { InTurn } from "./turns.ts";

type Sdk = typeof import("@aws-sdk/client-iam");

export interface AccountPrincipal {
  readonly arn: string;
  readonly boundary: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly inline: readonly { readonly name: string; readonly document: string }[];
  /** ARNs of managed policies, those of the user's groups too. */
  readonly attached: readonly string[];
}

export interface AccountDetails {
  readonly principals: readonly AccountPrincipal[];
  /** Managed policies by ARN. */
  readonly managed: ReadonlyMap<string, { readonly name: string; readonly document: string }>;
}

interface Detail {
  readonly Arn?: string | undefined;
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn?: string | undefined } | undefined;
  readonly Tags?: readonly { readonly Key: string | undefined; readonly Value: string | undefined }[] | undefined;
}

interface Group {
  readonly inline: readonly PolicyDetail[];
  readonly attached: readonly AttachedPolicy[];
}

export async function readAccount(sdk: Sdk, client: IAMClient, ask: InTurn): Promise<AccountDetails> {
  const answers: import("@aws-sdk/client-iam").GetAccountAuthorizationDetailsResponse[] = [];
  let marker: string | undefined;
  do {
    const Marker = marker;
    const page = await ask(() => client.send(new sdk.GetAccountAuthorizationDetailsCommand({ Marker })));
    answers.push(page);
    marker = page.IsTruncated === true ? page.Marker : undefined;
  } while (marker !== undefined);
  const groups = new Map(
    answers
      .flatMap(({ GroupDetailList = [] }) => GroupDetailList)
      .map((group): [string, Group] => [
        group.GroupName ?? "",
        { inline: group.GroupPolicyList ?? [], attached: group.AttachedManagedPolicies ?? [] },
      ]),
  );
  const roles = answers.flatMap(({ RoleDetailList = [] }) => RoleDetailList);
  const users = answers.flatMap(({ UserDetailList = [] }) => UserDetailList);
  const managed = answers.flatMap(({ Policies = [] }) => Policies);
  return {
    principals: [
      ...roles.map((role) => principalOf(role, role.RolePolicyList ?? [], role.AttachedManagedPolicies ?? [])),
      ...users.map((user) => {
        const own = (user.GroupList ?? []).flatMap((name) => groups.get(name) ?? []);
        const inline = [...(user.UserPolicyList ?? []), ...own.flatMap((group) => group.inline)];
        return principalOf(user, inline, [
          ...(user.AttachedManagedPolicies ?? []),
          ...own.flatMap((group) => group.attached),
        ]);
      }),
    ],
    managed: new Map(managed.flatMap(documentOf)),
  };
}

function principalOf(
  detail: Detail,
  inline: readonly PolicyDetail[],
  attached: readonly AttachedPolicy[],
): AccountPrincipal {
  return {
    arn: detail.Arn ?? "",
    boundary: detail.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
    tags: Object.fromEntries((detail.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
    inline: inline.map(({ PolicyName, PolicyDocument }) => ({
      name: PolicyName ?? "",
      document: decoded(PolicyDocument),
    })),
    attached: attached.flatMap(({ PolicyArn }) => PolicyArn ?? []),
  };
}

function documentOf(policy: ManagedPolicyDetail): [string, { name: string; document: string }][] {
  const version = (policy.PolicyVersionList ?? []).find(({ IsDefaultVersion }) => IsDefaultVersion === true);
  if (policy.Arn === undefined || version?.Document === undefined) return [];
  return [[policy.Arn, { name: policy.PolicyName ?? policy.Arn, document: decoded(version.Document) }]];
}
