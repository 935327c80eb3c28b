/** The proof of `invocation-log-gaps`: a fixture worked out by hand, a second implementation, and the scope. */
import fc from "fast-check";
import { afterAll, beforeEach, expect, it } from "vitest";
import { findReport, loadCatalogue } from "../../src/report/catalogue.ts";
import { applyScope } from "../../src/sql/scope.ts";
import { type Fixture, type FixtureRow, openFixture } from "./fixture.ts";

const { sql } = findReport(loadCatalogue(), "invocation-log-gaps");
const account = "111122223333";
const db: Fixture = await openFixture();
afterAll(() => db.close());
beforeEach(() => db.exec("DELETE FROM invocation; DELETE FROM invocation_log; DELETE FROM invocation_log_range"));

interface Request {
  readonly id: string;
  readonly time: string;
  readonly account?: string;
  readonly region?: string;
}

function call({ id, time, account: of = account, region = "eu-west-1" }: Request, over: FixtureRow = {}): FixtureRow {
  const key = `${region}/${id}`;
  const base = { invocation_key: key, request_id: id, event_time: time, source_region: region, account_id: of };
  return { ...base, outcome: "served", operation: "Converse", principal: "arn:bot", principal_name: "bot", ...over };
}

function log({ id, time, account: of = account, region = "eu-west-1" }: Request, over: FixtureRow = {}): FixtureRow {
  return {
    request_id: id,
    invocation_key: `${region}/${id}`,
    event_time: time,
    source_region: region,
    account_id: of,
    ...over,
  };
}

const listed = (lastDay: string, region = "eu-west-1"): FixtureRow => ({
  source: "s",
  account_id: account,
  region,
  last_day: lastDay,
});

const fixture = {
  calls: [
    // before logging was switched on; the first log's own call; two that are missing, on two days
    call({ id: "a", time: "2026-09-01 08:00:00" }),
    call({ id: "b", time: "2026-09-01 09:00:00" }),
    call({ id: "c", time: "2026-09-01 10:00:00" }),
    call({ id: "d", time: "2026-09-02 10:00:00" }, { operation: "InvokeModelWithResponseStream" }),
    // never promised: not served, or of an operation that is not logged
    call({ id: "e", time: "2026-09-02 10:00:00" }, { outcome: "denied" }),
    call({ id: "f", time: "2026-09-02 10:00:00" }, { operation: "CreateInference" }),
    call({ id: "g", time: "2026-09-02 10:00:00" }, { operation: "CreateModelInvocationJob" }),
    // behind the last log, within what was listed; and after it
    call(
      { id: "h", time: "2026-09-04 23:59:59.999" },
      { operation: "InvokeModel", principal: "arn:cat", principal_name: "cat" },
    ),
    call({ id: "i", time: "2026-09-05 00:00:00" }),
    // logging is off here
    call({ id: "j", time: "2026-09-02 10:00:00", region: "us-east-1" }),
    // another Region and another account than the log says
    call({ id: "k", time: "2026-09-02 11:00:00", account: "444455556666" }),
  ],
  logs: [
    log({ id: "b", time: "2026-09-01 09:00:00.5" }),
    log({ id: "k", time: "2026-09-02 11:00:00" }),
    log({ id: "k", time: "2026-09-02 11:00:00", region: "eu-west-3" }),
    log({ id: "x", time: "2026-09-03 00:00:00" }, { invocation_key: null }),
    log({ id: "y", time: "2026-09-03 00:00:00" }, { error_code: "ThrottlingException" }),
  ],
};

it("counts what only one of the two knows, by account, Region and day", async () => {
  await db.insert("invocation", fixture.calls);
  await db.insert("invocation_log", fixture.logs);
  await db.insert("invocation_log_range", [
    listed("2026-09-03"),
    listed("2026-09-04"),
    listed("2026-09-09", "us-east-1"),
  ]);
  const row = (region: string, day: string, kind: string, count: number): unknown => ({
    account_id: account,
    region,
    day,
    kind,
    count,
  });
  expect(await db.rows(sql)).toEqual([
    row("eu-west-1", "2026-09-01", "call-without-log", 1),
    row("eu-west-1", "2026-09-02", "call-without-log", 1),
    row("eu-west-1", "2026-09-02", "log-without-call", 1),
    row("eu-west-1", "2026-09-03", "log-without-call", 2),
    row("eu-west-1", "2026-09-04", "call-without-log", 1),
    row("eu-west-3", "2026-09-02", "log-without-call", 1),
  ]);
  // a range cuts both; what lies beyond its edge still has its partner
  const day = { from: new Date("2026-09-01T09:00:00.100Z"), to: new Date("2026-09-02T00:00:00Z") };
  expect(await db.rows(applyScope(sql, day, (name) => `main.${name}`))).toEqual([
    row("eu-west-1", "2026-09-01", "call-without-log", 1),
  ]);
  expect(await db.rows(applyScope(sql, { principals: ["cat"] }, (name) => `main.${name}`))).toEqual([
    row("eu-west-1", "2026-09-04", "call-without-log", 1),
  ]);
  expect(await db.rows(applyScope(sql, { regions: ["eu-west-3"] }, (name) => `main.${name}`))).toHaveLength(1);
});

it("is empty without invocation logs, whatever was listed", async () => {
  await db.insert("invocation", fixture.calls);
  await db.insert("invocation_log_range", [listed("2026-09-04")]);
  expect(await db.rows(sql)).toEqual([]);
});

interface Some {
  readonly calls: readonly (Request & { readonly outcome: string; readonly operation: string })[];
  readonly logs: readonly Request[];
  readonly lastDay: string | null;
}

/** The same, in words of JavaScript. */
function oracle({ calls, logs, lastDay }: Some): unknown[] {
  const pairOf = (request: Request): string => `${request.account} ${request.region}`;
  const keyOf = (request: Request): string => `${pairOf(request)} ${request.id}`;
  const hasLog = new Set(logs.map(keyOf));
  const hasCall = new Set(calls.map(keyOf));
  const gaps = [
    ...calls
      .filter((one) => {
        const times = logs.filter((other) => pairOf(other) === pairOf(one)).map(({ time }) => time);
        if (times.length === 0 || one.outcome !== "served" || one.operation === "StartAsyncInvoke") return false;
        const last = times.toSorted().at(-1) ?? "";
        const reaches =
          one.time <= last ||
          (lastDay !== null && pairOf(one) === `${account} eu-west-1` && one.time.slice(0, 10) <= lastDay);
        return reaches && one.time >= (times.toSorted()[0] ?? "") && !hasLog.has(keyOf(one));
      })
      .map((one) => ({ ...one, kind: "call-without-log" })),
    ...logs.filter((one) => !hasCall.has(keyOf(one))).map((one) => ({ ...one, kind: "log-without-call" })),
  ];
  const counts = new Map<string, number>();
  for (const gap of gaps) {
    const key = JSON.stringify([gap.account, gap.region, gap.time.slice(0, 10), gap.kind]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .map(([key, count]) => [...(JSON.parse(key) as string[]), count])
    .toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
}

const request = fc.record({
  id: fc.constantFrom("a", "b", "c", "d", "e"),
  time: fc
    .record({ day: fc.integer({ min: 1, max: 5 }), hour: fc.integer({ min: 0, max: 23 }) })
    .map(({ day, hour }) => `2026-09-0${day} ${String(hour).padStart(2, "0")}:00:00`),
  account: fc.constantFrom(account, "444455556666"),
  region: fc.constantFrom("eu-west-1", "us-east-1"),
});
const distinct = { maxLength: 12, selector: (one: Request) => `${one.account} ${one.region} ${one.id}` };
const some: fc.Arbitrary<Some> = fc.record({
  calls: fc.uniqueArray(
    fc
      .record({
        request,
        outcome: fc.constantFrom("served", "served", "failed"),
        operation: fc.constantFrom("Converse", "InvokeModel", "ConverseStream", "StartAsyncInvoke"),
      })
      .map(({ request: one, ...rest }) => ({ ...one, ...rest })),
    // a key belongs to one account
    { ...distinct, selector: (one: Request) => `${one.region} ${one.id}` },
  ),
  logs: fc.uniqueArray(request, distinct),
  lastDay: fc.constantFrom(null, "2026-09-02", "2026-09-04"),
});

it("agrees with a second implementation", async () => {
  await fc.assert(
    fc.asyncProperty(some, async ({ calls, logs, lastDay }) => {
      await db.exec("DELETE FROM invocation; DELETE FROM invocation_log; DELETE FROM invocation_log_range");
      await db.insert(
        "invocation",
        calls.map((one) => call(one, { outcome: one.outcome, operation: one.operation })),
      );
      await db.insert(
        "invocation_log",
        logs.map((one) => log(one)),
      );
      if (lastDay !== null) await db.insert("invocation_log_range", [listed(lastDay)]);
      const rows = (await db.rows(sql)).map(Object.values);
      expect(rows.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual(oracle({ calls, logs, lastDay }));
    }),
    { numRuns: 60 },
  );
}, 60_000);
