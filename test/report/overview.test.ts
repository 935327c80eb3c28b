/** The proof of the overview: one screen, with the unknown beside every rate. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findReport, loadCatalogue } from "../../src/report/catalogue.ts";
import { countedGaps } from "../../src/report/overview/data.ts";
import { type OverviewData, overviewText } from "../../src/report/overview/overview.ts";
import { applyScope } from "../../src/sql/scope.ts";
import { type Fixture, openFixture } from "./fixture.ts";
import { events, invocations, regions, runs, trailObjects } from "./organization.ts";

let db: Fixture;
let data: OverviewData;
const claimsOf = async (boundary: readonly string[]): ReturnType<Fixture["rows"]> =>
  await db.rows(applyScope(findReport(loadCatalogue(), "claims").sql, { boundary }, (name) => name));
beforeAll(async () => {
  db = await openFixture();
  await db.insert("invocation", invocations);
  await db.insert("event", events);
  await db.insert("trail_object", trailObjects);
  await db.insert("region", regions);
  await db.insert("run", runs);
  const catalogue = loadCatalogue();
  const rows = (name: string): ReturnType<Fixture["rows"]> => db.rows(findReport(catalogue, name).sql);
  const boundary = ["eu-west-1", "eu-central-1", "eu-west-3"];
  data = {
    regions: await rows("spillover-by-region"),
    principals: await rows("spillover-by-principal"),
    denials: await rows("denials"),
    unobservable: await rows("unobservable"),
    coverage: await db.rows(countedGaps(findReport(catalogue, "coverage").sql)),
    claims: await claimsOf(boundary),
    asked: {},
    boundary: {
      name: "eu",
      regions: boundary,
      violations: await db.rows(
        applyScope(findReport(catalogue, "boundary-violations").sql, { boundary }, (name) => name),
      ),
    },
  };
});
afterAll(() => db.close());

it("says it all on one screen", () => {
  const text = overviewText(data, { width: 80 });
  expect(text).toMatchInlineSnapshot(`
    "Where Bedrock inference ran                                    everything loaded
      log files of 2026-09-01 to 2026-09-05; calls of 2026-09-01 to 2026-09-09
      12 served, 5 of them outside their source Region; 1 denied
      spill rate 71.4% of 7 through a profile; 3 more are unknown

    From source to served Region
      eu-west-1
      ├ eu-central-1     █████████▉                                      3    37.5%
      ├ eu-west-1        █████████▉                                      3    37.5%
      ├ eu-west-3        ███▎                                            1    12.5%
      ├ us-east-1        ███▎                                            1    12.5%
      └ unknown          ░░░░░░░░░░                                      3
      us-east-1
      └ us-east-1        ████████████████████████████████████            1   100.0%

    Who sent it                         account            spilled    rate   unknown
      role/apps/invoice-bot             111122223333             4   66.7%         3
      user/jane@example.com             444455556666             1  100.0%         0

    Boundary eu  2 outside, by 2 principals: us-east-1 (US) 2
    Claims  complete not shown · unaltered not shown · regions-known not shown

    Denied
              1  us-east-2 by service control policy

    What could not be seen
              2  account-Region-days without a log file (2026-09-02 to 2026-09-05)
              1  trail objects that could not be read
      and 7 more kinds: spillway report unobservable
    "
  `);
});

it("fits 80 columns and 40 lines, however much there is", () => {
  const many: OverviewData = {
    regions: Array.from({ length: 60 }, (_, n) => ({
      ...data.regions[n % 5],
      source_region: `ap-southeast-${n % 9}`,
      served_region: n % 7 === 0 ? null : `ap-northeast-${n}`,
      invocations: 123_456_789 * n,
    })),
    principals: Array.from({ length: 50 }, (_, n) => ({
      ...data.principals[0],
      principal: `arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Developers_${n}`,
      spilled: 10 ** (n % 10),
    })),
    denials: Array.from({ length: 50 }, (_, n) => ({ ...data.denials[0], denied_region: `us-west-${n}` })),
    unobservable: data.unobservable,
    coverage: data.coverage,
    claims: data.claims,
    asked: data.asked,
    boundary: data.boundary,
  };
  const lines = overviewText(many, { width: 80 }).trimEnd().split("\n");
  expect(lines.filter((line) => Array.from(line).length > 80)).toEqual([]);
  expect(lines.length).toBeLessThanOrEqual(40);
});

describe("the boundary", () => {
  const boundary = { name: "eu", regions: ["eu-west-1"], violations: [] };
  const inside = (outcome: string, missing: string | null): OverviewData => ({
    ...data,
    boundary,
    claims: [{ claim: "inside-boundary", outcome, numbers: "processed outside: 0 of 12 served calls", missing }],
  });
  it("is not shown without what is missing", () => {
    const text = overviewText(inside("not shown", "the served Region of calls: 3"));
    expect(text).toContain("Boundary eu  not shown: missing the served Region of calls: 3");
    expect(text).not.toContain("nothing seen outside");
  });
  it("is met by the numbers", () => {
    expect(overviewText(inside("met", null))).toContain("Boundary eu  met: processed outside: 0 of 12 served calls");
  });
  it("is never met without its claim", () => {
    expect(overviewText({ ...data, boundary, claims: [] })).toContain("Boundary eu  not shown: missing a check");
  });
  it("whatever is missing fits three lines", () => {
    const lines = overviewText(inside("not shown", "what ".repeat(200))).split("\n");
    expect(lines.filter((line) => line.includes("what")).length).toBe(3);
  });
});

it("the range that was asked for stands beside what was seen of it", () => {
  const asked = { from: new Date("2026-09-01T00:00:00Z"), to: new Date("2026-11-01T00:00:00Z") };
  const [head, seen] = overviewText({ ...data, asked }).split("\n");
  expect(head).toMatch(/2026-09-01 to 2026-10-31$/);
  expect(seen).toBe("  log files of 2026-09-01 to 2026-09-05; calls of 2026-09-01 to 2026-09-09");
});

it("an empty warehouse has an overview too", () => {
  const text = overviewText({
    regions: [],
    principals: [],
    denials: [],
    unobservable: [],
    coverage: [],
    claims: [],
    asked: {},
  });
  expect(text).toContain("no served invocation");
  expect(text).toContain("no log file in this range: nothing can be said of it");
});

it("colours are only added when asked for, and change no letter", () => {
  // oxlint-disable-next-line no-control-regex -- that is what is looked for
  const escapes = /\u001B\[\d+m/g;
  const plain = overviewText(data, { width: 90 });
  const colored = overviewText(data, { width: 90, color: true });
  expect(plain).not.toMatch(escapes);
  expect(colored).toMatch(escapes);
  expect(colored.replaceAll(escapes, "")).toBe(plain);
});
