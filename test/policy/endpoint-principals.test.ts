/** Whom the statements of a VPC endpoint policy mean: each type of principal decided, or said that it cannot be told. */
import { describe, expect, it } from "vitest";
import { isRefused, readPolicy } from "../../src/policy/document.ts";
import { type CallAnswer, evaluateCall } from "../../src/policy/evaluate.ts";
import { account, model, policy } from "./documents.ts";

const role = `arn:aws:iam::${account}:role/apps/workload`;
const user = `arn:aws:iam::${account}:user/ada`;
const root = `arn:aws:iam::${account}:root`;

function decide(principal: string, element: object, effect = "Allow"): CallAnswer["overall"] {
  const everybody = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };
  const statement = { Effect: effect, ...element, Action: "bedrock:*", Resource: "*" };
  const document = readPolicy(
    "endpoint",
    "endpoint.json",
    policy(...(effect === "Deny" ? [everybody] : []), statement),
  );
  expect(document.problems).toEqual([]);
  const call = {
    profile: null,
    model,
    sourceRegion: "eu-central-1",
    destinations: [],
    account,
    principal,
    action: "bedrock:InvokeModel",
  };
  return evaluateCall(call, [{ kind: "endpoint", documents: [document] }], { others: "unknown" }).overall;
}

const saml = `arn:aws:iam::${account}:saml-provider/idp`;

describe("a principal of an endpoint policy", () => {
  it.each([
    // everybody, and who is named
    [role, "*", "allowed"],
    [role, { AWS: "*" }, "allowed"],
    [role, { AWS: [user, role] }, "allowed"],
    [user, { AWS: user }, "allowed"],
    [role, { AWS: user }, "denied"],
    [role, { AWS: role.replace("workload", "Workload") }, "denied"],
    [role, { AWS: role.replace(account, "999988887777") }, "denied"],
    // an account
    [role, { AWS: account }, "cannot-tell"],
    [role, { AWS: root }, "cannot-tell"],
    [root, { AWS: root }, "allowed"],
    [role, { AWS: "999988887777" }, "denied"],
    // one session of a role shows its name without the path
    [role, { AWS: `arn:aws:sts::${account}:assumed-role/workload/night` }, "cannot-tell"],
    [role, { AWS: `arn:aws:sts::${account}:assumed-role/other/night` }, "denied"],
    [role, { AWS: "arn:aws:sts::999988887777:assumed-role/workload/night" }, "denied"],
    [user, { AWS: `arn:aws:sts::${account}:assumed-role/ada/night` }, "denied"],
    [user, { AWS: `arn:aws:sts::${account}:federated-user/ada` }, "denied"],
    // what is not a name
    [role, { AWS: `arn:aws:iam::${account}:role/*` }, "cannot-tell"],
    [role, { AWS: "AROAEXAMPLEEXAMPLE123" }, "cannot-tell"],
    // services call in their own name
    [role, { Service: "lambda.amazonaws.com" }, "denied"],
    [role, { Service: "*" }, "denied"],
    // who came through an identity provider is a role, and does not show it
    [role, { Federated: saml }, "cannot-tell"],
    [role, { Federated: "cognito-identity.amazonaws.com" }, "cannot-tell"],
    [user, { Federated: saml }, "denied"],
    [root, { Federated: saml }, "denied"],
    [role, { CanonicalUser: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" }, "cannot-tell"],
    // one that holds is enough
    [role, { Service: "lambda.amazonaws.com", Federated: saml, AWS: role }, "allowed"],
    [role, { Service: "lambda.amazonaws.com", AWS: user }, "denied"],
  ] as const)("%s by %j: %s", (principal, element, overall) => {
    expect(decide(principal, { Principal: element })).toBe(overall);
    // the same statement as a deny, and the other way round
    const opposite = { allowed: "denied", denied: "allowed", "cannot-tell": "cannot-tell" } as const;
    expect(decide(principal, { Principal: element }, "Deny")).toBe(opposite[overall]);
    expect(decide(principal, { NotPrincipal: element })).toBe(opposite[overall]);
  });

  it.each([
    [{ Principal: role }, 'Principal is "*", or an object'],
    [{ Principal: ["*"] }, 'Principal is "*", or an object'],
    [{ Principal: {} }, "Principal names nobody"],
    [{ Principal: { aws: role } }, "aws is not a type of principal"],
    [{ Principal: { "*": "*" } }, "* is not a type of principal"],
    [{ Principal: { AWS: [] } }, "AWS takes a text or a list of texts"],
    [{ Principal: { AWS: [1] } }, "AWS takes a text or a list of texts"],
    [{ Principal: "*", NotPrincipal: "*" }, "exclude each other"],
    [{}, "Principal is missing"],
  ])("%j would be refused", (element, said) => {
    const text = policy({ Effect: "Allow", ...element, Action: "*", Resource: "*" });
    const document = readPolicy("endpoint", "endpoint.json", text);
    expect(isRefused(document)).toBe(true);
    expect(document.problems.map(({ message }) => message).join()).toContain(said);
  });
});
