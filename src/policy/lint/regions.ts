/** Lints about Regions: newer destinations, the model without a Region, names that do not exist. */
import { foundationModelArn } from "../arn.ts";
import { unspecified } from "../call.ts";
import type { PolicyDocument, Statement } from "../document.ts";
import { matches, matchesResource, patternOf, splitArn } from "../pattern.ts";
import type { KnownProfile } from "../resolve-profile.ts";
import {
  type LintFinding,
  type Rule,
  couldName,
  coversInvocation,
  globalSample,
  profileKey,
  regionKey,
  testsOn,
} from "./rule.ts";

/** Models of a profile that are allowed in only some of its destinations. */
export const oldDestinations: Rule = (statement, document, { profiles }) => {
  if (statement.effect !== "Allow" || statement.resources?.negated !== false || !namesModelsByRegion(statement))
    return [];
  const patterns = profilePatterns(document);
  const lacking = profiles.flatMap((profile) => {
    if (!patterns.some((pattern) => namesProfile(pattern, profile))) return [];
    const missing = missingDestinations(document, profile);
    const some =
      missing.length > 0 && missing.length < profile.destinations.length && allowsModelSomewhere(statement, profile);
    return some ? [{ profile, missing }] : [];
  });
  const [first] = lacking;
  if (first === undefined) return [];
  const regions = [...new Set(lacking.flatMap(({ missing }) => missing))].toSorted();
  const more = new Set(lacking.map(({ profile }) => profile.profileId)).size - 1;
  const names = `${first.profile.profileId}${more > 0 ? ` and ${more} more profiles` : ""}`;
  return [
    {
      code: "old-destinations",
      at: statement.node,
      message: `${names} may run in ${regions.join(", ")} too (as of ${first.profile.asOf}), where the model is not allowed`,
    },
  ];
};

function namesModelsByRegion(statement: Statement): boolean {
  return (statement.resources?.values ?? []).some(({ value }) =>
    /^arn:[^:]*:bedrock:[a-z][a-z0-9-]+::foundation-model\//.test(value),
  );
}

/** The document's patterns of profiles, in resources and in conditions. */
function profilePatterns(document: PolicyDocument): string[] {
  const allows = document.statements.filter(({ effect }) => effect === "Allow");
  return allows.flatMap((statement) => [
    ...(statement.resources?.values ?? [])
      .map(({ value }) => value)
      .filter((value) => value.includes(":inference-profile/")),
    ...testsOn(statement, profileKey, false).flatMap(({ values }) => values),
  ]);
}

function namesProfile(pattern: string, { profileId, sourceRegion }: KnownProfile): boolean {
  const [, , , region = "*", , resource = "*"] = splitArn(pattern);
  return matches(patternOf(region), sourceRegion) && matches(patternOf(resource), `inference-profile/${profileId}`);
}

function missingDestinations(document: PolicyDocument, { model, destinations }: KnownProfile): string[] {
  if (model === null) return [];
  return destinations.filter((region) => {
    const arn = foundationModelArn(model, region === "*" ? "" : region, "aws");
    return !document.statements.some((statement) => statement.effect === "Allow" && namesResource(statement, arn));
  });
}

function namesResource(statement: Statement, arn: string): boolean {
  const names = statement.resources;
  return (
    names !== undefined && names.values.some(({ value }) => matchesResource(patternOf(value), arn)) !== names.negated
  );
}

function allowsModelSomewhere(statement: Statement, { model, destinations }: KnownProfile): boolean {
  return (
    model !== null &&
    destinations.some((region) => region !== "*" && namesResource(statement, foundationModelArn(model, region, "aws")))
  );
}

/** A deny of all but some Regions that also hits the model without a Region. */
export const unspecifiedMissing: Rule = (statement) => {
  if (statement.effect !== "Deny" || !coversInvocation(statement)) return [];
  const exempt = testsOn(statement, profileKey, true).flatMap(({ values }) => values);
  if (exempt.some(couldBeGlobal) || holdsForOthersOnly(statement)) return [];
  return testsOn(statement, regionKey, true).flatMap(({ valueNode, values }): LintFinding[] =>
    values.some((value) => matches(patternOf(value), unspecified))
      ? []
      : [
          {
            code: "unspecified-missing",
            at: valueNode,
            message: `global profiles are denied here: the Region of their model is "${unspecified}"; add it if they are meant to work`,
          },
        ],
  );
};

function couldBeGlobal(value: string): boolean {
  return couldName(value, globalSample) && /global|\/\*$/.test(value);
}

/** Whether the statement denies only named profiles, none of them global. */
function holdsForOthersOnly(statement: Statement): boolean {
  return testsOn(statement, profileKey, false).some(({ values }) =>
    values.every((value) => /:(?:application-)?inference-profile\/[^*?]/.test(value) && !couldBeGlobal(value)),
  );
}

/** A global profile that is allowed without the model that it needs. */
export const globalModelMissing: Rule = (statement, document, { profiles }) => {
  if (statement.effect !== "Allow" || statement.resources?.negated !== false) return [];
  const node = statement.resources.values.find(({ value }) => value.includes(":inference-profile/global."));
  if (node === undefined) return [];
  const [, id = ""] = /:inference-profile\/global\.(.+)$/.exec(node.value) ?? [];
  const model = id.includes("*")
    ? (profiles.find(({ profileId }) => matches(patternOf(`global.${id}`), profileId))?.model ?? "vendor.model-v1:0")
    : id;
  const arn = foundationModelArn(model, "", "aws");
  if (document.statements.some((other) => other.effect === "Allow" && namesResource(other, arn))) return [];
  return [
    {
      code: "global-model-missing",
      at: node,
      message: `${node.value} also needs the model without a Region: add ${foundationModelArn(id, "", "aws")}`,
    },
  ];
};

export const unknownRegion: Rule = (statement, _, { regions }) =>
  [true, false].flatMap((negated) =>
    testsOn(statement, regionKey, negated).flatMap(({ valueNode, values }): LintFinding[] => {
      const stranger = values.find((value) => !/[*?$]/.test(value) && value !== unspecified && !regions.has(value));
      if (stranger === undefined) return [];
      const meant =
        stranger === "global"
          ? ` (global profiles have "${unspecified}")`
          : regions.has(stranger.toLowerCase())
            ? ": values know case"
            : "";
      return [{ code: "unknown-region", at: valueNode, message: `${stranger} is not a Region that is known${meant}` }];
    }),
  );
