/** The list of lints, and their run over documents. */
import { type PolicyDocument, isRefused } from "../document.ts";
import { placeOf } from "../json-reader.ts";
import type { Problem } from "../kinds.ts";
import { lengthsOf, limits } from "../limits.ts";
import { bearerElsewhere, noSuchAction, oneOfTwoActions } from "./actions.ts";
import { exemptionInOne, sessionArn, ssoPath } from "./principals.ts";
import {
  admitsGlobalProfiles,
  listBlocksProfiles,
  missesApplicationProfiles,
  passedByApplicationProfiles,
  profileAsModel,
  profileWithoutAccount,
} from "./profiles.ts";
import { globalModelMissing, oldDestinations, unknownRegion, unspecifiedMissing } from "./regions.ts";
import type { LintFacts, Rule } from "./rule.ts";
import { literalWildcard, placeholder, shortArn, unresolvedVariable } from "./texts.ts";

const rules: readonly Rule[] = [
  sessionArn,
  ssoPath,
  exemptionInOne,
  noSuchAction,
  oneOfTwoActions,
  bearerElsewhere,
  listBlocksProfiles,
  missesApplicationProfiles,
  passedByApplicationProfiles,
  admitsGlobalProfiles,
  profileAsModel,
  profileWithoutAccount,
  oldDestinations,
  unspecifiedMissing,
  globalModelMissing,
  unknownRegion,
  unresolvedVariable,
  placeholder,
  literalWildcard,
  shortArn,
];

/** Problems in the order of the text; none for a document that AWS would refuse anyway. */
export function lintDocument(document: PolicyDocument, facts: LintFacts): Problem[] {
  if (isRefused(document)) return [];
  const found = document.statements
    .flatMap((statement) => rules.flatMap((rule) => rule(statement, document, facts)))
    .toSorted((one, other) => one.at.start - other.at.start)
    .map(({ code, message, at }): Problem => ({
      severity: "warning",
      code,
      file: document.name,
      message,
      ...placeOf(document.text, at.start),
    }));
  return [...found, ...nearlyFull(document)];
}

const nearly = 0.9;

/** The warning about a document too near its limit for a suggestion to be added. */
function nearlyFull(document: PolicyDocument): Problem[] {
  const { characters, of } = limits[document.kind];
  const { minimised } = lengthsOf(document.text, document.root);
  if (minimised <= characters * nearly || minimised > characters) return [];
  const message = `${minimised.toLocaleString("en-US")} of the ${characters.toLocaleString("en-US")} characters that ${of} may have are used`;
  return [
    {
      severity: "warning",
      code: "nearly-full",
      file: document.name,
      message,
      ...placeOf(document.text, document.root.start),
    },
  ];
}
