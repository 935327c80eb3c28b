import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, dayOf, daysBetween, isDay } from "../../../../src/day.ts";
import { type ListingHistory, type ListingMark, advanced, daysToList } from "../../../../src/ingest/sources/s3/days.ts";
import { historyOf, statesOf } from "../../../../src/ingest/sources/s3/history.ts";

const now = new Date("2026-09-14T02:00:00Z");
const noHistory = historyOf(new Map());
/** A run on `day` that reached that day, or an earlier one where nothing newer was there. */
const mark = (day: string, reached = day): ListingMark => ({ day, reached });
const history = (lastComplete: ListingMark | null, lastDeep: ListingMark | null = null): ListingHistory => ({
  lastComplete,
  lastDeep,
  unreadSince: null,
});

describe("daysToList", () => {
  it.each([
    ["first run: 90 days", noHistory, { from: "2026-06-16", why: "first-run", deep: true }],
    [
      "first run of the day: 30 days",
      history(mark("2026-09-13"), mark("2026-09-13")),
      { from: "2026-08-15", why: "daily", deep: true },
    ],
    [
      "later on the same day: 2 days",
      history(mark("2026-09-14"), mark("2026-09-14")),
      { from: "2026-09-12", why: "look-back", deep: false },
    ],
    ["never deep before: 30 days", history(mark("2026-09-14")), { from: "2026-08-15", why: "daily", deep: true }],
    [
      "a pause of 40 days: what came late in between lies up to 30 days before it",
      history(mark("2026-08-05"), mark("2026-08-05")),
      { from: "2026-07-06", why: "daily", deep: true },
    ],
    [
      "a last run by a clock that was ahead: from what it really saw",
      history(mark("2027-01-01", "2026-08-20"), mark("2027-01-01", "2026-08-20")),
      { from: "2026-07-21", why: "daily", deep: true },
    ],
    [
      "a clock that is behind what was delivered: from there, not through the whole history",
      history(mark("2026-10-20"), mark("2026-10-20")),
      { from: "2026-09-20", why: "daily", deep: true },
    ],
    [
      "an object that could not be read: back to it, once a day",
      { ...history(mark("2026-09-13"), mark("2026-09-13")), unreadSince: "2026-07-01" },
      { from: "2026-07-01", why: "daily", deep: true },
    ],
    [
      "and not on every run",
      { ...history(mark("2026-09-14"), mark("2026-09-14")), unreadSince: "2026-07-01" },
      { from: "2026-09-12", why: "look-back", deep: false },
    ],
  ])("%s", (_, past, expected) => {
    expect(daysToList({}, past, now)).toEqual({ to: null, advances: true, ...expected });
  });

  it.each([
    ["a range with an end moves no history", { from: "2026-01-02", to: "2026-01-03" }, noHistory, false, false],
    ["nor does one without a beginning", { to: "2026-01-03" }, noHistory, false, false],
    ["nor one that is shorter than the first run", { from: "2026-09-01" }, noHistory, false, false],
    ["one that holds the first run's 90 days does", { from: "2026-01-02" }, noHistory, true, true],
    [
      "one that holds the 2 days only counts as a look-back",
      { from: "2026-09-10" },
      history(mark("2026-09-14"), mark("2026-09-14")),
      true,
      false,
    ],
    [
      "one that holds the 30 days counts as the daily one",
      { from: "2026-08-15" },
      history(mark("2026-09-13"), mark("2026-09-13")),
      true,
      true,
    ],
  ])("lists the days asked for, whatever the history says: %s", (_, asked, past, advances, deep) => {
    const expected = { from: null, to: null, why: "asked", advances, deep, ...asked };
    expect(daysToList(asked, past, now)).toEqual(expected);
  });

  it("loses no object to any clock: after a day's first run by a right one, all that came since the first run was listed", () => {
    const start = "2026-01-01";
    const object = fc.record({ day: fc.integer({ min: 0, max: 300 }), late: fc.integer({ min: 0, max: 29 }) });
    const run = fc.record({
      day: fc.integer({ min: 0, max: 300 }),
      offset: fc.oneof(fc.constant(0), fc.integer({ min: -700, max: 700 })),
      asked: fc.option(fc.integer({ min: 0, max: 300 }), { freq: 6 }),
    });
    fc.assert(
      fc.property(
        fc.array(object, { minLength: 1, maxLength: 60 }),
        fc.array(run, { maxLength: 25 }),
        (objects, raw) => {
          const last = 340;
          const runs = [...raw.toSorted((a, b) => a.day - b.day), { day: last, offset: 0, asked: null }];
          fc.pre(runs.slice(0, -1).every(({ day, offset }) => day + offset !== last));
          let past: ListingHistory = noHistory;
          let firstRun: number | undefined;
          const listed = new Set<number>();
          for (const { day, offset, asked } of runs) {
            const clock = new Date(`${addDays(start, day + offset)}T12:00:00Z`);
            const days = daysToList(asked === null ? {} : { from: addDays(start, asked) }, past, clock);
            const seen = objects.flatMap((candidate, index) => {
              const delivered = addDays(start, candidate.day);
              const isThere = candidate.day + candidate.late <= day;
              return isThere && (days.from === null || delivered >= days.from) ? [{ index, delivered }] : [];
            });
            for (const { index } of seen) listed.add(index);
            // A first run that finds nothing fails, and nothing is remembered.
            if (seen.length === 0 && past.lastComplete === null) continue;
            const newest =
              seen
                .map(({ delivered }) => delivered)
                .toSorted()
                .at(-1) ?? null;
            past = advanced(past, days, clock, newest);
            if (past.lastComplete !== null) firstRun ??= day;
          }
          const lost = objects.filter(
            ({ day, late }, index) => firstRun !== undefined && day + late > firstRun && !listed.has(index),
          );
          expect(lost).toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("the history of a listing", () => {
  it("comes back from what is stored, and from nothing or nonsense as none", () => {
    const past = { ...history(mark("2026-09-14", "2026-09-13"), mark("2026-09-13")), unreadSince: "2026-07-01" };
    const stored = new Map(statesOf("scope", past).map(({ name, value }) => [name, value]));
    expect(historyOf(stored)).toEqual(past);
    expect(historyOf(new Map())).toEqual(noHistory);
    const nonsense = [
      "{",
      "null",
      "7",
      '"soon"',
      '{"day":"2026-02-30","reached":"2026-01-01"}',
      '{"day":"2026-02-01"}',
    ];
    for (const value of nonsense) {
      const names = ["last-complete", "last-deep", "unread-since"];
      expect(historyOf(new Map(names.map((name) => [name, value])))).toEqual(noHistory);
    }
  });

  it("moves as far as objects were seen, never back, and not for days that were only asked for", () => {
    const days = daysToList({}, noHistory, now);
    const first = advanced(noHistory, days, now, "2026-09-12");
    expect(first).toEqual(history(mark("2026-09-14", "2026-09-12"), mark("2026-09-14", "2026-09-12")));
    expect(advanced(first, daysToList({}, first, now), now, null).lastComplete).toEqual(first.lastComplete);
    expect(advanced(first, daysToList({}, first, now), now, "2026-09-01").lastComplete).toEqual(first.lastComplete);
    expect(advanced(first, daysToList({ from: "2026-09-13" }, first, now), now, "2026-09-14")).toEqual(first);
    // A folder of a day that has not come does not make later runs skip what comes until then.
    expect(advanced(noHistory, days, now, "2031-01-01").lastComplete).toEqual(mark("2026-09-14"));
  });
});

describe("days", () => {
  it.each([
    ["2026-02-28", true],
    ["2026-02-30", false],
    ["2026-2-3", false],
    ["2024-02-29", true],
    ["20260228", false],
    ["", false],
  ])("isDay(%s) is %s", (text, expected) => expect(isDay(text)).toBe(expected));

  it("adds over months and counts", () => {
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(daysBetween("2026-02-28", dayOf(new Date("2026-03-02T23:00:00Z")))).toBe(2);
  });
});
