/** The cases of eventTime. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEventTime } from "../../src/parse/event-time.ts";

describe("parseEventTime", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0],
    ["2026-09-14T08:12:41Z", 1_789_373_561_000],
    ["2026-09-14t08:12:41z", 1_789_373_561_000],
    ["2026-09-14T10:12:41+02:00", 1_789_373_561_000],
    ["2026-09-14T02:42:41-05:30", 1_789_373_561_000],
    ["2026-09-14T08:12:41.5Z", 1_789_373_561_500],
    ["2026-09-14T08:12:41.05Z", 1_789_373_561_050],
    ["2026-09-14T08:12:41.1239999Z", 1_789_373_561_123],
    ["2026-09-14T08:12:41.999999999-00:00", 1_789_373_561_999],
    ["1969-12-31T23:59:59.999Z", -1],
    ["2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29)],
    ["2000-02-29T00:00:00Z", Date.UTC(2000, 1, 29)],
    ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
  ])("%s", (text, expected) => {
    expect(parseEventTime(text)).toBe(expected);
  });

  it.each([
    "",
    "yesterday",
    "2026-09-14",
    "2026-09-14T08:12:41",
    "2026-09-14 08:12:41Z",
    "2026-09-14T08:12Z",
    "2026-09-14T08:12:41.Z",
    "2026-09-14T08:12:41.1234567890Z",
    "2026-09-14T08:12:41Z ",
    " 2026-09-14T08:12:41Z",
    "2026-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:61Z",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+0200",
    "2026-01-01T00:00:00+02:60",
    "2026-1-01T00:00:00.0Z",
    "+02026-01-01T00:00:00Z",
    "20é6-01-01T00:00:00Z",
    1_789_373_561_000,
    null,
    undefined,
    ["2026-09-14T08:12:41Z"],
  ])("%j is not a time", (text) => {
    expect(parseEventTime(text)).toBeNull();
  });

  it("agrees with Date on every time Date can print", () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date("0001-01-01T00:00:00Z"),
          max: new Date("9999-12-31T23:59:59.999Z"),
          noInvalidDate: true,
        }),
        (date) => {
          expect(parseEventTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  it("accepts no text that Date refuses, leap seconds aside", () => {
    const piece = fc.constantFrom("2026", "-", "02", "29", "T", "00", ":", "59", "Z", ".", "123", "+", "60");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const text = pieces.join("");
        fc.pre(!text.includes(":60"));
        const parsed = parseEventTime(text);
        if (parsed !== null) expect(parsed).toBe(Date.parse(text));
      }),
      { numRuns: 2000 },
    );
  });
});
