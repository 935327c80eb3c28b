/** The proof of the scope: which rows remain, and that no text breaks out of it. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalogue } from "../../src/report/catalogue.ts";
import { type Scope, applyScope } from "../../src/sql/scope.ts";
import { withoutTerminator } from "../../src/sql/composition.ts";
import { namesIn, sqlTokens } from "../../src/sql/tokens.ts";
import { type Fixture, openFixture } from "../report/fixture.ts";
import { invocations, jane, regions, trailObjects } from "../report/organization.ts";

let db: Fixture;
const qualify = (name: string): string => `memory.main.${name}`;
const count = async (sql: string, scope: Scope): Promise<unknown> =>
  Object.values((await db.rows(applyScope(sql, scope, qualify)))[0] ?? {})[0];

beforeAll(async () => {
  db = await openFixture();
  await db.insert("invocation", invocations);
  await db.insert("trail_object", trailObjects);
  await db.insert("region", regions);
});
afterAll(() => db.close());

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

it.each<[string, Scope, number]>([
  ["nothing", {}, 15],
  ["from, included", { from: new Date("2026-09-04T08:00:00Z") }, 4],
  ["to, excluded", { to: new Date("2026-09-01T10:00:00Z") }, 2],
  ["both", { from: day("2026-09-02"), to: day("2026-09-03") }, 3],
  ["accounts", { accounts: ["444455556666"] }, 2],
  ["two accounts", { accounts: ["444455556666", "111122223333"] }, 15],
  ["regions", { regions: ["us-east-1"] }, 1],
  ["principal by ARN", { principals: [jane] }, 2],
  ["principal by name", { principals: ["invoice-bot"] }, 12],
  ["principal by pattern", { principals: ["*@example.com"] }, 2],
  ["% and _ are not pattern", { principals: ["%"] }, 0],
  ["_ beside a * stands for itself", { principals: ["invoice_b*"] }, 0],
  ["% beside a * stands for itself", { principals: ["i%t*"] }, 0],
  ["_ in the end of an ARN stands for itself", { principals: ["role/apps/invoice_bot"] }, 0],
  ["the end of an ARN", { principals: ["role/apps/invoice-bot"] }, 12],
  ["empty lists do not restrict", { accounts: [], regions: [], principals: [] }, 15],
  ["a quote", { accounts: ["' OR 1=1 --"] }, 0],
])("%s", async (_, scope, expected) => {
  expect(await count("SELECT count(*) AS n FROM invocation", scope)).toBe(expected);
});

it("the ledger is cut to the same days; an object without a day stays", async () => {
  expect(
    await count("SELECT count(*) AS n FROM trail_object", { from: day("2026-09-03"), to: day("2026-09-04") }),
  ).toBe(3);
});

describe("invocation_day", () => {
  const total = "SELECT CAST(coalesce(sum(invocations), 0) AS BIGINT) FROM invocation_day";
  const moments = [
    "2026-09-01T00:00:00Z",
    "2026-09-01T09:00:00Z",
    "2026-09-02T00:00:00Z",
    "2026-09-02T09:30:00Z",
  ].concat(["2026-09-02T10:00:00.001Z", "2026-09-04T00:00:00Z", "2026-09-04T08:59:59.999Z", "2026-09-10T00:00:00Z"]);
  const ends = [undefined, ...moments.map((text) => new Date(text))];
  const all = ends.flatMap((from) => ends.map((to): Scope => ({ from, to })));
  const who: readonly Scope[] = [
    {},
    { accounts: ["444455556666"] },
    { regions: ["eu-west-1"] },
    { principals: ["*@example.com"] },
  ];

  it("counts the same invocations as the table, whatever the times", async () => {
    for (const scope of all.flatMap((times) => who.map((filter): Scope => ({ ...times, ...filter })))) {
      const counted = await count("SELECT count(*) FROM invocation", scope);
      expect([scope, await count(total, scope)]).toEqual([scope, counted]);
    }
  });

  it("whole days are stored rows, and the same as computed ones", async () => {
    const whole: Scope = { from: day("2026-09-02"), to: day("2026-09-04") };
    // a millisecond less at each end leaves out no invocation, but every day has to be computed from them
    const computed: Scope = { from: new Date("2026-09-02T00:00:00.001Z"), to: new Date("2026-09-03T23:59:59.999Z") };
    const rows = async (scope: Scope): Promise<unknown> =>
      await db.rows(`${applyScope("SELECT * FROM invocation_day", scope, qualify)} ORDER BY ALL`);
    expect(applyScope("FROM invocation_day", whole, qualify)).not.toContain("UNION");
    expect(await rows(whole)).toEqual(await rows(computed));
    expect(await count(total, whole)).toBe(8);
  });

  it("every report says the same of whole days, stored or computed", async () => {
    const texts = [...loadCatalogue().values()].filter(
      (report) => !["coverage", "unobservable", "freshness", "claims"].includes(report.name),
    );
    for (const report of texts) {
      const rows = async (scope: Scope): Promise<unknown> =>
        await db.rows(applyScope(report.sql, { ...scope, boundary: ["eu-west-1"] }, qualify));
      const computed: Scope = { from: new Date("2026-09-01T00:00:00.001Z"), to: new Date("2026-09-09T23:59:59.999Z") };
      const stored = await rows({ from: day("2026-09-01"), to: day("2026-09-10") });
      expect(stored).toEqual(await rows(computed));
      expect(stored).toEqual(await rows({}));
    }
  });
});

describe("statements in front of which the scope goes", () => {
  const scope: Scope = { accounts: ["444455556666"] };
  it.each([
    ["WITH a AS (SELECT * FROM invocation) SELECT count(*) AS n FROM a"],
    ["-- with x as\n/* with /* nested */ y */ with a as (select * from invocation) select count(*) from a"],
    ["WITH RECURSIVE a AS (SELECT * FROM invocation) SELECT count(*) AS n FROM a"],
    ["WITH a AS (SELECT 'with' AS \"with\", * FROM invocation) SELECT count(*) AS n FROM a"],
    ['SELECT count(*) AS n FROM "invocation" -- ;'],
    ["SELECT count(*) FROM INVOCATION WHERE $$it's$$ <> 'x'"],
    ["FROM invocation SELECT count(*)"],
  ])("%s", async (sql) => {
    expect(await count(sql, scope)).toBe(2);
  });

  it("a statement that the scope cannot reach is refused", () => {
    expect(() => applyScope("SELECT 'invocation' FROM run", scope, qualify)).toThrow(/no effect/);
  });

  it("a report on the boundary without a boundary is refused", () => {
    expect(() => applyScope("SELECT * FROM boundary", {}, qualify)).toThrow(/boundary/);
  });
});

it("any text stays inside its literal", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
      const sql = applyScope("SELECT region FROM boundary", { boundary: [text] }, qualify);
      expect(await db.rows(sql)).toEqual([{ region: text }]);
    }),
    { numRuns: 100 },
  );
});

it("the reader of SQL ends on any text, and its tokens lie in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("'", '"', "--", "/*", "*/", "$$", "$a$", "E'", "\\", "\n", " ", "with", ";", "é"), {
        maxLength: 30,
      }),
      (parts) => {
        const sql = parts.join("");
        let end = 0;
        for (const token of sqlTokens(sql)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(token.end).toBeGreaterThan(token.start);
          end = token.end;
        }
      },
    ),
  );
});

it.each([
  ["SELECT 1; -- done ;\n", "SELECT 1"],
  ["SELECT ';' ;;", "SELECT ';'"],
  ["-- nothing", ""],
])("the terminator of %j goes", (sql, expected) => {
  expect(withoutTerminator(sql)).toBe(expected);
});

it("names are found outside of strings and comments only", () => {
  expect([...namesIn(`SELECT "Event" FROM a -- b\n WHERE 'c' = /* d */ E'\\'e' AND $$f$$ = g`)]).toEqual([
    "select",
    "event",
    "from",
    "a",
    "where",
    "and",
    "g",
  ]);
});
