import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ListingHistory, addDays, dayOf, daysToList, isDay } from "../../../src/ingest/s3/days.ts";

const at = (text: string): Date => new Date(text);
const now = at("2026-09-14T02:00:00Z");
const history = (lastComplete: string | null, lastDeep: string | null = null): ListingHistory => ({
  lastComplete: lastComplete === null ? null : at(lastComplete),
  lastDeep: lastDeep === null ? null : at(lastDeep),
});

describe("daysToList", () => {
  it.each([
    ["first run: 90 days", history(null), { from: "2026-06-16", why: "first-run", deep: true }],
    [
      "first run of the day: 30 days",
      history("2026-09-13T02:00:00Z", "2026-09-13T02:00:00Z"),
      { from: "2026-08-15", why: "daily", deep: true },
    ],
    [
      "later on the same day: 2 days",
      history("2026-09-14T01:00:00Z", "2026-09-14T01:00:00Z"),
      { from: "2026-09-12", why: "look-back", deep: false },
    ],
    ["never deep before: 30 days", history("2026-09-14T01:00:00Z"), { from: "2026-08-15", why: "daily", deep: true }],
    [
      "a pause of 40 days: back to two days before it",
      history("2026-08-05T00:00:00Z", "2026-08-05T00:00:00Z"),
      { from: "2026-08-03", why: "daily", deep: true },
    ],
    [
      "a last run in the future: as if it were now",
      history("2027-01-01T00:00:00Z", "2026-09-14T01:00:00Z"),
      { from: "2026-09-12", why: "look-back", deep: false },
    ],
  ])("%s", (_, past, expected) => {
    expect(daysToList({}, past, now)).toEqual({ to: null, ...expected });
  });

  it("lists the days asked for, whatever the history says", () => {
    expect(daysToList({ from: "2026-01-02", to: "2026-01-03" }, history(null), now)).toEqual({
      from: "2026-01-02",
      to: "2026-01-03",
      why: "asked",
      deep: false,
    });
    expect(daysToList({ to: "2026-01-03" }, history(null), now)).toEqual({
      from: null,
      to: "2026-01-03",
      why: "asked",
      deep: false,
    });
    expect(daysToList({ from: "2026-01-02" }, history(null), now).deep).toBe(true);
  });

  it("leaves no day between two complete runs unlisted", () => {
    const time = fc.date({ min: at("2026-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z"), noInvalidDate: true });
    fc.assert(
      fc.property(time, time, fc.option(time), (a, b, deep) => {
        const [last, next] = a < b ? [a, b] : [b, a];
        const { from, to } = daysToList({}, { lastComplete: last, lastDeep: deep }, next);
        expect(from !== null && from <= dayOf(last)).toBe(true);
        expect(to).toBeNull();
      }),
    );
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

  it("adds over months", () => expect(addDays("2026-03-01", -1)).toBe("2026-02-28"));
});
