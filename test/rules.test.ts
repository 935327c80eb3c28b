/** Which test holds which rule: R1 to R10 with their settled cases. A row whose test is gone or renamed fails here. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const corpus = "corpus/records.json";
const fold = "store/fold.test.ts";
const folded = "store/fold-property.test.ts";
const bad = "ingest/bad-input.test.ts";
const whole = "ingest/end-to-end.test.ts";
const objects = "parse/trail-object.test.ts";

/** The rule in a few words, the file (below test/) and a text that stands in it: the title of the test or case. */
const rows: readonly (readonly [rule: string, file: string, test: string])[] = [
  ["R1 the records of a request fold into one invocation", fold, "five records of one request"],
  [
    "R1 whatever the order, file or day",
    folded,
    "ends in the same tables for every order, and every division into batches and turns",
  ],
  ["R1 a late completion changes its invocation", fold, "the completion that comes days later settles it"],
  ["R1 a completion without its call is one invocation", fold, "a completion whose call never came"],
  ["R1 the same eventID twice is one event", whole, "agree with the objects and records of the run"],
  ["R1 two copies disagree: management wins, counted", fold, "management beats data"],
  ["R2 api-call", fold, "one record, Region named"],
  ["R2 api-call may name the source Region", fold, "the Region named may be the source Region"],
  ["R2 stream-completion, map", corpus, "shape 3.4: stream completion, entries as an object"],
  ["R2 stream-completion, list", corpus, "shape 3.5: stream completion, entries as a list"],
  ["R2 direct", fold, "a direct call"],
  ["R2 absence", fold, "no Region through a profile"],
  ["R2 pending", fold, "after the first completion of the account and Region it is pending"],
  ["R2 unresolvable: omitted", fold, "omitted data"],
  ["R2 unresolvable: batch job", fold, "a batch job through a profile"],
  [
    "R2 unknown is never local; rates stand beside unknowns",
    "report/overview.test.ts",
    "is never called kept without the unknown",
  ],
  ["R3 outcome from errorCode, never from words", corpus, "outcome: Access denied under a code that is not a denial"],
  ["R4 denied Region, kind, explicit, policy", corpus, "shape 3.6: denied by an SCP at the destination, policy named"],
  ["R4 unspecified for the Region-less ARN", corpus, "shape 3.6: denied, Region-less ARN, no modelId, API key"],
  [
    "R5 role, rebuilt where the issuer is absent",
    corpus,
    "principal: role rebuilt from the session ARN, other partition",
  ],
  ["R5 Identity Center user", corpus, "principal: Identity Center user"],
  [
    "R5 sessions are personal data",
    "report/pseudonymise.test.ts",
    "dropping takes the columns away and covers the rest",
  ],
  ["R6 forms of modelId", corpus, "model: us-gov.anthropic.claude-sonnet-4-6"],
  ["R6 vendors that look like scopes", corpus, "model: vendor ai21"],
  ["R6 application profiles resolved from the table", fold, "an application profile with one destination"],
  [
    "R7 destinations depend on the source Region",
    "reference/reference.test.ts",
    "keeps destinations that do not hold the source Region",
  ],
  [
    "R7 outside the boundary is another thing",
    "report/reports.test.ts",
    "boundary-violations: what is outside, never what is unknown",
  ],
  ["R8 identities hold and are stored", whole, "agree with the objects and records of the run"],
  ["R8 and fail loudly", "store/ledger.test.ts", "reconciliation"],
  ["R8 rejected: which types", "parse/record.test.ts", "agrees with the schema on any record"],
  ["R8 rejected: neighbours are kept", bad, "reject that record with its position and reason, and keep its neighbours"],
  [
    "R9 coverage: days without a file",
    "report/reports.test.ts",
    "coverage: a day without a file anywhere is a gap too",
  ],
  ["R9 what cannot be seen", "report/reports.test.ts", "unobservable names each blind spot"],
  [
    "R10 open days again: 2 days back, 30 once a day",
    "ingest/s3/runs.test.ts",
    "night after night, with files that come late",
  ],
  ["R10 whatever the clock says", "ingest/s3/days.test.ts", "loses no object to any clock"],
  ["R10 replaced or gone: a finding, nothing forgotten", "ingest/s3/runs.test.ts", "one object replaced, one deleted"],
  ["R10 a late file is found", whole, "in another order and in pieces ends in the same tables"],
  [
    "R10 quarantine until the version changes",
    "store/ledger.test.ts",
    "knows each version of an object, and quarantined ones until they change",
  ],
  [
    "R10 files that are not log files",
    bad,
    "digest, Insight and other files among the logs are skipped with a reason, wherever they lie",
  ],
  ["Fold: UUIDs in lower case", corpus, "key: requestID in capitals is compared in lower case"],
  ["Fold: the nil UUID is not a key", corpus, "key: nil UUID, sharedEventID serves"],
  ["Fold: no UUID, no sharedEventID: eventID", corpus, "key: redacted requestID, no sharedEventID, eventID serves"],
  ["Fold: more than eight events are reported", "report/reports.test.ts", "unobservable names each blind spot"],
  ["Fold: only inference takes part", corpus, "operation: CountTokens never is inference"],
  ["Fold: rank, the caller's own account", fold, "the caller's own account beats a copy"],
  ["Fold: rank, the smallest eventID", fold, "the smallest eventID decides at last"],
  ["Fold: an addendum above its record, no conflict", fold, "an addendum stands above what it corrects"],
  ["Fold: copies complete each other", fold, "copies complete each other"],
  ["Fold: an endpoint owner's copy only counts", fold, "an endpoint owner's copy only counts"],
  ["Fold: a completion without a parent is an event only", fold, "a completion without a parent is not an invocation"],
  ["Fold: an addendum without originalRequestID", corpus, "key: addendum whose originalRequestID is not a UUID"],
  [
    "Fold: the same eventID with another content",
    "store/ledger.test.ts",
    "counts different contents of an eventID once each",
  ],
  ["Fold: event_time, request_id, tokens", fold, "a streamed call and its completion"],
  ["Fold: a second implementation agrees", folded, "agrees with a second implementation on any events"],
  [
    "Not local: an earlier first completion judges again",
    fold,
    "a load that moves the first completion earlier judges again",
  ],
  ["Region: a completion without a Region is absence", fold, "a completion without a Region"],
  ["Region: also when additionalEventData was omitted", fold, "omitted, but a completion came"],
  ["Region: direct stays direct when omitted", fold, "a direct call stays direct when data was omitted"],
  ["Region: omitted as a text", corpus, "region: omitted as a text"],
  ["Region: a model that hides its profile", fold, "a profile that the model hides"],
  ["Region: batch job on a plain model", fold, "a batch job on a plain model"],
  ["Region: mantle is direct", fold, "mantle is direct"],
  ["Region: API call and completion disagree", fold, "the API call's Region beats the completion's"],
  ["Operations: unknown, with modelId and runtime host", corpus, "operation: unknown, with modelId and runtime host"],
  ["Operations: mantle's stream parameter", corpus, "shape 3.9: mantle without a stream parameter"],
  ["Outcome: Client. prefix", corpus, "outcome: Client.AccessDenied is denied"],
  ["Outcome: throttled", corpus, "outcome: ServiceQuotaExceededException is throttled"],
  ["Outcome: a completion with an error was served", fold, "a completion with an error was served and keeps its error"],
  ["Outcome: not served has no Region", fold, "a denied call"],
  ["Outcome: a denial without the grammar", corpus, "denial: no IAM grammar"],
  ["Outcome: what the 1 KB limit cut off", corpus, "denial: cut inside the kind: explicit all the same"],
  ["Outcome: a profile ARN's Region", corpus, "denial: profile ARN: its own Region"],
  ["Principal: Role is AssumedRole", corpus, "principal: type Role is AssumedRole"],
  ["Principal: federated user", corpus, "principal: federated user is its own ARN, not its issuer's"],
  ["Principal: role with invokedBy", corpus, "principal: role with invokedBy is still the role"],
  ["Principal: nothing but principalId", corpus, "principal: nothing but principalId, account from the recipient"],
  ["Principal: API-key user", corpus, "flags: API-key user by its ARN"],
  ["Model: unknown first part is a profile", corpus, "model: mars.newco.model-1"],
  ["Model: kinds that hide it", corpus, "model: provisioned (provisioned-model), in resources"],
  ["Model: prompts and routers", corpus, "model: prompt-router shows none"],
  ["Files: truncated, broken, trailing bytes", "parse/inflate.test.ts", "refuses a stream cut anywhere"],
  ["Files: several members, zero padding", "parse/inflate.test.ts", "joins members and ignores zeros behind them"],
  ["Files: quarantined whole", objects, "takes an object as a whole or not at all"],
  ["Files: BOM, list, single object, JSON lines", objects, "finds what a full parse finds, whatever the text"],
  ["Files: eventVersion of another major", objects, "counts records of another major version"],
  ["Files: a bomb", objects, "quarantines what inflates to more than allowed, and reads on"],
  ["Reports: columns and sums", "report/reports.test.ts", "spillover-by-principal"],
];

it.each(rows)("%s", (_rule, file, test) => {
  expect(readFileSync(new URL(file, import.meta.url), "utf8")).toContain(test);
});
