/** Lints about profiles that a statement catches by mistake, or misses. */
import type { StringNode } from "../json-reader.ts";
import { resourcePart } from "../pattern.ts";
import {
  type LintFinding,
  type Rule,
  applicationSample,
  couldName,
  coversInvocation,
  globalSample,
  profileKey,
  regionKey,
  sparesUnspecified,
  systemSample,
  testsOn,
} from "./rule.ts";

/** A list of models without the profile, which is checked by its own ARN. */
export const listBlocksProfiles: Rule = (statement) => {
  const names = statement.resources;
  if (statement.effect !== "Deny" || names?.negated !== true || !coversInvocation(statement)) return [];
  const samples = [systemSample, applicationSample];
  if (names.values.some(({ value }) => samples.some((sample) => couldName(value, sample)))) return [];
  return [
    {
      code: "list-blocks-profiles",
      at: statement.node,
      message:
        "NotResource names no profile, so every profile is denied and with it all cross-Region inference: add arn:aws:bedrock:*:*:inference-profile/... to it",
    },
  ];
};

/** A pattern that misses application profiles: the key holds their own ARN, whatever they were made from. */
export const missesApplicationProfiles: Rule = (statement) => {
  if (statement.effect !== "Deny") return [];
  return testsOn(statement, profileKey, true).flatMap(({ valueNode, values }): LintFinding[] => {
    const named = values.filter((value) => couldName(value, systemSample));
    if (named.length === 0 || values.some((value) => couldName(value, applicationSample))) return [];
    return [
      {
        code: "misses-application-profiles",
        at: valueNode,
        message: `${named.join(", ")} does not cover application profiles: those stay denied, also when they were made from such a profile; add arn:aws:bedrock:*:*:application-inference-profile/ID`,
      },
    ];
  });
};

export const passedByApplicationProfiles: Rule = (statement) => {
  if (statement.effect !== "Deny" || sparesUnspecified(statement)) return [];
  return testsOn(statement, profileKey, false).flatMap(({ valueNode, values }): LintFinding[] => {
    const global = values.filter((value) => couldName(value, globalSample) && value.includes("global"));
    if (global.length === 0 || values.some((value) => couldName(value, applicationSample))) return [];
    return [
      {
        code: "passed-by-application-profiles",
        at: valueNode,
        message: `an application profile made from a global one passes, as ${profileKey} then holds its own ARN; ${regionKey} "unspecified" alone denies both`,
      },
    ];
  });
};

/** A wildcard for all profiles, which seldom means the global ones. */
export const admitsGlobalProfiles: Rule = (statement) => {
  const exempting = statement.effect === "Deny" ? testsOn(statement, profileKey, true) : [];
  const allowing = statement.effect === "Allow" ? testsOn(statement, profileKey, false) : [];
  return [...exempting, ...allowing].flatMap(({ valueNode, values }): LintFinding[] => {
    const wide = values.find((value) =>
      ["inference-profile/*", "*inference-profile/*", "*"].includes(resourcePart(value)),
    );
    if (wide === undefined) return [];
    return [
      {
        code: "admits-global-profiles",
        at: valueNode,
        message: `${wide} admits global profiles too, which run in any Region: name the scopes, such as inference-profile/eu.*`,
      },
    ];
  });
};

/** A profile's id after foundation-model/, which names nothing. */
export const profileAsModel: Rule = (statement, _, { isProfileScope }) =>
  (statement.resources?.values ?? []).flatMap((node: StringNode): LintFinding[] => {
    const [, scope] = /:foundation-model\/([a-z-]+)\./.exec(node.value) ?? [];
    if (scope === undefined || !isProfileScope(scope)) return [];
    return [
      {
        code: "profile-as-model",
        at: node,
        message: `${node.value} names no model: the model's id does not begin with ${scope}.`,
      },
    ];
  });

/** A profile's ARN without an account: profiles are in the caller's. */
export const profileWithoutAccount: Rule = (statement) =>
  (statement.resources?.values ?? []).flatMap((node): LintFinding[] =>
    /^arn:[^:]*:bedrock:[^:]*::(?:application-)?inference-profile\//.test(node.value)
      ? [
          {
            code: "profile-without-account",
            at: node,
            message: `${node.value} names nothing: the ARN of a profile holds the caller's account`,
          },
        ]
      : [],
  );
