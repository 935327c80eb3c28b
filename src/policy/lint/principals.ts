/** Lints about principals: ARNs that no caller has, and exemptions in only one of two statements. */
import { roleOfSession } from "../arn.ts";
import { conditionValues } from "../element-values.ts";
import { type LintFinding, type Rule, regionKey, testsOn } from "./rule.ts";
import type { PlacedTest, Statement } from "../document.ts";

const principalKey = "aws:PrincipalArn";

function principalTests(statement: Statement): PlacedTest[] {
  return [...testsOn(statement, principalKey, true), ...testsOn(statement, principalKey, false)];
}

/** A session's ARN where a role's is meant; Control Tower's own example does it. */
export const sessionArn: Rule = (statement) =>
  principalTests(statement).flatMap(({ valueNode, values }): LintFinding[] => {
    const session = values.find((value) => /^arn:[^:]*:sts:|:assumed-role\//.test(value));
    if (session === undefined) return [];
    const role = roleOfSession(session)?.role ?? "arn:aws:iam::ACCOUNT:role/NAME";
    return [
      {
        code: "session-arn",
        at: valueNode,
        message: `${session} is a session; aws:PrincipalArn holds the role, so this has no effect: write ${role}`,
      },
    ];
  });

export const ssoPath: Rule = (statement) =>
  principalTests(statement).flatMap(({ valueNode, values }): LintFinding[] => {
    const bare = values.find((value) => /:role\/AWSReservedSSO_/.test(value));
    if (bare === undefined) return [];
    const meant = bare.replace(":role/", ":role/aws-reserved/sso.amazonaws.com/*/");
    return [
      {
        code: "sso-path",
        at: valueNode,
        message: `${bare} lacks the path that roles of Identity Center have: write ${meant}`,
      },
    ];
  });

/** Two denies on the Region, of which only one exempts somebody: the other still denies. */
export const exemptionInOne: Rule = (statement, document) => {
  if (!deniesByRegion(statement) || testsOn(statement, principalKey, true).length > 0) return [];
  const other = document.statements.find(
    (each) => each !== statement && deniesByRegion(each) && testsOn(each, principalKey, true).length > 0,
  );
  const exempt = other === undefined ? undefined : testsOn(other, principalKey, true)[0];
  if (other === undefined || exempt === undefined) return [];
  const who = conditionValues(exempt.valueNode).join(", ");
  return [
    {
      code: "exemption-in-one",
      at: statement.node,
      message: `Statement[${other.index}] exempts ${who}, this one does not: they are still denied here`,
    },
  ];
};

function deniesByRegion(statement: Statement): boolean {
  return statement.effect === "Deny" && testsOn(statement, regionKey, true).length > 0;
}
