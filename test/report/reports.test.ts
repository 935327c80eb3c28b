/** The proof of the reports: rows whose figures were worked out by hand. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findReport, loadCatalogue } from "../../src/report/catalogue.ts";
import { applyScope } from "../../src/sql/scope.ts";
import { type Fixture, type FixtureRow, openFixture } from "./fixture.ts";
import { ada, bot, events, invocations, jane, regions, runs, trailObjects } from "./organization.ts";

let db: Fixture;
const catalogue = loadCatalogue();
const sqlOf = (name: string): string => findReport(catalogue, name).sql;
const at = (time: string): number => Date.parse(`${time.replace(" ", "T")}Z`);

beforeAll(async () => {
  db = await openFixture();
  await db.insert("invocation", invocations);
  await db.insert("event", events);
  await db.insert("trail_object", trailObjects);
  await db.insert("region", regions);
  await db.insert("run", runs);
});
afterAll(() => db.close());

it("spillover-by-region", async () => {
  const rows = await db.rows(sqlOf("spillover-by-region"));
  const short = rows.map((row) => [
    row["source_region"],
    row["served_region"],
    row["invocations"],
    row["via_profile"],
    row["spilled"],
    row["share"],
    row["principals"],
    row["accounts"],
  ]);
  expect(short).toEqual([
    ["eu-west-1", "eu-central-1", 3, 3, 3, 3 / 7, 2, 2],
    ["eu-west-1", "eu-west-1", 3, 2, 0, 2 / 7, 1, 1],
    ["eu-west-1", null, 3, 3, 0, null, 1, 1],
    ["eu-west-1", "eu-west-3", 1, 1, 1, 1 / 7, 1, 1],
    ["eu-west-1", "us-east-1", 1, 1, 1, 1 / 7, 1, 1],
    ["us-east-1", "us-east-1", 1, 0, 0, null, 1, 1],
  ]);
  expect(rows[0]).toMatchObject({ first_seen: at("2026-09-01 09:00:00"), last_seen: at("2026-09-04 08:00:00") });
});

const botCounts = {
  via_profile: 9,
  known: 6,
  spilled: 4,
  spill_rate: 4 / 6,
  unknown: 3,
  denied: 0,
  throttled: 1,
  failed: 1,
  input_tokens: 300,
  output_tokens: 30,
};

it("spillover-by-principal", async () => {
  expect(await db.rows(sqlOf("spillover-by-principal"))).toEqual([
    {
      principal: bot,
      principal_type: "AssumedRole",
      account_id: "111122223333",
      invocations: 12,
      ...botCounts,
      served_regions: "eu-central-1, eu-west-1, eu-west-3, us-east-1",
    },
    {
      principal: jane,
      principal_type: "IAMUser",
      account_id: "444455556666",
      invocations: 2,
      via_profile: 1,
      known: 1,
      spilled: 1,
      spill_rate: 1,
      unknown: 0,
      denied: 1,
      throttled: 0,
      failed: 0,
      served_regions: "eu-central-1",
      input_tokens: null,
      output_tokens: null,
    },
    {
      principal: ada,
      principal_type: "IdentityCenterUser",
      account_id: "111122223333",
      invocations: 1,
      via_profile: 0,
      known: 0,
      spilled: 0,
      spill_rate: null,
      unknown: 0,
      denied: 0,
      throttled: 0,
      failed: 0,
      served_regions: "us-east-1",
      input_tokens: null,
      output_tokens: null,
    },
  ]);
});

it("spillover-by-model", async () => {
  const rows = await db.rows(sqlOf("spillover-by-model"));
  const short = rows.map((row) => [
    row["profile_id"],
    row["profile_scope"],
    row["model"],
    row["invocations"],
    row["via_profile"],
    row["known"],
    row["spilled"],
    row["unknown"],
    row["served_regions"],
  ]);
  expect(short).toEqual([
    ["eu.anthropic.claude-opus-5", "eu", "anthropic.claude-opus-5", 11, 8, 5, 3, 3, "eu-central-1, eu-west-1"],
    ["global.anthropic.claude-opus-5", "global", "anthropic.claude-opus-5", 1, 1, 1, 1, 0, "us-east-1"],
    [null, null, null, 1, 1, 1, 1, 0, "eu-west-3"],
    [null, null, "anthropic.claude-opus-5", 2, 0, 0, 0, 0, "eu-west-1, us-east-1"],
  ]);
});

it("spillover-timeline", async () => {
  const rows = await db.rows(sqlOf("spillover-timeline"));
  const short = rows.map((row) => [
    row["bucket"],
    row["source_region"],
    row["invocations"],
    row["known"],
    row["spilled"],
    row["unknown"],
  ]);
  expect(short).toEqual([
    [at("2026-09-01 00:00:00"), "eu-west-1", 3, 3, 2, 0],
    [at("2026-09-02 00:00:00"), "eu-west-1", 3, 2, 1, 1],
    [at("2026-09-03 00:00:00"), "eu-west-1", 5, 1, 1, 1],
    [at("2026-09-04 00:00:00"), "eu-west-1", 2, 1, 1, 0],
    [at("2026-09-05 00:00:00"), "us-east-1", 1, 0, 0, 0],
    [at("2026-09-09 00:00:00"), "eu-west-1", 1, 0, 0, 1],
  ]);
});

it("region-flow", async () => {
  const rows = await db.rows(sqlOf("region-flow"));
  expect(rows.map((row) => Object.values(row))).toEqual([
    ["eu-west-1", "eu-central-1", 3, 3 / 8],
    ["eu-west-1", "eu-west-1", 3, 3 / 8],
    ["eu-west-1", null, 3, null],
    ["eu-west-1", "eu-west-3", 1, 1 / 8],
    ["eu-west-1", "us-east-1", 1, 1 / 8],
    ["us-east-1", "us-east-1", 1, 1],
  ]);
});

it("denials", async () => {
  const when = at("2026-09-04 09:00:00");
  expect(await db.rows(sqlOf("denials"))).toEqual([
    {
      principal: jane,
      account_id: "444455556666",
      source_region: "eu-west-1",
      denied_region: "us-east-2",
      denied_by: "service control policy",
      explicit: true,
      policy_arn: null,
      invocations: 1,
      first_seen: when,
      last_seen: when,
      example_message: expect.stringContaining("explicit deny") as string,
    },
  ]);
});

it("boundary-violations: what is outside, never what is unknown", async () => {
  const sql = applyScope(
    sqlOf("boundary-violations"),
    { boundary: ["eu-west-1", "eu-central-1"] },
    (name) => `main.${name}`,
  );
  const rows = await db.rows(sql);
  const short = rows.map((row) => [
    row["served_region"],
    row["country"],
    row["principal"],
    row["profile_id"],
    row["invocations"],
  ]);
  expect(short).toEqual([
    ["eu-west-3", null, bot, null, 1],
    ["us-east-1", "US", ada, null, 1],
    ["us-east-1", "US", bot, "global.anthropic.claude-opus-5", 1],
  ]);
});

it("boundary-timeline: inside, outside and unknown are all that was served; a Region named twice counts once", async () => {
  const boundary = ["eu-west-1", "eu-central-1", "eu-west-1"];
  const rows = await db.rows(applyScope(sqlOf("boundary-timeline"), { boundary }, (name) => `main.${name}`));
  expect(rows.map((row) => Object.values(row))).toEqual([
    [at("2026-09-01 00:00:00"), 3, 3, 0, 0],
    [at("2026-09-02 00:00:00"), 3, 1, 1, 1],
    [at("2026-09-03 00:00:00"), 3, 1, 1, 1],
    [at("2026-09-04 00:00:00"), 1, 1, 0, 0],
    [at("2026-09-05 00:00:00"), 1, 0, 1, 0],
    [at("2026-09-09 00:00:00"), 1, 0, 0, 1],
  ]);
});

it("coverage: a day without a file anywhere is a gap too", async () => {
  const rows = await db.rows(sqlOf("coverage"));
  expect(rows.map((row) => Object.values(row))).toEqual([
    ["111122223333", "eu-west-1", "2026-09-01", 2, 15, 2, "not checked", null],
    ["111122223333", "eu-west-1", "2026-09-02", 0, 0, 0, "not checked", "no file"],
    ["111122223333", "eu-west-1", "2026-09-03", 2, 10, 2, "not checked", "quarantined"],
    ["111122223333", "eu-west-1", "2026-09-04", 1, 10, 2, "not checked", null],
    // silence is a gap: another account's files came on that day
    ["111122223333", "eu-west-1", "2026-09-05", 0, 0, 0, "not checked", "no file"],
    ["444455556666", "eu-west-1", "2026-09-05", 1, 10, 2, "not checked", null],
    [null, null, null, 1, 10, 2, "not checked", "no place"],
  ]);
});

it("tokens-by-region: sums of what the calls tell, and how many tell nothing", async () => {
  const rows = await db.rows(sqlOf("tokens-by-region"));
  const opus = "anthropic.claude-opus-5";
  expect(rows.map((row) => Object.values(row))).toEqual([
    ["eu-central-1", "DE", opus, bot, 2, 200, 20, null, null, 1],
    ["eu-central-1", "DE", opus, jane, 1, null, null, null, null, 1],
    // one tells, one ran there for want of a field, one is direct: without tokens
    ["eu-west-1", "IE", opus, bot, 3, 100, 10, null, null, 2],
    // no country is known of a Region that the reference does not have
    ["eu-west-3", null, null, bot, 1, null, null, null, null, 1],
    ["us-east-1", "US", opus, ada, 1, null, null, null, null, 1],
    ["us-east-1", "US", opus, bot, 1, null, null, null, null, 1],
    [null, null, opus, bot, 3, null, null, null, null, 3],
  ]);
});

describe("peaks", () => {
  const eu = { source_region: "eu-west-1", model_kind: "inference-profile", profile_id: "eu.x", model: "x" };
  const direct = { ...eu, model_kind: "foundation-model", profile_id: null };
  const minute = (n: number, second = 0): FixtureRow => ({
    event_time: `2026-09-01 08:${String(n).padStart(2, "0")}:${String(second).padStart(2, "0")}`,
  });
  const here = { outcome: "served", served_region: "eu-west-1", spilled: false, input_tokens: 10, output_tokens: 1 };
  const away = { outcome: "served", served_region: "eu-north-1", spilled: true, input_tokens: 100 };
  const throttled = { outcome: "throttled" };

  it("parts busy minutes from the rest, and what was throttled before and since the first call through a profile", async () => {
    const one = await openFixture();
    await one.insert("invocation", [
      // three direct calls before there is a profile, two of them throttled; one afterwards
      { ...direct, ...here, ...minute(0) },
      { ...direct, ...throttled, ...minute(0, 1) },
      { ...direct, ...throttled, ...minute(1) },
      { ...direct, ...here, ...minute(59) },
      // through the profile: three quiet minutes, one of four calls
      { ...eu, ...here, ...minute(10) },
      { ...eu, ...here, ...minute(11) },
      { ...eu, ...here, ...minute(12) },
      { ...eu, ...here, ...minute(13) },
      { ...eu, ...away, ...minute(13, 1) },
      { ...eu, ...away, ...minute(13, 2) },
      { ...eu, ...throttled, ...minute(13, 59) },
    ]);
    expect(await one.rows(sqlOf("peaks"))).toEqual([
      {
        source_region: "eu-west-1",
        profile_id: "eu.x",
        model: "x",
        via_profile: true,
        calls_p50: 1,
        calls_p95: 4,
        calls_peak: 4,
        peak_at: at("2026-09-01 08:13:00"),
        tokens_p50: 11,
        tokens_p95: 211,
        tokens_peak: 211,
        spill_rate_busy: 2 / 3,
        spill_rate_rest: 0,
        throttled: 1,
        throttled_share: 1 / 7,
        minutes: 4,
        busy_minutes: 1,
        calls: 7,
        unknown: 0,
        without_count: 0,
        first_via_profile: at("2026-09-01 08:10:00"),
        throttled_before: 0,
        throttled_share_before: null,
        throttled_since: 1,
        throttled_share_since: 1 / 7,
      },
      {
        source_region: "eu-west-1",
        profile_id: null,
        model: "x",
        via_profile: false,
        calls_p50: 1,
        calls_p95: 2,
        calls_peak: 2,
        peak_at: at("2026-09-01 08:00:00"),
        tokens_p50: 11,
        tokens_p95: 11,
        tokens_peak: 11,
        spill_rate_busy: null,
        spill_rate_rest: null,
        throttled: 2,
        throttled_share: 0.5,
        minutes: 3,
        busy_minutes: 1,
        calls: 4,
        unknown: 0,
        without_count: 0,
        first_via_profile: at("2026-09-01 08:10:00"),
        throttled_before: 2,
        throttled_share_before: 2 / 3,
        throttled_since: 0,
        throttled_share_since: 0,
      },
    ]);
    // asked for the direct calls of the last half hour: the profile's first call lies before the range
    const late = await one.rows(
      applyScope(sqlOf("peaks"), { from: new Date("2026-09-01T08:30:00Z") }, (name) => `memory.main.${name}`),
    );
    expect(late.map((row) => [row["calls"], row["first_via_profile"], row["throttled_before"]])).toEqual([
      [1, at("2026-09-01 08:10:00"), 0],
    ]);
    one.close();
  });
});

it("first-seen within a range: what was not there before, and what is not known of the time before", async () => {
  const qualify = (name: string): string => `memory.main.${name}`;
  const rows = await db.rows(applyScope(sqlOf("first-seen"), { from: new Date("2026-09-03T09:00:00Z") }, qualify));
  const hole = "readable log files of 1 account-Region-day before the range";
  const unknown = "the served Region of 1 of its calls before the range";
  expect(
    rows.map((row) => [row["what"], row["value"], row["served_region"], row["first_seen"], row["missing"]]),
  ).toEqual([
    ["principal", bot, "eu-west-3", at("2026-09-03 09:00:00"), `${hole}; ${unknown}`],
    ["principal", jane, "eu-central-1", at("2026-09-04 08:00:00"), "log files of its account before the range"],
    ["principal", ada, "us-east-1", at("2026-09-05 08:00:00"), hole],
    ["account", "111122223333", "eu-west-3", at("2026-09-03 09:00:00"), `${hole}; ${unknown}`],
    ["account", "444455556666", "eu-central-1", at("2026-09-04 08:00:00"), "log files of its account before the range"],
  ]);
  expect(rows.every((row) => row["known_since"] === "2026-09-01" && row["invocations"] === 1)).toBe(true);
});

it("unobservable", async () => {
  const rows = await db.rows(sqlOf("unobservable"));
  expect(rows.map((row) => [row["what"], row["account_id"], row["region"], row["count"]])).toEqual([
    ["pending", "111122223333", "eu-west-1", 1],
    ["lost", "111122223333", "eu-west-1", 1],
    ["batch-job", "111122223333", "eu-west-1", 1],
    ["local-by-absence", "111122223333", "eu-west-1", 1],
    ["copies-disagree", "111122223333", "eu-west-1", 1],
    ["mantle-present", "111122223333", "us-east-1", 1],
    ["quarantined-object", "111122223333", "eu-west-1", 1],
    ["rejected-record", "111122223333", "eu-west-1", 3],
  ]);
});

describe("unobservable names each blind spot", () => {
  beforeEach(async () => {
    await db.exec("BEGIN");
    for (const table of ["invocation", "event", "trail_object"]) await db.exec(`DELETE FROM ${table}`);
    return () => db.exec("ROLLBACK");
  });

  const call = {
    ...invocations[0],
    invocation_key: "eu-west-1/key",
    operation: "ConverseStream",
    streaming: true,
  } as FixtureRow; // a spread of a known row
  const apiCall: FixtureRow = {
    invocation_key: "eu-west-1/key",
    record_kind: "api-call",
    event_version: "1.11",
    event_time: "2026-09-01 08:00:00",
    account_id: "111122223333",
    source_region: "eu-west-1",
  };
  const completion: FixtureRow = { ...apiCall, record_kind: "completion" };
  const cases: readonly { what: string; invocation?: FixtureRow; events?: readonly FixtureRow[] }[] = [
    { what: "omitted", invocation: { ...call, region_evidence: "unresolvable", served_region: null, spilled: null } },
    { what: "no-usable-key", invocation: { ...call, invocation_key: "eu-west-1/event:abc" } },
    { what: "no-usable-key", invocation: { ...call, invocation_key: "eu-west-1/shared:abc" } },
    { what: "crowded-key", invocation: { ...call, events: 9 } },
    { what: "region-conflict", invocation: { ...call, region_conflict: true } },
    { what: "unresolved-application-profile", invocation: { ...call, model_kind: "application-profile", model: null } },
    { what: "unknown-scope", invocation: { ...call, profile_scope: "unknown" } },
    {
      what: "orphan-completion",
      invocation: { ...call, host: null, region_evidence: "stream-completion", completion_only: true },
      events: [completion],
    },
    {
      what: "orphan-completion",
      invocation: { ...call, region_evidence: "stream-completion", events: 2, completion_only: true },
      events: [completion, completion],
    },
    { what: "completion-without-request", events: [{ ...completion, invocation_key: null }] },
    { what: "foreign-event-version", events: [{ ...apiCall, event_version: "2.0" }] },
  ];
  it.each(cases)("$what", async ({ what, invocation, events: delivered }) => {
    await db.insert("invocation", [invocation ?? call]);
    await db.insert("event", delivered ?? [apiCall]);
    const rows = await db.rows(sqlOf("unobservable"));
    expect(rows.map((row) => row["what"])).toEqual([what, "mantle-absent"]);
  });

  it("a call with its completion hides nothing", async () => {
    await db.insert("invocation", [{ ...call, host: null, region_evidence: "stream-completion", events: 2 }]);
    await db.insert("event", [apiCall, completion]);
    expect((await db.rows(sqlOf("unobservable"))).map((row) => row["what"])).toEqual(["mantle-absent"]);
  });
});

describe("every report", () => {
  const binding: Readonly<Record<string, string>> = {
    "spillover-by-region":
      "source_region, served_region, invocations, via_profile, spilled, share, principals, accounts, first_seen, last_seen",
    "spillover-by-principal":
      "principal, principal_type, account_id, invocations, via_profile, known, spilled, spill_rate, unknown, denied, throttled, failed, served_regions, input_tokens, output_tokens",
    "spillover-by-model":
      "profile_id, profile_scope, model, provider, invocations, via_profile, known, spilled, spill_rate, unknown, denied, throttled, failed, served_regions, input_tokens, output_tokens",
    "spillover-timeline":
      "bucket, source_region, invocations, via_profile, known, spilled, spill_rate, unknown, denied, throttled, failed, served_regions, input_tokens, output_tokens",
    "boundary-timeline": "bucket, invocations, inside, outside, unknown",
    "region-flow": "source_region, served_region, invocations, share",
    denials:
      "principal, account_id, source_region, denied_region, denied_by, explicit, policy_arn, invocations, first_seen, last_seen, example_message",
    "boundary-violations":
      "served_region, country, principal, account_id, profile_id, invocations, first_seen, last_seen",
    coverage: "account_id, region, day, objects, records, bedrock_events, digest_status, gap",
    unobservable: "what, account_id, region, count, why",
    freshness: "account_id, region, newest_log, newest_event, age_hours, expected, gap",
    claims: "claim, outcome, numbers, missing",
    "invocation-log-gaps": "account_id, region, day, kind, count",
    "tokens-by-region":
      "served_region, country, model, principal, invocations, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, without_count",
    peaks:
      "source_region, profile_id, model, via_profile, calls_p50, calls_p95, calls_peak, peak_at, tokens_p50, tokens_p95, tokens_peak, spill_rate_busy, spill_rate_rest, throttled, throttled_share, minutes, busy_minutes, calls, unknown, without_count, first_via_profile, throttled_before, throttled_share_before, throttled_since, throttled_share_since",
    "first-seen":
      "what, value, served_region, account_id, first_seen, invocations, known_since, usual_low, usual_high, missing",
    drift:
      "profile_id, source_region, destination_region, declared, allowed, served, denied, first_seen, last_seen, mark",
  };

  it("is in the catalogue", () => {
    expect([...catalogue.keys()].toSorted()).toEqual(Object.keys(binding).toSorted());
  });

  it.each(Object.entries(binding))(
    "%s has the columns that other programs rely on, each described",
    async (name, columns) => {
      const report = findReport(catalogue, name);
      const sql = report.needsBoundary ? applyScope(report.sql, { boundary: [] }, (table) => table) : report.sql;
      const result = (await db.columns(sql)).map((column) => column.name);
      expect(result.join(", ")).toBe(columns);
      expect(report.columns.map((column) => column.name)).toEqual(result);
      expect(report.columns.every((column) => column.doc !== "")).toBe(true);
      expect([report.title, report.answers].every((text) => text !== "" && text !== name)).toBe(true);
    },
  );

  it.each(Object.keys(binding))("%s runs over empty tables", async (name) => {
    const empty = await openFixture();
    await empty.exec("CREATE TABLE boundary (region VARCHAR)");
    const rows = await empty.rows(sqlOf(name));
    // even then it is true that no bedrock-mantle call was seen
    if (name === "claims") {
      expect(new Set(rows.map((row) => row["outcome"]))).toEqual(new Set(["not shown"]));
      return;
    }
    expect(rows.map((row) => row["what"])).toEqual(name === "unobservable" ? ["mantle-absent"] : []);
    empty.close();
  });
});
