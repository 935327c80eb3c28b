/** The identity policy for targets: the profiles, then the models of each through it alone. */
import { bearerAction } from "../checks.ts";
import { type PolicyDocument, readPolicy } from "../document.ts";
import { limits } from "../limits.ts";
import type { Target } from "./target.ts";

type Plain = Readonly<Record<string, unknown>>;

const both = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

/** The identity policy in as many managed policies as it takes, mostly one. */
export function identityDocuments(targets: readonly Target[]): PolicyDocument[] {
  const statements = identityStatements(targets);
  const groups: Plain[][] = [[]];
  for (const statement of statements) {
    const last = groups.at(-1) ?? [];
    if (last.length > 0 && JSON.stringify(policyWith([...last, statement])).length > limits.identity.characters)
      groups.push([statement]);
    else last.push(statement);
  }
  return groups.map((group, index) => {
    const name = groups.length === 1 ? "identity-policy.json" : `identity-policy-${index + 1}.json`;
    return readPolicy("identity", name, `${JSON.stringify(policyWith(group), null, 2)}\n`);
  });
}

function policyWith(statements: readonly Plain[]): Plain {
  return { Version: "2012-10-17", Statement: statements };
}

function identityStatements(targets: readonly Target[]): Plain[] {
  const profiles = targets.map(({ pattern }) => pattern);
  const token = targets.some(({ calls }) => calls.some(({ bearerToken }) => bearerToken !== undefined));
  return [
    { Sid: "CallProfiles", Effect: "Allow", Action: both, Resource: oneOrAll(profiles) },
    ...targets.map(({ pattern, models }, index) => ({
      Sid: `ModelsThroughProfile${targets.length === 1 ? "" : String(index + 1)}`,
      Effect: "Allow",
      Action: both,
      Resource: oneOrAll(models),
      Condition: { ArnLike: { "bedrock:InferenceProfileArn": pattern } },
    })),
    ...(token ? [{ Sid: "UseApiKeys", Effect: "Allow", Action: bearerAction, Resource: "*" }] : []),
  ];
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  const [only, ...more] = values;
  return only !== undefined && more.length === 0 ? only : values;
}
