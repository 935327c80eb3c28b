/** The smallest policy that collecting needs. */

export interface CollectPermissions {
  readonly principals: readonly string[] | undefined;
  readonly accountRole: string | undefined;
  readonly simulate: boolean;
}

type Statement = Readonly<Record<string, unknown>>;

/** The policy for the caller; with a role in each account, that role's part is a statement of its own. */
export function collectPermissions(request: CollectPermissions): {
  readonly caller: unknown;
  readonly accountRole: unknown;
} {
  const reading = request.principals === undefined ? wholeAccount : principalStatements(request.principals);
  const simulating: Statement[] = request.simulate
    ? [
        {
          Sid: "CrossCheck",
          Effect: "Allow",
          Action: "iam:SimulatePrincipalPolicy",
          Resource: request.principals ?? "*",
        },
      ]
    : [];
  const assuming: Statement[] =
    request.accountRole === undefined
      ? []
      : [
          {
            Sid: "ReadAccounts",
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Resource: `arn:*:iam::*:role/${request.accountRole}`,
          },
        ];
  const here = request.accountRole === undefined || request.principals === undefined ? [...reading, ...simulating] : [];
  return {
    caller: policyWith([organizationStatement(request.principals === undefined), ...here, ...assuming]),
    accountRole: request.accountRole === undefined ? undefined : policyWith(reading),
  };
}

function policyWith(statements: readonly Statement[]): unknown {
  return { Version: "2012-10-17", Statement: statements };
}

function organizationStatement(whole: boolean): Statement {
  const walking = whole
    ? [
        "organizations:ListRoots",
        "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListAccountsForParent",
      ]
    : ["organizations:ListParents", "organizations:DescribeAccount", "organizations:DescribeOrganizationalUnit"];
  return {
    Sid: "ReadScps",
    Effect: "Allow",
    Action: [
      "organizations:DescribeOrganization",
      "organizations:ListPoliciesForTarget",
      "organizations:DescribePolicy",
      ...walking,
    ],
    Resource: "*",
  };
}

const wholeAccount: readonly Statement[] = [
  { Sid: "ReadPrincipals", Effect: "Allow", Action: "iam:GetAccountAuthorizationDetails", Resource: "*" },
];

function principalStatements(principals: readonly string[]): Statement[] {
  const roles = principals.filter((arn) => arn.includes(":role/"));
  const users = principals.filter((arn) => arn.includes(":user/"));
  const accounts = [...new Set(principals.map((arn) => arn.split(":").slice(0, 5).join(":")))];
  return [
    ...(roles.length === 0
      ? []
      : [
          {
            Sid: "ReadRoles",
            Effect: "Allow",
            Action: ["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"],
            Resource: roles,
          },
        ]),
    ...(users.length === 0
      ? []
      : [
          {
            Sid: "ReadUsers",
            Effect: "Allow",
            Action: [
              "iam:GetUser",
              "iam:ListUserPolicies",
              "iam:GetUserPolicy",
              "iam:ListAttachedUserPolicies",
              "iam:ListGroupsForUser",
            ],
            Resource: users,
          },
          {
            Sid: "ReadGroups",
            Effect: "Allow",
            Action: ["iam:ListGroupPolicies", "iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies"],
            Resource: accounts.map((account) => `${account}:group/*`),
          },
        ]),
    {
      Sid: "ReadManagedPolicies",
      Effect: "Allow",
      Action: ["iam:GetPolicy", "iam:GetPolicyVersion"],
      Resource: ["arn:*:iam::aws:policy/*", ...accounts.map((account) => `${account}:policy/*`)],
    },
  ];
}
