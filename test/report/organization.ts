/** A handful of invocations whose reports can be worked out by hand. */
import type { FixtureRow } from "./fixture.ts";

export const bot = "arn:aws:iam::111122223333:role/apps/invoice-bot";
export const jane = "arn:aws:iam::444455556666:user/jane@example.com";
export const ada = "9067f7d1c2-11111111-2222-3333-4444-555555555555";

const base: FixtureRow = {
  outcome: "served",
  operation: "Converse",
  streaming: false,
  source_region: "eu-west-1",
  account_id: "111122223333",
  principal: bot,
  principal_type: "AssumedRole",
  principal_name: "invoice-bot",
  session_name: "jane@example.com",
  host: "bedrock-runtime.eu-west-1.amazonaws.com",
  via_console: false,
  bearer_token: false,
  model_kind: "inference-profile",
  profile_id: "eu.anthropic.claude-opus-5",
  profile_scope: "eu",
  model: "anthropic.claude-opus-5",
  provider: "anthropic",
  events: 1,
  region_conflict: false,
  copies_disagree: false,
  completion_only: false,
};

const served = (region: string): FixtureRow => ({
  served_region: region,
  spilled: region !== "eu-west-1",
  region_evidence: "api-call",
});

const uuid = (n: number): string => `eu-west-1/00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

const lines: readonly FixtureRow[] = [
  { event_time: "2026-09-01 08:00:00", ...served("eu-west-1"), input_tokens: 100, output_tokens: 10 },
  { event_time: "2026-09-01 09:00:00", ...served("eu-central-1"), input_tokens: 200, output_tokens: 20 },
  { event_time: "2026-09-01 10:00:00", ...served("eu-central-1"), copies_disagree: true },
  {
    event_time: "2026-09-02 08:00:00",
    ...served("us-east-1"),
    profile_id: "global.anthropic.claude-opus-5",
    profile_scope: "global",
  },
  // local by absence
  { event_time: "2026-09-02 09:00:00", served_region: "eu-west-1", spilled: false, region_evidence: "absence" },
  // lost: more than three days before the newest event; pending: not
  { event_time: "2026-09-02 10:00:00", region_evidence: "pending", operation: "ConverseStream", streaming: true },
  { event_time: "2026-09-09 10:00:00", region_evidence: "pending", operation: "ConverseStream", streaming: true },
  // direct: not through a profile
  {
    event_time: "2026-09-03 08:00:00",
    served_region: "eu-west-1",
    spilled: false,
    region_evidence: "direct",
    model_kind: "foundation-model",
    profile_id: null,
    profile_scope: null,
  },
  // hidden profile that spilled all the same: counts as through a profile
  {
    event_time: "2026-09-03 09:00:00",
    ...served("eu-west-3"),
    model_kind: "unknown",
    profile_id: null,
    profile_scope: null,
    model: null,
    provider: null,
  },
  { event_time: "2026-09-03 10:00:00", region_evidence: "unresolvable", operation: "CreateModelInvocationJob" },
  { event_time: "2026-09-03 11:00:00", outcome: "throttled", error_code: "ThrottlingException" },
  { event_time: "2026-09-03 12:00:00", outcome: "failed", error_code: "ValidationException" },
  // another principal, another account
  {
    event_time: "2026-09-04 08:00:00",
    principal: jane,
    principal_type: "IAMUser",
    principal_name: "jane@example.com",
    account_id: "444455556666",
    ...served("eu-central-1"),
  },
  {
    event_time: "2026-09-04 09:00:00",
    principal: jane,
    principal_type: "IAMUser",
    principal_name: "jane@example.com",
    account_id: "444455556666",
    outcome: "denied",
    error_code: "AccessDenied",
    error_message:
      "User: arn:aws:iam::444455556666:user/jane@example.com is not authorized ... with an explicit deny in a service control policy",
    denied_region: "us-east-2",
    denied_by: "service control policy",
    denied_explicit: true,
  },
  // an Identity Center user in a second source Region: direct only, so no rate
  {
    event_time: "2026-09-05 08:00:00",
    source_region: "us-east-1",
    principal: ada,
    principal_type: "IdentityCenterUser",
    principal_name: ada,
    served_region: "us-east-1",
    spilled: false,
    region_evidence: "direct",
    model_kind: "foundation-model",
    profile_id: null,
    profile_scope: null,
    operation: "CreateInference",
  },
];

export const invocations: readonly FixtureRow[] = lines.map((line, index) => ({
  ...base,
  invocation_key: uuid(index + 1),
  ...line,
}));

/** One API-call event for each invocation; the newest decides what is lost. */
export const events: readonly FixtureRow[] = invocations.map((row, index) => ({
  event_id: `event-${index}`,
  event_time: row["event_time"] ?? null,
  event_version: "1.11",
  record_kind: "api-call",
  invocation_key: row["invocation_key"] ?? null,
  source_region: row["source_region"] ?? null,
  account_id: row["account_id"] ?? null,
}));

const object = (day: string | null, name: string, rest: FixtureRow = {}): FixtureRow => ({
  uri: `file:${name}`,
  etag: "1",
  status: "loaded",
  account_id: "111122223333",
  region: "eu-west-1",
  day,
  records: 10,
  bedrock_events: 2,
  rejected: 0,
  ...rest,
});

export const trailObjects: readonly FixtureRow[] = [
  object("2026-09-01", "a"),
  object("2026-09-01", "b", { records: 5, bedrock_events: 0 }),
  // 2026-09-02: no file anywhere in the organization
  object("2026-09-03", "c", { status: "quarantined", reason: "truncated gzip", records: null, bedrock_events: null }),
  object("2026-09-03", "d", { rejected: 3 }),
  // replaced after it was quarantined: one file, and no gap
  object("2026-09-04", "e", { status: "quarantined", records: null, bedrock_events: null }),
  object("2026-09-04", "e", { etag: "2" }),
  object("2026-09-04", "digest", { status: "skipped", reason: "digest" }),
  object("2026-09-05", "f", { account_id: "444455556666" }),
  object(null, "loose", { account_id: null, region: null }),
];

/** The clock of the run that loaded them: the newest event is three days old. */
export const runs: readonly FixtureRow[] = [{ run_id: "run", started_at: "2026-09-09 10:00:00" }];

export const regions: readonly FixtureRow[] = [
  { region: "eu-west-1", country: "IE" },
  { region: "eu-central-1", country: "DE" },
  { region: "us-east-1", country: "US" },
];
