/** Which days are due and what may be said of them: each cause of a doubt alone, over logs of which everything else is known. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findReport, loadCatalogue } from "../../src/report/catalogue.ts";
import { type Scope, applyScope } from "../../src/sql/scope.ts";
import { type Fixture, type FixtureRow, openFixture } from "./fixture.ts";
import { invocations } from "./organization.ts";

let db: Fixture;
const catalogue = loadCatalogue();

beforeAll(async () => (db = await openFixture()));
afterAll(() => db.close());
beforeEach(async () => {
  await db.exec("BEGIN");
  return () => db.exec("ROLLBACK");
});

const account = "111122223333";
const region = "eu-west-1";
const asOf = new Date("2026-09-06T06:00:00Z");
const asked: Scope = { from: new Date("2026-09-01T00:00:00Z"), to: new Date("2026-09-04T00:00:00Z"), asOf };

async function rows(name: string, scope: Scope): Promise<Record<string, unknown>[]> {
  return await db.rows(applyScope(findReport(catalogue, name).sql, scope, (table) => `memory.main.${table}`));
}

const log = (day: string | null, over: FixtureRow = {}): FixtureRow => ({
  uri: `file:${over["account_id"] ?? account}-${over["region"] ?? region}-${day}-${over["status"] ?? "loaded"}`,
  etag: "1",
  status: "loaded",
  account_id: account,
  region,
  day,
  records: 10,
  bedrock_events: 2,
  rejected: 0,
  digest_verdict: "valid",
  ...over,
});
const listed = (first: string | null, last: string, over: FixtureRow = {}): FixtureRow => ({
  source: "s3://b",
  account_id: account,
  region,
  first_day: first,
  last_day: last,
  ...over,
});
const expected = (over: FixtureRow = {}): FixtureRow => ({ account_id: account, region, since: null, ...over });
const call = (over: FixtureRow = {}): FixtureRow => ({
  ...invocations[0],
  event_time: "2026-09-02 08:00:00",
  invocation_key: `eu-west-1/k${calls++}`,
  ...over,
});
let calls = 0;
const days = ["2026-09-01", "2026-09-02", "2026-09-03"];

describe("coverage", () => {
  const gaps = async (scope: Scope): Promise<unknown> =>
    (await rows("coverage", scope)).map((row) => [row["account_id"], row["region"], row["day"], row["gap"]]);

  it("without a range: up to the last day that was listed to its end, whoever's it is, and not today", async () => {
    await db.insert("trail_object", [log("2026-09-03"), log("2026-09-05", { region: "us-east-1" })]);
    await db.insert("listed_range", [listed(null, "2026-09-06"), listed(null, "2026-09-06", { region: "us-east-1" })]);
    expect(await gaps({ asOf })).toEqual([
      [account, region, "2026-09-03", null],
      [account, region, "2026-09-04", "no file"],
      [account, region, "2026-09-05", "no file"],
      [account, "us-east-1", "2026-09-05", null],
    ]);
  });

  it("a range that was asked for is due from its first day, and no later than the clock", async () => {
    await db.insert("trail_object", [log("2026-09-04")]);
    await db.insert("listed_range", [listed("2026-09-04", "2026-09-05")]);
    const scope = { from: new Date("2026-09-03T00:00:00Z"), to: new Date("2026-10-01T00:00:00Z"), asOf };
    expect(await gaps(scope)).toEqual([
      [account, region, "2026-09-03", "not listed"],
      [account, region, "2026-09-04", null],
      [account, region, "2026-09-05", "no file"],
      [account, region, "2026-09-06", "not listed"],
    ]);
  });

  it("a range that another Region was listed over says nothing of this one", async () => {
    await db.insert("trail_object", [log("2026-09-01")]);
    await db.insert("listed_range", [listed(null, "2026-09-03", { region: "us-east-1" })]);
    expect(await gaps(asked)).toEqual([
      [account, region, "2026-09-01", null],
      [account, region, "2026-09-02", "not listed"],
      [account, region, "2026-09-03", "not listed"],
      ...days.map((day) => [account, "us-east-1", day, "no file"]),
    ]);
  });

  it("what is expected is due: never delivered, or from the day that it began", async () => {
    await db.insert("trail_object", [log("2026-09-03", { account_id: "222233334444" })]);
    await db.insert("listed_range", [listed(null, "2026-09-05", { account_id: "222233334444" })]);
    await db.insert("expected_trail", [expected(), expected({ account_id: "222233334444", since: "2026-09-02" })]);
    expect(await gaps(asked)).toEqual([
      ...days.map((day) => [account, region, day, "never delivered"]),
      ["222233334444", region, "2026-09-02", "no file"],
      ["222233334444", region, "2026-09-03", null],
    ]);
  });

  it("pruned and quarantined files are told, the first before the second; skipped ones are none", async () => {
    await db.insert("trail_object", [
      log("2026-09-01", { status: "pruned" }),
      log("2026-09-01", { status: "quarantined" }),
      log("2026-09-02", { status: "unreadable" }),
      log("2026-09-03", { status: "skipped" }),
    ]);
    await db.insert("listed_range", [listed(null, "2026-09-05")]);
    expect(await gaps(asked)).toEqual([
      [account, region, "2026-09-01", "pruned"],
      [account, region, "2026-09-02", "quarantined"],
      [account, region, "2026-09-03", "no file"],
    ]);
  });

  it("the worst that digests say of a day counts", async () => {
    const status = async (...objects: FixtureRow[]): Promise<unknown> => {
      await db.exec("DELETE FROM trail_object");
      await db.insert(
        "trail_object",
        objects.map((over, index) => log("2026-09-01", { uri: `file:${index}`, ...over })),
      );
      return (await rows("coverage", { asOf }))[0]?.["digest_status"];
    };
    const undigested = { digest_verdict: "undigested" };
    expect(await status({}, { digest_verdict: "invalid" })).toBe("invalid");
    expect(await status({}, { ...undigested, digest_reason: "unlisted" })).toBe("unlisted");
    expect(await status({}, { ...undigested, digest_reason: "validation-off" })).toBe("undigested");
    expect(await status({}, { digest_verdict: null })).toBe("not checked");
    expect(await status({}, { digest_verdict: "not-yet-digested" })).toBe("not yet digested");
    expect(await status({})).toBe("valid");
  });
});

describe("claims", () => {
  const boundary = ["eu-west-1", "eu-central-1"];
  const all = { "inside-boundary": "met", complete: "met", unaltered: "met", "regions-known": "met" };

  async function claims(scope: Scope = {}): Promise<Record<string, Record<string, unknown>>> {
    const told = await rows("claims", { boundary, ...asked, ...scope });
    return Object.fromEntries(told.map((row) => [String(row["claim"]), row]));
  }

  beforeEach(async () => {
    await db.insert(
      "trail_object",
      days.map((day) => log(day)),
    );
    await db.insert("listed_range", [listed(null, "2026-09-05")]);
    await db.insert("digest_check", [
      { account_id: account, region, day: "2026-09-01", kind: "digest", verdict: "valid", reason: null, files: 24 },
    ]);
    await db.insert("invocation", [call(), call({ outcome: "denied", served_region: null, spilled: null })]);
  });

  async function outcomes(scope: Scope = {}): Promise<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(await claims(scope)).map(([claim, row]) => [claim, row["outcome"]]));
  }

  it("are met where everything is known, with their figures and nothing missing", async () => {
    const told = await claims();
    expect(Object.fromEntries(Object.entries(told).map(([claim, row]) => [claim, row["outcome"]]))).toEqual(all);
    expect(Object.values(told).map((row) => row["missing"])).toEqual([null, null, null, null]);
    expect(told["inside-boundary"]?.["numbers"]).toBe(
      "processed outside: 0 of 1 served calls; in an unknown Region: 0",
    );
    expect(told["complete"]?.["numbers"]).toContain("3 account-Region-days (2026-09-01 to 2026-09-03)");
  });

  const not = (...names: string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, "not shown"]));
  const doubts: readonly (readonly [string, () => Promise<void>, Record<string, string>, Scope?])[] = [
    [
      "a day without a file",
      () => db.exec("DELETE FROM trail_object WHERE day = '2026-09-02'"),
      not("inside-boundary", "complete", "unaltered"),
    ],
    [
      "a range that is not over",
      () => Promise.resolve(),
      not("inside-boundary", "complete"),
      { asOf: new Date("2026-09-03T23:00:00Z") },
    ],
    [
      "a file that could not be read",
      () => db.insert("trail_object", [log("2026-09-02", { status: "quarantined" })]),
      not("inside-boundary", "complete"),
    ],
    [
      "a record that was rejected",
      () => db.exec("UPDATE trail_object SET rejected = 1 WHERE day = '2026-09-02'"),
      not("inside-boundary", "complete"),
    ],
    [
      "an expected account that never delivered",
      () => db.insert("expected_trail", [expected(), expected({ account_id: "444455556666" })]),
      not("inside-boundary", "complete", "unaltered"),
    ],
    [
      "a served Region that is unknown",
      () => db.insert("invocation", [call({ served_region: null, spilled: null, region_evidence: "pending" })]),
      not("inside-boundary", "regions-known"),
    ],
    [
      "no check of digests",
      async () => {
        await db.exec("UPDATE trail_object SET digest_verdict = NULL");
        await db.exec("DELETE FROM digest_check");
      },
      not("unaltered"),
    ],
    [
      "no log file at all",
      async () => {
        for (const table of ["trail_object", "invocation", "digest_check"]) await db.exec(`DELETE FROM ${table}`);
      },
      not("inside-boundary", "complete", "unaltered", "regions-known"),
    ],
    [
      "log files without a record",
      () => db.exec("UPDATE trail_object SET records = 0"),
      not("inside-boundary", "complete", "regions-known"),
    ],
  ];
  for (const [what, make, shown, scope = {}] of doubts)
    it(`${what} is a doubt, and named`, async () => {
      await make();
      expect(await outcomes(scope)).toEqual({ ...all, ...shown });
      const told = await claims(scope);
      for (const claim of Object.keys(shown)) expect(told[claim]?.["missing"], claim).toEqual(expect.any(String));
    });

  it("one call outside is not met, whatever else is missing", async () => {
    await db.exec("DELETE FROM trail_object WHERE day = '2026-09-02'");
    await db.insert("invocation", [call({ served_region: "us-east-1", spilled: true })]);
    expect(await outcomes()).toMatchObject({ "inside-boundary": "not met", complete: "not shown" });
  });

  it("without a boundary nothing is inside it", async () => {
    expect((await outcomes({ boundary: [] }))["inside-boundary"]).toBe("not shown");
  });

  it.each([
    ["a log file that was changed", "log", "invalid", "hash"],
    ["a digest that was changed", "digest", "invalid", "signature"],
    ["a log file that no digest lists", "log", "undigested", "unlisted"],
    ["a chain that was cut off", "digest", "undigested", "cut-end"],
  ])("%s is not unaltered", async (_, kind, verdict, reason) => {
    await db.insert("digest_check", [
      { account_id: account, region, day: "2026-09-02", kind, verdict, reason, files: 1 },
    ]);
    expect((await outcomes())["unaltered"]).toBe("not met");
  });

  it("name three of those that never delivered, and count the rest", async () => {
    const accounts = ["2", "3", "4", "5"].map((digit) => digit.repeat(12));
    await db.insert("expected_trail", [expected(), ...accounts.map((account_id) => expected({ account_id }))]);
    expect((await claims())["complete"]?.["missing"]).toBe(
      "expected, and never delivered: 222222222222 eu-west-1, 333333333333 eu-west-1, 444444444444 eu-west-1 and 1 more",
    );
  });
});

describe("freshness", () => {
  const name = (stamp: string): string => `s3://b/${account}_CloudTrail_${region}_${stamp}_x.json.gz`;
  const told = async (scope: Scope): Promise<unknown> =>
    (await rows("freshness", scope)).map((row) => [row["newest_log"], row["age_hours"], row["gap"]]);

  beforeEach(() =>
    db.insert("trail_object", [
      log("2026-09-01", { uri: name("20260901T0005Z") }),
      log("2026-09-05", { uri: name("20260905T0130Z") }),
      log("2026-09-05", { uri: name("20260905T0015Z") }),
    ]),
  );

  it("goes by the time in the newest name, to the minute, and stale begins behind what is allowed", async () => {
    const newest = Date.parse("2026-09-05T01:30:00Z");
    expect(await told({ asOf: new Date("2026-09-05T13:30:00Z"), maxAgeHours: 12 })).toEqual([[newest, 12, null]]);
    const stale = [[newest, 12 + 1 / 60, "stale"]];
    expect(await told({ asOf: new Date("2026-09-05T13:31:00Z"), maxAgeHours: 12 })).toEqual(stale);
  });

  it("is the age at the end of a range that is over, else by the clock", async () => {
    const newest = Date.parse("2026-09-05T01:30:00Z");
    const clock = new Date("2026-09-05T03:30:00Z");
    expect(await told({ asOf: clock, to: new Date("2026-09-05T02:30:00Z") })).toEqual([[newest, 1, null]]);
    expect(await told({ asOf: clock, to: new Date("2026-12-01T00:00:00Z") })).toEqual([[newest, 2, null]]);
  });

  it("names what is expected, or was listed, and has no file", async () => {
    await db.exec("DELETE FROM trail_object");
    await db.insert("expected_trail", [expected()]);
    await db.insert("listed_range", [listed(null, "2026-09-05", { region: "us-east-1" })]);
    expect(await told({ asOf })).toEqual([
      [null, null, "never delivered"],
      [null, null, "no file"],
    ]);
  });
});
