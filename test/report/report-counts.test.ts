/** Figures that differ in every column, so that none can stand for another; and the edges of what a report calls lost or crowded. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findReport, loadCatalogue } from "../../src/report/catalogue.ts";
import { applyScope } from "../../src/sql/scope.ts";
import { type Fixture, type FixtureRow, openFixture } from "./fixture.ts";
import { invocations, trailObjects } from "./organization.ts";

let db: Fixture;
const catalogue = loadCatalogue();
const sqlOf = (name: string): string => findReport(catalogue, name).sql;

beforeAll(async () => (db = await openFixture()));
afterAll(() => db.close());
beforeEach(async () => {
  await db.exec("BEGIN");
  return () => db.exec("ROLLBACK");
});

let calls = 0;
/** A served call that stayed where it was sent. */
const call = (over: FixtureRow = {}): FixtureRow => ({
  ...invocations[0],
  invocation_key: `eu-west-1/k${calls++}`,
  input_tokens: 1,
  output_tokens: 10,
  ...over,
});
const times = (count: number, over: FixtureRow): FixtureRow[] => Array.from({ length: count }, () => call(over));
const without = { served_region: null, spilled: null, region_evidence: null, input_tokens: null, output_tokens: null };
const moved = { served_region: "eu-north-1", spilled: true };

const mixed = (over: FixtureRow = {}): FixtureRow[] =>
  [
    ...times(1, {}),
    ...times(2, moved),
    ...times(3, { ...without, region_evidence: "unresolvable" }),
    ...times(4, { ...without, outcome: "denied" }),
    ...times(5, { ...without, outcome: "throttled" }),
    ...times(6, { ...without, outcome: "failed" }),
  ].map((row) => ({ ...row, ...over }));

const counts = {
  invocations: 21,
  via_profile: 6,
  known: 3,
  spilled: 2,
  spill_rate: 2 / 3,
  unknown: 3,
  denied: 4,
  throttled: 5,
  failed: 6,
  served_regions: "eu-north-1, eu-west-1",
  input_tokens: 3,
  output_tokens: 30,
};

describe("outcomes", () => {
  it.each(["spillover-by-principal", "spillover-by-model", "spillover-timeline"])(
    "%s tells each from every other",
    async (name) => {
      await db.insert("invocation", mixed());
      expect(await db.rows(sqlOf(name))).toEqual([expect.objectContaining(counts)]);
    },
  );

  it("a row without a call whose Region is known has no rate, and busy rows come first", async () => {
    const quiet = { ...without, outcome: "denied", principal: "arn:quiet" };
    await db.insert("invocation", [...times(1, quiet), ...times(2, { ...quiet, principal: "arn:busy" })]);
    const rows = await db.rows(sqlOf("spillover-by-principal"));
    expect(rows.map((row) => [row["principal"], row["known"], row["spill_rate"]])).toEqual([
      ["arn:busy", 0, null],
      ["arn:quiet", 0, null],
    ]);
  });

  it("a principal of two accounts has a row for each", async () => {
    await db.insert("invocation", [call({ account_id: "111122223333" }), call({ account_id: "444455556666" })]);
    expect((await db.rows(sqlOf("spillover-by-principal"))).map((row) => row["account_id"])).toEqual([
      "111122223333",
      "444455556666",
    ]);
  });

  it("shares are those of a source Region", async () => {
    const other = { source_region: "us-east-1", served_region: "us-east-1" };
    await db.insert("invocation", [call(), call(moved), call(other)]);
    const rows = await db.rows(sqlOf("spillover-by-region"));
    expect(rows.map((row) => [row["source_region"], row["share"]])).toEqual([
      ["eu-west-1", 0.5],
      ["eu-west-1", 0.5],
      ["us-east-1", 1],
    ]);
  });

  it("first and last are those of the row", async () => {
    await db.insert("invocation", [
      call({ event_time: "2026-09-01 08:00:00" }),
      call({ event_time: "2026-09-01 09:30:00" }),
    ]);
    const [row] = await db.rows(sqlOf("spillover-by-region"));
    expect([row?.["first_seen"], row?.["last_seen"]]).toEqual([
      Date.parse("2026-09-01T08:00:00Z"),
      Date.parse("2026-09-01T09:30:00Z"),
    ]);
  });

  it("a call through an application profile went through a profile", async () => {
    await db.insert("invocation", [call({ model_kind: "application-profile" })]);
    const [row] = await db.rows(sqlOf("spillover-by-principal"));
    expect(row).toMatchObject({ via_profile: 1, known: 1 });
  });

  it("tokens of each kind are summed by themselves", async () => {
    await db.insert("invocation", times(2, { cache_read_tokens: 3, cache_write_tokens: 5 }));
    const [row] = await db.rows(
      "SELECT input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM invocation_day",
    );
    expect(Object.values(row ?? {})).toEqual([2, 20, 6, 10]);
  });
});

it("denials: a message without a policy, a kind or a Region is a denial all the same, and only denials have messages", async () => {
  const denied = { ...without, outcome: "denied", error_code: "AccessDenied", error_message: "no" };
  await db.insert("invocation", [
    ...times(4, { ...denied, denied_by: "service control policy", denied_explicit: true, denied_policy_arn: "arn:p" }),
    ...times(3, { ...denied, denied_by: "identity policy", denied_explicit: false, denied_region: "eu-west-3" }),
    ...times(2, denied),
    ...times(1, { ...without, outcome: "failed", error_message: "a failure" }),
  ]);
  const rows = await db.rows(sqlOf("denials"));
  const names = ["denied_region", "denied_by", "explicit", "policy_arn", "invocations", "example_message"];
  expect(rows.map((row) => names.map((name) => row[name]))).toEqual([
    [null, "service control policy", true, "arn:p", 4, "no"],
    ["eu-west-3", "identity policy", false, null, 3, "no"],
    [null, null, null, null, 2, "no"],
  ]);
  expect(await db.rows("SELECT DISTINCT example_message FROM invocation_day WHERE outcome = 'failed'")).toEqual([
    { example_message: null },
  ]);
});

describe("unobservable", () => {
  const now = new Date("2026-09-09T10:00:00Z");
  const told = async (): Promise<unknown> => {
    const sql = applyScope(sqlOf("unobservable"), { asOf: now }, (name) => `memory.main.${name}`);
    return (await db.rows(sql)).map((row) => [row["what"], row["count"]]);
  };
  const absent = ["mantle-absent", 1];

  it.each([
    ["2026-09-06 10:00:00", "lost"],
    ["2026-09-06 10:00:01", "pending"],
    ["2026-09-06 23:00:00", "pending"],
    ["2026-09-05 11:00:00", "lost"],
  ])("a pending call of %s is %s", async (time, what) => {
    const pending = { ...without, region_evidence: "pending", streaming: true, operation: "ConverseStream" };
    await db.insert("invocation", times(2, { ...pending, event_time: time }));
    expect(await told()).toEqual([[what, 2], absent]);
  });

  it.each([
    [8, []],
    [9, [["crowded-key", 1]]],
  ])("%s events of one request", async (events, expected) => {
    await db.insert("invocation", [call({ events })]);
    expect(await told()).toEqual([...expected, absent]);
  });

  it("counts inference of aggregated events alone, and files as each stands now", async () => {
    const calls = { event_id: "a", account_id: "111122223333", source_region: "eu-west-1", calls: 7 };
    await db.insert("aggregated_call", [
      { ...calls, event_name: "Converse", is_inference: true },
      { ...calls, event_name: "ListFoundationModels", is_inference: false },
    ]);
    const file = { ...trailObjects[0], rejected: 0 };
    await db.insert("trail_object", [
      { ...file, uri: "file:pruned", status: "pruned" },
      { ...file, uri: "file:skipped", status: "skipped" },
      { ...file, uri: "file:bad", status: "quarantined" },
      { ...file, uri: "file:unread", status: "unreadable" },
    ]);
    expect(await told()).toEqual([absent, ["quarantined-object", 2], ["aggregated-only", 7]]);
  });
});
