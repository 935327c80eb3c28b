/** Lints about actions: names that do not exist, and one of two that belong together. */
import { isDeepStrictEqual } from "node:util";
import { plainValue } from "../json-reader.ts";
import { actionlessOperations } from "../operations.ts";
import { matchesAction } from "../pattern.ts";
import { type LintFinding, type Rule, coversAction, invokeActions } from "./rule.ts";
import type { Statement } from "../document.ts";

export const noSuchAction: Rule = (statement) =>
  statement.actions.values.flatMap((node): LintFinding[] => {
    const [, name] = /^bedrock:(\w+)\*?$/i.exec(node.value) ?? [];
    const operation = actionlessOperations.find((each) => each.toLowerCase() === name?.toLowerCase());
    if (operation === undefined) return [];
    const meant = operation === "ConverseStream" ? invokeActions[1] : invokeActions[0];
    return [
      {
        code: "no-such-action",
        at: node,
        message: `${node.value} is an operation, not an action, and has no effect: write ${meant}`,
      },
    ];
  });

export const oneOfTwoActions: Rule = (statement, document) => {
  const missing = invokeActions.filter((action) => !coversAction(statement, action));
  const [only] = missing;
  if (missing.length !== 1 || only === undefined || statement.actions.negated) return [];
  const elsewhere = document.statements.some(
    (other) =>
      other !== statement &&
      other.effect === statement.effect &&
      coversAction(other, only) &&
      sameScope(other, statement),
  );
  if (elsewhere) return [];
  const effect = statement.effect === "Allow" ? "is not allowed here" : "is not denied here";
  const what =
    only === invokeActions[1] ? "what ConverseStream and streaming calls need" : "what Converse and InvokeModel need";
  return [{ code: "one-of-two-actions", at: statement.node, message: `${only}, ${what}, ${effect}` }];
};

function sameScope(one: Statement, other: Statement): boolean {
  const scope = (statement: Statement): unknown => {
    const plain = plainValue(statement.node);
    return { ...(typeof plain === "object" ? plain : {}), Sid: null, Action: null };
  };
  return isDeepStrictEqual(scope(one), scope(other));
}

const bearer = "bedrock:CallWithBearerToken";
const mantleBearer = "bedrock-mantle:CallWithBearerToken";

/** The lint of API keys, which also work on the other endpoint, whose actions have another prefix. */
export const bearerElsewhere: Rule = (statement, document) => {
  if (statement.effect !== "Deny" || statement.actions.negated) return [];
  const node = statement.actions.values.find(({ value }) => matchesAction(value, bearer));
  const covered = document.statements.some((other) => other.effect === "Deny" && coversAction(other, mantleBearer));
  const mentions = node !== undefined && /bearer|^bedrock:\*/i.test(node.value);
  if (node === undefined || covered || !mentions) return [];
  return [{ code: "bearer-elsewhere", at: node, message: `${node.value} does not catch ${mantleBearer}: add it` }];
};
