/** The proof of tokens-by-region, peaks and first-seen: whatever the calls, the SQL says what plain loops over them say. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findReport, loadCatalogue } from "../../src/report/catalogue.ts";
import { applyScope } from "../../src/sql/scope.ts";
import { type Fixture, openFixture } from "./fixture.ts";
import { type Asked, type Call, type LogFile, dayOf, firstSeen, peaks, tokensByRegion } from "./traffic-oracle.ts";

let db: Fixture;
const catalogue = loadCatalogue();
const qualify = (name: string): string => `memory.main.${name}`;
const countries = new Map([
  ["eu-west-1", "IE"],
  ["eu-central-1", "DE"],
]);
const start = Date.parse("2026-09-01T00:00:00Z");
const dayMs = 86_400_000;
const accounts = ["111122223333", "444455556666"];

beforeAll(async () => {
  db = await openFixture();
  await db.insert(
    "region",
    [...countries].map(([region, country]) => ({ region, country })),
  );
});
afterAll(() => db.close());

const count = fc.option(fc.integer({ min: 0, max: 30 }));
const callAt = (time: fc.Arbitrary<number>): fc.Arbitrary<Call> =>
  fc
    .record({
      time,
      source: fc.constantFrom("eu-west-1", "us-east-1"),
      served: fc.constantFrom("eu-west-1", "eu-central-1", "us-east-1", null),
      outcome: fc.constantFrom("served", "served", "served", "throttled", "failed", "denied"),
      account: fc.constantFrom(...accounts, ...accounts, null),
      principal: fc.constantFrom("role/a", "role/b", "user/c", null),
      kind: fc.constantFrom("inference-profile", "application-profile", "foundation-model", "unknown", null),
      profile: fc.constantFrom("eu.x", "global.x", null),
      model: fc.constantFrom("x", "y", null),
      tokens: fc.tuple(count, count, count, count),
    })
    // what did not run has no served Region, and what goes to a model itself no profile and no other Region
    .map((call): Call => {
      const ran = call.outcome === "served" ? call : { ...call, served: null };
      return ran.kind === "foundation-model" ? { ...ran, profile: null, served: ran.served && ran.source } : ran;
    });

/** Seconds within some minutes; one minute alone now and then. */
const inMinutes = fc.integer({ min: 1, max: 12 }).chain((minutes) =>
  fc.array(callAt(fc.integer({ min: 0, max: minutes * 60_000 - 1 }).map((offset) => start + offset)), {
    maxLength: 60,
  }),
);

const quote = (value: string | number | boolean | null): string =>
  typeof value === "string" ? `'${value}'` : String(value);
const stamp = (time: number): string => new Date(time).toISOString().replace("T", " ").slice(0, -1);

async function fill(
  table: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number | boolean | null)[])[],
) {
  await db.exec(`DELETE FROM ${table}`);
  if (rows.length === 0) return;
  const lines = rows.map((row) => `(${row.map(quote).join(", ")})`);
  await db.exec(`INSERT INTO ${table} (${columns.join(", ")}) VALUES ${lines.join(", ")}`);
}

async function fillCalls(calls: readonly Call[]): Promise<void> {
  const columns =
    "invocation_key, event_time, source_region, served_region, spilled, outcome, account_id, principal, model_kind, profile_id, model, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, events";
  await fill(
    "invocation",
    columns.split(", "),
    calls.map((call, index) => [
      `k/${index}`,
      stamp(call.time),
      call.source,
      call.served,
      call.served === null ? null : call.served !== call.source,
      call.outcome,
      call.account,
      call.principal,
      call.kind,
      call.profile,
      call.model,
      ...call.tokens,
      1,
    ]),
  );
}

async function answer(report: string, asked: Asked): Promise<Record<string, unknown>[]> {
  const date = (time: number | undefined): Date | undefined => (time === undefined ? undefined : new Date(time));
  const scope = { from: date(asked.from), to: date(asked.to), asOf: new Date(asked.asOf) };
  return await db.rows(applyScope(findReport(catalogue, report).sql, scope, qualify));
}

const sorted = (rows: readonly object[]): object[] =>
  rows
    .map((row) => [JSON.stringify(row), row] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);

it("tokens-by-region adds up what the calls tell, for each served Region, model and principal", async () => {
  await fc.assert(
    fc.asyncProperty(inMinutes, async (calls) => {
      await fillCalls(calls);
      expect(sorted(await answer("tokens-by-region", { asOf: start + dayMs }))).toEqual(
        sorted(tokensByRegion(calls, countries)),
      );
    }),
    { numRuns: 60 },
  );
}, 60_000);

it("peaks counts each minute, ranks them and parts busy from the rest as the words at its head say", async () => {
  await fc.assert(
    fc.asyncProperty(
      inMinutes,
      fc.option(fc.integer({ min: 0, max: 300_000 }), { nil: undefined }),
      async (calls, offset) => {
        const asked: Asked = { from: offset === undefined ? undefined : start + offset, asOf: start + dayMs };
        await fillCalls(calls);
        expect(sorted(await answer("peaks", asked))).toEqual(sorted(peaks(calls, asked)));
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);

/** Many minutes of one group, so that 5 % of them are more than one, with ties at the edge. */
it("peaks finds the busy minutes among many, ties at the edge included", async () => {
  const sizes = fc.array(fc.constantFrom(1, 1, 1, 1, 2, 3), { minLength: 19, maxLength: 70 });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.infiniteStream(fc.constantFrom("eu-west-1", "eu-central-1", null)),
      async (minutes, served) => {
        const calls = minutes.flatMap((size, minute) =>
          Array.from({ length: size }, (_, second): Call => ({
            time: start + minute * 60_000 + second * 1000,
            source: "eu-west-1",
            served: served.next().value,
            outcome: "served",
            account: "111122223333",
            principal: "role/a",
            kind: "inference-profile",
            profile: "eu.x",
            model: "x",
            tokens: [minute, null, null, null],
          })),
        );
        await fillCalls(calls);
        const asked: Asked = { asOf: start + dayMs };
        expect(await answer("peaks", asked)).toEqual(peaks(calls, asked));
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

const days = 48;
const file = fc.record({
  account: fc.constantFrom(...accounts),
  region: fc.constantFrom("eu-west-1", "us-east-1"),
  day: fc.integer({ min: 0, max: days - 1 }).map((day) => dayOf(start + day * dayMs)),
  status: fc.constantFrom("loaded", "quarantined", "unreadable", "pruned", "skipped"),
});
const anyDay = callAt(fc.integer({ min: 0, max: days * dayMs - 1 }).map((offset) => start + offset));
/** Most days have a file, some a bad one, some two. */
const history = fc.record({
  calls: fc.oneof(...[8, 60].map((maxLength) => fc.array(anyDay, { maxLength }))),
  // one account spills so much day after day, and then on one day otherwise
  steady: fc.constantFrom(0, 3),
  burst: fc.constantFrom(0, 1, 4, 9),
  bursting: callAt(fc.constant(start)),
  holes: fc.oneof(fc.constant<number[]>([]), fc.uniqueArray(fc.integer({ min: 0, max: days - 1 }), { maxLength: 12 })),
  more: fc.oneof(fc.constant<LogFile[]>([]), fc.array(file, { maxLength: 6 })),
  from: fc.option(fc.integer({ min: 0, max: days * 24 }), { nil: undefined }),
  length: fc.option(fc.integer({ min: 1, max: 240 }), { nil: undefined }),
  asOf: fc.constantFrom(40.5, 41, days, days + 2),
  noFiles: fc.constantFrom(false, false, false, true),
});

it("first-seen knows what was there before the range, and what it cannot know", async () => {
  const met = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(history, async (made) => {
      const spills = (day: number, times: number): Call[] =>
        Array.from({ length: times }, (_, hour) => ({
          ...made.bursting,
          account: "111122223333",
          outcome: "served",
          source: "eu-west-1",
          served: "us-east-1",
          time: start + day * dayMs + hour * 3_600_000,
        }));
      const usual = Array.from({ length: 40 }, (_, day) => spills(day, made.steady)).flat();
      const calls = [...made.calls, ...usual, ...spills(40, made.burst)];
      const regular = Array.from({ length: days }, (_, day) => day)
        .filter((day) => !made.holes.includes(day))
        .map((day): LogFile => ({
          account: "111122223333",
          region: "eu-west-1",
          day: dayOf(start + day * dayMs),
          status: "loaded",
        }));
      const files = made.noFiles ? [] : [...regular, ...made.more];
      const from = made.from === undefined ? undefined : start + made.from * 3_600_000;
      const to = made.length === undefined ? undefined : (from ?? start) + made.length * 3_600_000;
      const asked: Asked = { from, to, asOf: start + made.asOf * dayMs };
      await fillCalls(calls);
      await fill(
        "trail_object",
        ["uri", "etag", "status", "account_id", "region", "day"],
        files.map((one, index) => [`file:${index}`, "1", one.status, one.account, one.region, one.day]),
      );
      const rows = await answer("first-seen", asked);
      for (const { what, missing } of rows)
        for (const name of [String(what), `${String(what)} ${missing === null ? "shown" : "with a doubt"}`])
          met.set(name, (met.get(name) ?? 0) + 1);
      expect(sorted(rows)).toEqual(sorted(firstSeen(calls, files, asked)));
    }),
    { numRuns: 150, seed: 15 },
  );
  // the generator reaches every kind, sure and unsure
  const kinds = ["principal", "profile", "model", "account", "spill-day"];
  const wanted = kinds.flatMap((what) => [`${what} shown`, `${what} with a doubt`]);
  expect(wanted.filter((name) => !met.has(name))).toEqual([]);
}, 120_000);

const atDay = (day: number): number => start + day * dayMs;
/** Log files of the account's days from `first` to before `end`. */
const filesOf = (status: string, first: number, end: number): LogFile[] =>
  Array.from({ length: end - first }, (_, index) => ({
    account: "111122223333",
    region: "eu-west-1",
    day: dayOf(atDay(first + index)),
    status,
  }));
const spilled = (day: number, times: number): Call[] =>
  Array.from({ length: times }, (_, hour) => ({
    time: atDay(day) + hour * 3_600_000,
    source: "eu-west-1",
    served: "eu-central-1",
    outcome: "served",
    account: "111122223333",
    principal: "role/a",
    kind: "inference-profile",
    profile: "eu.x",
    model: "x",
    tokens: [null, null, null, null],
  }));

async function seenFrom(day: number, calls: readonly Call[], files: readonly LogFile[]) {
  await fillCalls(calls);
  await fill(
    "trail_object",
    ["uri", "etag", "status", "account_id", "region", "day"],
    files.map((one, index) => [`file:${index}`, "1", one.status, one.account, one.region, one.day]),
  );
  return await answer("first-seen", { from: atDay(day), asOf: atDay(day + 10) });
}

it("first-seen takes pruned files neither for history nor for a hole in it", async () => {
  const files = [...filesOf("loaded", 10, 30), ...filesOf("pruned", 0, 25)];
  const rows = await seenFrom(30, spilled(30, 1), files);
  expect(rows.map(({ what, known_since, missing }) => [what, known_since, missing])).toEqual(
    ["principal", "profile", "model", "account"].map((what) => [what, dayOf(atDay(10)), null]),
  );
});

it("first-seen knows a usual range from the fourteenth day on, whatever was pruned of the day itself", async () => {
  const after = async (days: number): Promise<Record<string, unknown>[]> => {
    const files = [...filesOf("loaded", 30 - days, 31), ...filesOf("pruned", 30, 31)];
    return (await seenFrom(30, spilled(30, 9), files)).filter(({ what }) => what === "spill-day");
  };
  expect(await after(13)).toEqual([]);
  expect(await after(14)).toMatchObject([
    {
      value: dayOf(atDay(30)),
      invocations: 9,
      usual_low: 0,
      usual_high: 1.5,
      missing: "readable log files of 14 of the 28 days before it",
    },
  ]);
});
