/** Which reports the page knows, and the sums that it takes of each. */
import { type BlindSpot, blindSpots } from "./blind-spots.ts";
import { type Claim, claims } from "./claims.ts";
import { type CoverageFacts, coverage } from "./coverage.ts";
import { type Day, boundaryDays, spillDays } from "./days.ts";
import { type DenialGroup, denials } from "./denials.ts";
import { type DriftFacts, drift } from "./drift.ts";
import { type FirstSeenFacts, firstSeen } from "./first-seen.ts";
import { type FlowFacts, flow } from "./flow.ts";
import { type FreshnessFacts, freshness } from "./freshness.ts";
import { type PeakFacts, peaks } from "./peaks.ts";
import { type PrincipalFacts, principals } from "./principals.ts";
import { type LogGapFacts, logGaps } from "./log-gaps.ts";
import { type ModelFacts, models } from "./models.ts";
import type { KnownReport } from "./reducer.ts";
import { type TokenSum, tokens } from "./tokens.ts";
import { type ViolationFacts, violations } from "./violations.ts";

/** By report; one that did not run, or has other columns, is not there. */
export interface PageFacts {
  readonly claims?: readonly Claim[];
  readonly "spillover-by-region"?: FlowFacts;
  readonly "boundary-violations"?: ViolationFacts;
  readonly "boundary-timeline"?: readonly Day[];
  readonly "spillover-timeline"?: readonly Day[];
  readonly "spillover-by-principal"?: PrincipalFacts;
  readonly "spillover-by-model"?: ModelFacts;
  readonly denials?: readonly DenialGroup[];
  readonly "tokens-by-region"?: readonly TokenSum[];
  readonly "first-seen"?: FirstSeenFacts;
  readonly peaks?: PeakFacts;
  readonly drift?: DriftFacts;
  readonly freshness?: FreshnessFacts;
  readonly coverage?: CoverageFacts;
  readonly unobservable?: readonly BlindSpot[];
  readonly "invocation-log-gaps"?: LogGapFacts;
}

export const knownReports: {
  readonly [Name in keyof PageFacts]-?: KnownReport<NonNullable<PageFacts[Name]>>;
} = {
  claims,
  "spillover-by-region": flow,
  "boundary-violations": violations,
  "boundary-timeline": boundaryDays,
  "spillover-timeline": spillDays,
  "spillover-by-principal": principals,
  "spillover-by-model": models,
  denials,
  "tokens-by-region": tokens,
  "first-seen": firstSeen,
  peaks,
  drift,
  freshness,
  coverage,
  unobservable: blindSpots,
  "invocation-log-gaps": logGaps,
};
